package io.persist.batch;

/**
 * Told what building and reading batches costs: once a part or merge, never once an update. There
 * is one for each purpose that batches are written for (updates of a user, compaction, inline parts
 * moved to blob). Methods are called by many threads at once and must return quickly; all of them
 * do nothing unless overridden.
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

    /**
     * Keys and values of so many updates went into the columns, row bytes included, of the part
     * that is being filled.
     *
     * @param nanos estimated from a few of them
     */
    default void encodedUpdates(long count, long nanos) {}

    /**
     * A part's worth of updates was sent off.
     *
     * @param nanos that this kept whoever builds the batch, waiting included
     */
    default void sentPart(long nanos) {}

    /** A part became inline. */
    default void wroteInlinePart(int bytes, long encodeNanos) {}

    /** A part was stored. */
    default void wrotePart(PartWritten part) {}

    /** The producer had to wait for a part on its way. */
    default void stalled() {}

    /** A builder merged some of its runs into one. */
    default void mergedRuns(Merge merge) {}

    /** A cursor or merge came to its end, or was closed before. */
    default void fetchedParts(Fetched parts) {}

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
     * @param totalNanos from the first part asked for to the last part stored
     */
    record Merge(int runs, long totalNanos) {}

    /**
     * How a cursor or merge came by its parts.
     *
     * @param ahead parts that were there when they were needed
     * @param waited parts that had to be waited for, each fetched then or still on its way
     * @param waitNanos of waiting
     * @param skipped parts, or lists of parts, that were never asked for
     * @param wasted parts that were fetched ahead and not needed
     * @param wrongSort parts of runs in no order, or not the one wanted
     */
    record Fetched(
            long ahead, long waited, long waitNanos, long skipped, long wasted, long wrongSort) {}
}
