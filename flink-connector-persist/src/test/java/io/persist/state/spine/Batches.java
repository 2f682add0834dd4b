package io.persist.state.spine;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.store.PartKey;

import java.util.List;

/** Hollow batches for tests: one run of one part, or none if empty. */
public final class Batches {
    private Batches() {}

    /** A batch with since {@code [0]}. */
    public static HollowBatch batch(long lower, long upper, long len) {
        return batch(lower, upper, len, 0);
    }

    public static HollowBatch batch(long lower, long upper, long len, long since) {
        return batch(lower, upper, len, since, "n0012800/p-" + lower + "-" + upper + "-" + since);
    }

    public static HollowBatch batch(long lower, long upper, long len, long since, String key) {
        Description desc =
                new Description(Antichain.of(lower), Antichain.of(upper), Antichain.of(since));
        if (len == 0) {
            return HollowBatch.empty(desc);
        }
        RunPart part =
                new RunPart.Hollow(
                        new PartKey(key),
                        100,
                        Bytes.EMPTY,
                        null,
                        null,
                        null,
                        new RunPart.FormatHint.None(),
                        null,
                        null,
                        null,
                        Bytes.EMPTY);
        return new HollowBatch(
                desc, len, List.of(new Run(RunMeta.NONE, List.of(part))), Bytes.EMPTY);
    }
}
