package io.persist.client.read;

import io.persist.part.DecodeFormat;

/**
 * Settings of reading. Every default is visible in {@link Builder}.
 *
 * @param decodeFormat what is read of parts that hold rows and columns, which is those of {@code
 *     P128}
 * @param chunkUpdates most updates that a cursor hands out at once
 * @param fetchMemoryBytes bounds the encoded parts in memory, all handles of a client together
 * @param fetchCostFactor by which a part counts for more than its encoded size
 */
public record ReadSettings(
        DecodeFormat decodeFormat,
        int chunkUpdates,
        long fetchMemoryBytes,
        double fetchCostFactor) {
    public ReadSettings {
        if (chunkUpdates < 1) {
            throw new IllegalArgumentException(
                    "chunkUpdates must be at least 1, is " + chunkUpdates);
        }
        if (fetchMemoryBytes < 1) {
            throw new IllegalArgumentException(
                    "fetchMemoryBytes must be at least 1, is " + fetchMemoryBytes);
        }
        if (!(fetchCostFactor >= 1 && fetchCostFactor <= 100)) {
            throw new IllegalArgumentException(
                    "fetchCostFactor must be between 1 and 100, is " + fetchCostFactor);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread safe. */
    public static final class Builder {
        private DecodeFormat decodeFormat = DecodeFormat.ARROW;
        private int chunkUpdates = 4096;
        private long fetchMemoryBytes = Runtime.getRuntime().maxMemory();
        private double fetchCostFactor = 1.2;

        private Builder() {}

        /** {@link DecodeFormat#ROW_WITH_VALIDATE} to find out who writes both and not the same. */
        public Builder decodeFormat(DecodeFormat value) {
            decodeFormat = value;
            return this;
        }

        /** More for readers that do much per chunk, such as taking a lock; fewer for large rows. */
        public Builder chunkUpdates(int value) {
            chunkUpdates = value;
            return this;
        }

        /** Less where many readers share a heap. */
        public Builder fetchMemoryBytes(long value) {
            fetchMemoryBytes = value;
            return this;
        }

        /** More where a store's client needs memory of its own for what it fetches. */
        public Builder fetchCostFactor(double value) {
            fetchCostFactor = value;
            return this;
        }

        public ReadSettings build() {
            return new ReadSettings(decodeFormat, chunkUpdates, fetchMemoryBytes, fetchCostFactor);
        }
    }
}
