package io.persist.flink.source;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What the enumerator has decided and not yet handed out: its checkpoint.
 *
 * @param asOf the time that is read, unsigned; null while undecided
 * @param pending splits that no reader has; empty while undecided
 */
public record SnapshotPlan(@Nullable Long asOf, List<SnapshotSplit> pending) {
    public SnapshotPlan {
        pending = List.copyOf(pending);
        if (asOf == null && !pending.isEmpty()) {
            throw new IllegalArgumentException("splits of an undecided time: " + pending);
        }
    }
}
