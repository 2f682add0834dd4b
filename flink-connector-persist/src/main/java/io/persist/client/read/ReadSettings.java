package io.persist.client.read;

import io.persist.batch.merge.PartFilter;
import io.persist.part.DecodeFormat;
import io.persist.part.filter.KeyCondition;

/**
 * Settings of reading. Every default is visible in {@link Builder}.
 *
 * @param decodeFormat what is read of parts that hold rows and columns, which is those of {@code
 *     P128}
 * @param chunkUpdates most updates that a cursor hands out at once
 * @param fetchMemoryBytes bounds the encoded parts in memory, all handles of a client together
 * @param fetchCostFactor by which a part counts for more than its encoded size
 * @param blobCacheBytes of blobs that are kept in memory, all handles of a client together; 0 for
 *     none
 * @param statsFilter whether parts may be left out by their statistics
 * @param statsAuditPercent of the parts that could be left out that are read all the same, to find
 *     out whether statistics are right
 * @param statsAuditFailure what a part leads to whose statistics are wrong
 * @param countByMetadata whether parts need not be read to be counted
 */
public record ReadSettings(
        DecodeFormat decodeFormat,
        int chunkUpdates,
        long fetchMemoryBytes,
        double fetchCostFactor,
        long blobCacheBytes,
        boolean statsFilter,
        int statsAuditPercent,
        PartFilter.AuditFailure statsAuditFailure,
        boolean countByMetadata) {
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
        if (blobCacheBytes < 0) {
            throw new IllegalArgumentException(
                    "blobCacheBytes must not be negative, is " + blobCacheBytes);
        }
        if (statsAuditPercent < 0 || statsAuditPercent > 100) {
            throw new IllegalArgumentException(
                    "statsAuditPercent must be between 0 and 100, is " + statsAuditPercent);
        }
    }

    /**
     * What leaves parts out of one read.
     *
     * @param targetBytes of parts, of which the first audits may read two
     */
    public PartFilter partFilter(KeyCondition wanted, long targetBytes) {
        return statsFilter
                ? new PartFilter(
                        new PartFilter.Audit(statsAuditPercent, 2 * targetBytes, statsAuditFailure),
                        wanted)
                : PartFilter.none();
    }

    /** What counting believes. */
    public RowCount.Metadata countMetadata() {
        return countByMetadata ? RowCount.Metadata.USED : RowCount.Metadata.IGNORED;
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
        private long blobCacheBytes = 0;
        private boolean statsFilter = true;
        private int statsAuditPercent = 1;
        private PartFilter.AuditFailure statsAuditFailure = PartFilter.AuditFailure.ERROR;
        private boolean countByMetadata = true;

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

        /** More than 0, say 128 MiB, for clients that read the same parts again and again. */
        public Builder blobCacheBytes(long value) {
            blobCacheBytes = value;
            return this;
        }

        /** Switched off, conditions have no effect. */
        public Builder statsFilter(boolean enabled) {
            statsFilter = enabled;
            return this;
        }

        /** More while statistics of some writer are in doubt. */
        public Builder statsAuditPercent(int value) {
            statsAuditPercent = value;
            return this;
        }

        /** {@link PartFilter.AuditFailure#LOG} where reads must go on. */
        public Builder statsAuditFailure(PartFilter.AuditFailure value) {
            statsAuditFailure = value;
            return this;
        }

        /** Switched off, every part is read to be counted. */
        public Builder countByMetadata(boolean enabled) {
            countByMetadata = enabled;
            return this;
        }

        public ReadSettings build() {
            return new ReadSettings(
                    decodeFormat,
                    chunkUpdates,
                    fetchMemoryBytes,
                    fetchCostFactor,
                    blobCacheBytes,
                    statsFilter,
                    statsAuditPercent,
                    statsAuditFailure,
                    countByMetadata);
        }
    }
}
