package io.persist.client;

import io.persist.batch.BatchMetrics;

/**
 * Who is told what building batches costs, by what they are built for.
 *
 * @param user updates that someone adds
 * @param inlineBackpressure inline parts that are moved to blob because a shard has no room for
 *     them
 */
public record BatchMetricSets(BatchMetrics user, BatchMetrics inlineBackpressure) {
    public static final BatchMetricSets NONE =
            new BatchMetricSets(BatchMetrics.NONE, BatchMetrics.NONE);
}
