package io.persist.client.compaction;

import io.persist.state.maintenance.Compactions;

/**
 * Told what becomes of requests to compact. Methods are called by many threads at once and must
 * return quickly; all of them do nothing unless overridden.
 */
public interface CompactionMetrics {
    /** Measures nothing. */
    CompactionMetrics NONE = new CompactionMetrics() {};

    /**
     * The clock of durations reported here: nanoseconds from an arbitrary point. By default it
     * stands still, so that where nothing is measured no clock is read.
     */
    default long nanoTime() {
        return 0;
    }

    /** An append asked for it, and it is worth it. */
    default void requested() {}

    /** An append asked for it, but it is not worth it. */
    default void skipped() {}

    /** There was no room in the queue. */
    default void dropped() {}

    /** This process must not compact. */
    default void disabled() {}

    /** A request has waited in the queue for so long. */
    default void queued(long nanos) {}

    default void started() {}

    default void applied() {}

    default void notApplied(Compactions.Outcome why) {}

    /** An input was gone. */
    default void lost() {}

    default void timedOut() {}

    /** A store failed, or an input does not decode. */
    default void failed() {}

    /** The blobs of an output were deleted that was not applied. */
    default void deletedOutput() {}

    /** Runs had to be merged together whose parts exceed the memory bound. */
    default void memoryViolation() {}

    /**
     * Runs were merged into at most one.
     *
     * @param runs that went in
     */
    default void mergedChunk(int runs) {}

    /** However it ended. */
    default void finished(long nanos) {}
}
