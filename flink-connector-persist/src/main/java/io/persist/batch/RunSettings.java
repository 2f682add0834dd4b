package io.persist.batch;

/**
 * How the parts of a batch form runs.
 *
 * @param maxRunLen elements of a sorted run that are listed in metadata; more are moved to a blob
 *     that lists them. Less than 2 counts as 2; {@link Integer#MAX_VALUE} for no limit
 * @param maxRuns runs that a batch may have: beyond it the builder merges. Less than 2 means that
 *     it never merges, and each part stays a run of its own
 * @param order that merging sorts by
 * @param identities whether runs carry an id and a count, which 0.128 does not know
 * @param mergeMemoryBytes memory that one merge may use for what it reads and writes; less than 4
 *     parts counts as 4 parts, which is what it cannot do without
 */
public record RunSettings(
        int maxRunLen, int maxRuns, RunOrder order, boolean identities, long mergeMemoryBytes) {
    /** More runs than this are not kept apart, whatever is asked for. */
    private static final int MOST_RUNS = 1024;

    private static final int LEAST = 2;

    public static final RunSettings DEFAULT =
            new RunSettings(Integer.MAX_VALUE, 1, RunOrder.STRUCTURED, false, 1L << 30);

    /**
     * @throws IllegalArgumentException if a number is negative or the order is none
     */
    public RunSettings {
        if (maxRunLen < 0 || maxRuns < 0 || mergeMemoryBytes < 0) {
            throw new IllegalArgumentException(
                    "run length, number of runs and memory must not be negative: "
                            + maxRunLen
                            + ", "
                            + maxRuns
                            + ", "
                            + mergeMemoryBytes);
        }
        if (order == RunOrder.UNORDERED) {
            throw new IllegalArgumentException("runs cannot be merged into no order");
        }
    }

    /** Elements at which a sorted run is moved to blob: 2 or more. */
    public int spillLimit() {
        return Math.max(LEAST, maxRunLen);
    }

    /** Whether the builder merges runs at all. */
    public boolean merges() {
        return maxRuns >= LEAST;
    }

    /**
     * Runs at which the builder merges: 2 to 1024.
     *
     * @throws IllegalStateException if it does not {@link #merges}
     */
    public int mergeLimit() {
        if (!merges()) {
            throw new IllegalStateException("batches of at most " + maxRuns + " runs do not merge");
        }
        return Math.min(MOST_RUNS, maxRuns);
    }

    public RunSettings withMaxRunLen(int elements) {
        return new RunSettings(elements, maxRuns, order, identities, mergeMemoryBytes);
    }

    public RunSettings withMaxRuns(int runs) {
        return new RunSettings(maxRunLen, runs, order, identities, mergeMemoryBytes);
    }

    public RunSettings withOrder(RunOrder sortedBy) {
        return new RunSettings(maxRunLen, maxRuns, sortedBy, identities, mergeMemoryBytes);
    }

    public RunSettings withIdentities(boolean enabled) {
        return new RunSettings(maxRunLen, maxRuns, order, enabled, mergeMemoryBytes);
    }

    public RunSettings withMergeMemoryBytes(long bytes) {
        return new RunSettings(maxRunLen, maxRuns, order, identities, bytes);
    }
}
