package io.persist.batch;

/**
 * Told what building batches costs: once a part or merge, never once an update. There is one for
 * each purpose that batches are written for (updates of a user, compaction, inline parts moved to
 * blob). Methods are called by many threads at once and must return quickly; all of them do nothing
 * unless overridden.
 */
public interface BatchMetrics {
    /** Measures nothing. */
    BatchMetrics NONE = new BatchMetrics() {};

    /**
     * The clock of all durations reported here: nanoseconds from an arbitrary point. By default it
     * stands still, so that where nothing is measured no clock is read.
     */
    default long nanoTime() {
        return 0;
    }

    /** Where a builder reports the merges it makes among its own runs. */
    default BatchMetrics ofMerges() {
        return this;
    }

    /** A part's worth of updates was handed over by whoever builds the batch. */
    default void addedUpdates(long count) {}

    /** A part became inline. */
    default void wroteInlinePart(int bytes, long encodeNanos) {}

    /** A part was stored. */
    default void wrotePart(PartWritten part) {}

    /** The producer had to wait for a part on its way. */
    default void stalled() {}

    /** A builder merged some of its runs into one. */
    default void mergedRuns(Merge merge) {}

    /** A merged run was too long for metadata and its list of parts went to a blob. */
    default void spilledRun(int blobBytes) {}

    /**
     * A stored part.
     *
     * @param order that its run promises
     * @param blobBytes of the Parquet object
     * @param goodBytes of the updates in memory, without validity and padding
     * @param encodeNanos of making the object, statistics included
     * @param statsNanos of making the statistics
     * @param uploadNanos of storing the object, all attempts
     * @param keyLower whether it has a structured lower bound
     * @param statsTrimmedBytes by which statistics were cut to fit their budget; 0 if not at all
     */
    record PartWritten(
            RunOrder order,
            int blobBytes,
            long goodBytes,
            long encodeNanos,
            long statsNanos,
            long uploadNanos,
            KeyLower keyLower,
            int statsTrimmedBytes) {}

    /** What became of a part's structured lower bound. */
    enum KeyLower {
        PRESENT,
        /** There are no columns, or bounds are switched off. */
        NOT_WANTED,
        /** It did not fit its budget. */
        TOO_BIG
    }

    /**
     * A merge of runs.
     *
     * @param runs that went in
     * @param partsPrefetched parts that were there when they were needed
     * @param partsWaited parts that had to be waited for
     * @param fetchNanos of waiting for parts
     * @param totalNanos from the first part asked for to the last part stored
     */
    record Merge(
            int runs, long partsPrefetched, long partsWaited, long fetchNanos, long totalNanos) {}
}
