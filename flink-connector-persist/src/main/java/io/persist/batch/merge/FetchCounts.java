package io.persist.batch.merge;

/**
 * How a merge came by its parts in blob.
 *
 * @param ahead parts that were there when they were needed
 * @param waited parts that had to be waited for, each fetched then or still on its way
 * @param waitNanos of waiting, by the clock of the store's metrics
 */
public record FetchCounts(long ahead, long waited, long waitNanos) {}
