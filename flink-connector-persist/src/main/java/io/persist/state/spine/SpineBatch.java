package io.persist.state.spine;

import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Adjacent hollow batches that logically are one batch.
 *
 * @param parts ascending; their ids span {@code id}
 * @param compactionStartMillis when somebody claimed to compact this; null if nobody did
 */
public record SpineBatch(
        SpineId id, Description desc, List<IdBatch> parts, @Nullable Long compactionStartMillis) {
    public SpineBatch {
        parts = List.copyOf(parts);
    }

    SpineBatch(SpineId id, Description desc, List<IdBatch> parts) {
        this(id, desc, parts, null);
    }

    /** Updates in all parts; an upper bound, like each part's. */
    public long len() {
        return len(parts);
    }

    /** Whether there is nothing to gain by merging it. */
    boolean isCompact() {
        long runs = parts.stream().mapToLong(part -> part.batch().runs().size()).sum();
        return parts.size() <= 1 && runs <= 1;
    }

    static long len(List<IdBatch> parts) {
        long len = 0;
        for (IdBatch part : parts) {
            len = Lengths.plus(len, part.batch().len());
        }
        return len;
    }

    Antichain lower() {
        return desc.lower();
    }

    Antichain upper() {
        return desc.upper();
    }

    SpineBatch withCompactionStart(long millis) {
        return new SpineBatch(id, desc, parts, millis);
    }
}
