package io.persist.state;

import io.persist.batch.HollowBatch;

/** The append command of the state machine. (Skeleton: owner fills it in.) */
public final class Appends {
    private Appends() {}

    /**
     * Who appends.
     *
     * @param leaseMillis used only when the writer has no entry yet
     */
    public record Writer(
            WriterId id,
            IdempotencyToken token,
            HandleDebug debug,
            long nowMillis,
            long leaseMillis) {}

    /**
     * Appends {@code batch} at the shard's upper, in the order of checks of docs/format.md.
     *
     * @param inlineTotalMaxBytes exclusive limit of inline bytes in the state
     */
    public static Transition<AppendOutcome> compareAndAppend(
            State state, HollowBatch batch, Writer writer, long inlineTotalMaxBytes) {
        throw new AssertionError("skeleton");
    }
}
