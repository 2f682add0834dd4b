package io.persist.batch;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Stream;

/**
 * Metadata of a batch: what it covers and where its updates lie.
 *
 * @param len number of updates, an upper bound; 0 exactly when there are no runs
 * @param unknown fields of a newer peer, serialized
 */
public record HollowBatch(Description desc, long len, List<Run> runs, Bytes unknown) {
    public HollowBatch {
        runs = List.copyOf(runs);
    }

    /** A batch without updates. */
    public static HollowBatch empty(Description desc) {
        return new HollowBatch(desc, 0, List.of(), Bytes.EMPTY);
    }

    public Antichain lower() {
        return desc.lower();
    }

    public Antichain upper() {
        return desc.upper();
    }

    public Stream<RunPart> parts() {
        return runs.stream().flatMap(run -> run.parts().stream());
    }

    /** Bytes of encoded inline parts. */
    public long inlineBytes() {
        return parts().mapToLong(
                        p -> p instanceof RunPart.Inline inline ? inline.updates().length() : 0)
                .sum();
    }

    /** Sum of all diffs, if every part carries its own; 0 without parts, else null. */
    public @Nullable Long diffsSum() {
        long sum = 0;
        for (RunPart part : parts().toList()) {
            Long own = null;
            if (part instanceof RunPart.Hollow hollow) {
                own = hollow.diffsSum();
            } else if (part instanceof RunPart.Many many) {
                own = many.diffsSum();
            }
            if (own == null) {
                return null;
            }
            sum += own;
        }
        return sum;
    }

    public HollowBatch withDesc(Description other) {
        return new HollowBatch(other, len, runs, unknown);
    }
}
