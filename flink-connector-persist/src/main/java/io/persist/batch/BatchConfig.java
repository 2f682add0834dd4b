package io.persist.batch;

import io.persist.part.ParquetSettings;
import io.persist.part.PartFormat;
import io.persist.part.stats.StatsSettings;
import io.persist.store.WriterKey;

import java.util.random.RandomGenerator;

/**
 * How batches are built and given up. Read once when a builder is created.
 *
 * @param writerVersion version that the batch and the keys of its blobs carry
 * @param format columns of the parts, following from the shard's profile
 * @param parquet encoding of blob parts
 * @param targetBytes a part is sent off once it holds this much; it exceeds it by less than one
 *     update
 * @param pieceBytes a part is encoded in pieces of so much while it fills; less takes less memory,
 *     more lets updates that cancel each other meet more often
 * @param maxOutstandingParts parts being encoded and uploaded while the next one fills; 0 means
 *     that nothing overlaps
 * @param inlineSingleMaxBytes parts with strictly less payload travel inside the metadata, half of
 *     it if row bytes and columns are both written; 0 for none
 * @param inlineTotalMaxBytes limit of inline bytes in a shard's state, checked when appending
 * @param structuredKeyLowerMaxBytes budget of the encoded lower bound of a part's keys; 0 for no
 *     bounds
 * @param deleteEnabled whether a batch that is given up deletes its blobs
 * @param columnarPercent share of the parts of format {@link PartFormat#BOTH} that really get
 *     columns; the others hold rows only
 * @param runs how parts form runs
 * @param diffsSum whether parts carry the sum of their diffs, without which counting needs them
 *     read
 * @param schemaField where metadata says which schema a part has
 * @param combineInlineWrites whether inline parts that a shard has no room for become few blobs
 *     together, rather than a blob each
 * @param validateBoundsOnWrite whether an append must lie within the bounds of its batches
 * @param stats what parts say about their keys, for readers to skip them by
 */
public record BatchConfig(
        String writerVersion,
        PartFormat format,
        ParquetSettings parquet,
        int targetBytes,
        int pieceBytes,
        int maxOutstandingParts,
        int inlineSingleMaxBytes,
        long inlineTotalMaxBytes,
        int structuredKeyLowerMaxBytes,
        boolean deleteEnabled,
        int columnarPercent,
        RunSettings runs,
        boolean diffsSum,
        SchemaField schemaField,
        boolean combineInlineWrites,
        boolean validateBoundsOnWrite,
        StatsSettings stats) {
    /** Beyond this the 31-bit offsets of a part's columns could overflow. */
    public static final int MAX_TARGET_BYTES = 1 << 30;

    public BatchConfig {
        WriterKey.ofVersion(writerVersion);
        requireBetween("target bytes", targetBytes, 0, MAX_TARGET_BYTES);
        requireBetween("piece bytes", pieceBytes, 1, MAX_TARGET_BYTES);
        requireBetween("max outstanding parts", maxOutstandingParts, 0, 1024);
        requireBetween("inline single max bytes", inlineSingleMaxBytes, 0, Integer.MAX_VALUE);
        requireBetween("inline total max bytes", inlineTotalMaxBytes, 0, Long.MAX_VALUE);
        requireBetween(
                "structured key lower max bytes", structuredKeyLowerMaxBytes, 0, Integer.MAX_VALUE);
        requireBetween("columnar percent", columnarPercent, 0, 100);
    }

    /** Two places in metadata for the id of a schema. */
    public enum SchemaField {
        /** What readers go by. */
        CURRENT,
        /** What 0.128 fills and nobody reads, by default. */
        DEPRECATED
    }

    private static void requireBetween(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + " must be between " + min + " and " + max + ", not " + value);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these settings. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.writerVersion = writerVersion;
        builder.format = format;
        builder.parquet = parquet;
        builder.targetBytes = targetBytes;
        builder.pieceBytes = pieceBytes;
        builder.maxOutstandingParts = maxOutstandingParts;
        builder.inlineSingleMaxBytes = inlineSingleMaxBytes;
        builder.inlineTotalMaxBytes = inlineTotalMaxBytes;
        builder.structuredKeyLowerMaxBytes = structuredKeyLowerMaxBytes;
        builder.deleteEnabled = deleteEnabled;
        builder.columnarPercent = columnarPercent;
        builder.runs = runs;
        builder.diffsSum = diffsSum;
        builder.schemaField = schemaField;
        builder.combineInlineWrites = combineInlineWrites;
        builder.validateBoundsOnWrite = validateBoundsOnWrite;
        builder.stats = stats;
        return builder;
    }

    /** First component of the keys of blobs written with this. */
    public WriterKey writerKey() {
        return WriterKey.ofVersion(writerVersion);
    }

    /** Columns of the next part. One draw decides, and it holds for the whole part. */
    public PartFormat drawFormat(RandomGenerator random) {
        return format == PartFormat.BOTH && random.nextInt(100) >= columnarPercent
                ? PartFormat.ROW
                : format;
    }

    /** Payload below which a part of {@code drawn} format is inline, exclusive. */
    public int inlineThresholdBytes(PartFormat drawn) {
        return drawn == PartFormat.BOTH ? inlineSingleMaxBytes / 2 : inlineSingleMaxBytes;
    }

    /**
     * Off-heap memory that one builder may hold: every outstanding part and the one being filled,
     * each with room for vectors that double as they grow and for a sorted copy, and room for one
     * update of unusual size. A safety net, not a budget: usual use is far below.
     */
    public long memoryLimitBytes() {
        return (maxOutstandingParts + 2L) * 4L * targetBytes
                + (runs.merges() ? mergeMemoryBytes() : 0)
                + (512L << 20);
    }

    /** Memory that one merge of runs may use. */
    public long mergeMemoryBytes() {
        return Math.max(runs.mergeMemoryBytes(), 4L * targetBytes);
    }

    /** Starts from the defaults for a shard of the 26 generation. */
    public static final class Builder {
        private String writerVersion = "26.0.0";
        private PartFormat format = PartFormat.STRUCTURED;
        private ParquetSettings parquet = ParquetSettings.DEFAULT;
        private int targetBytes = 32 << 20;
        private int pieceBytes = 4 << 20;
        private int maxOutstandingParts = 2;
        private int inlineSingleMaxBytes = 4096;
        private long inlineTotalMaxBytes = 1 << 20;
        private int structuredKeyLowerMaxBytes = 256;
        private boolean deleteEnabled = true;
        private int columnarPercent = 100;
        private RunSettings runs = RunSettings.DEFAULT;
        private boolean diffsSum = true;
        private SchemaField schemaField = SchemaField.CURRENT;
        private boolean combineInlineWrites = true;
        private boolean validateBoundsOnWrite = true;
        private StatsSettings stats = StatsSettings.DEFAULT;

        private Builder() {}

        public Builder writerVersion(String version) {
            writerVersion = version;
            return this;
        }

        public Builder format(PartFormat partFormat) {
            format = partFormat;
            return this;
        }

        public Builder parquet(ParquetSettings settings) {
            parquet = settings;
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

        public Builder maxOutstandingParts(int parts) {
            maxOutstandingParts = parts;
            return this;
        }

        public Builder inlineSingleMaxBytes(int bytes) {
            inlineSingleMaxBytes = bytes;
            return this;
        }

        public Builder inlineTotalMaxBytes(long bytes) {
            inlineTotalMaxBytes = bytes;
            return this;
        }

        public Builder structuredKeyLowerMaxBytes(int bytes) {
            structuredKeyLowerMaxBytes = bytes;
            return this;
        }

        public Builder deleteEnabled(boolean enabled) {
            deleteEnabled = enabled;
            return this;
        }

        public Builder columnarPercent(int percent) {
            columnarPercent = percent;
            return this;
        }

        public Builder runs(RunSettings settings) {
            runs = settings;
            return this;
        }

        public Builder diffsSum(boolean enabled) {
            diffsSum = enabled;
            return this;
        }

        public Builder schemaField(SchemaField field) {
            schemaField = field;
            return this;
        }

        public Builder combineInlineWrites(boolean enabled) {
            combineInlineWrites = enabled;
            return this;
        }

        public Builder validateBoundsOnWrite(boolean enabled) {
            validateBoundsOnWrite = enabled;
            return this;
        }

        public Builder stats(StatsSettings settings) {
            stats = settings;
            return this;
        }

        public BatchConfig build() {
            return new BatchConfig(
                    writerVersion,
                    format,
                    parquet,
                    targetBytes,
                    pieceBytes,
                    maxOutstandingParts,
                    inlineSingleMaxBytes,
                    inlineTotalMaxBytes,
                    structuredKeyLowerMaxBytes,
                    deleteEnabled,
                    columnarPercent,
                    runs,
                    diffsSum,
                    schemaField,
                    combineInlineWrites,
                    validateBoundsOnWrite,
                    stats);
        }
    }
}
