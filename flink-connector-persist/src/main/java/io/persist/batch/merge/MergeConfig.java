package io.persist.batch.merge;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunOrder;
import io.persist.part.PartFormat;

/**
 * What a merge makes of its inputs.
 *
 * @param filter which updates count, and at which times
 * @param order of the updates that come out, {@code CODEC} or {@code STRUCTURED}
 * @param format columns of the chunks that come out
 * @param memoryBytes up to which parts are fetched before they are needed; what is needed is
 *     fetched in any case
 * @param targetBytes of a part, which ends with the update that makes its payload reach this
 * @param pieceBytes a chunk ends with its part, or earlier, when its payload reaches this
 * @param maxUpdates a part has no more than this
 */
public record MergeConfig(
        Filter filter,
        RunOrder order,
        PartFormat format,
        long memoryBytes,
        int targetBytes,
        int pieceBytes,
        int maxUpdates) {
    public MergeConfig {
        if (order == RunOrder.UNORDERED) {
            throw new IllegalArgumentException("a merge has an order");
        }
        if (memoryBytes < 0
                || targetBytes < 0
                || targetBytes > BatchConfig.MAX_TARGET_BYTES
                || pieceBytes < 1
                || maxUpdates < 1) {
            throw new IllegalArgumentException(
                    "memory "
                            + memoryBytes
                            + ", target "
                            + targetBytes
                            + ", piece "
                            + pieceBytes
                            + ", max "
                            + maxUpdates);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Starts from the original's defaults for compaction in a shard of the 26 generation. */
    public static final class Builder {
        private Filter filter = Filter.none();
        private RunOrder order = RunOrder.STRUCTURED;
        private PartFormat format = PartFormat.STRUCTURED;
        private long memoryBytes = 1L << 30;
        private int targetBytes = 32 << 20;
        private int pieceBytes = Integer.MAX_VALUE;
        private int maxUpdates = 100_000;

        private Builder() {}

        public Builder filter(Filter updates) {
            filter = updates;
            return this;
        }

        public Builder order(RunOrder runOrder) {
            order = runOrder;
            return this;
        }

        public Builder format(PartFormat partFormat) {
            format = partFormat;
            return this;
        }

        public Builder memoryBytes(long bytes) {
            memoryBytes = bytes;
            return this;
        }

        public Builder targetBytes(int bytes) {
            targetBytes = bytes;
            return this;
        }

        public Builder pieceBytes(int bytes) {
            pieceBytes = bytes;
            return this;
        }

        public Builder maxUpdates(int updates) {
            maxUpdates = updates;
            return this;
        }

        public MergeConfig build() {
            return new MergeConfig(
                    filter, order, format, memoryBytes, targetBytes, pieceBytes, maxUpdates);
        }
    }
}
