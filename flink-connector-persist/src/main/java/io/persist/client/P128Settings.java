package io.persist.client;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunOrder;
import io.persist.codec.ShardId;
import io.persist.part.ParquetSettings;
import io.persist.part.PartFormat;
import io.persist.shard.Profile;

/**
 * What can be set only for shards of {@link Profile#P128}; the newer generation has no choice here.
 * Every default is visible in {@link Builder}, and is that of 0.128 but for {@code recordSchemaId}.
 *
 * @param format columns of the parts: {@link PartFormat#ROW} or {@link PartFormat#BOTH}
 * @param columnarPercent share of the parts that get columns if the format has them
 * @param structuredOrder whether merged runs are sorted by columns rather than by row bytes
 * @param structuredOrderFromShard only shards whose text form is below this are sorted by columns:
 *     {@code s0} for none, {@code s8} for half, {@code sz} for all
 * @param diffsSum whether parts carry the sum of their diffs
 * @param recordSchemaId whether a part's schema is recorded where readers look for it
 * @param dictionary whether Parquet dictionaries are tried
 */
public record P128Settings(
        PartFormat format,
        int columnarPercent,
        boolean structuredOrder,
        String structuredOrderFromShard,
        boolean diffsSum,
        boolean recordSchemaId,
        boolean dictionary) {
    /**
     * @throws IllegalArgumentException if 0.128 cannot read the format, or the percentage is none
     */
    public P128Settings {
        if (format == PartFormat.STRUCTURED) {
            throw new IllegalArgumentException("0.128 cannot read parts of format " + format);
        }
        if (columnarPercent < 0 || columnarPercent > 100) {
            throw new IllegalArgumentException(
                    "columnarPercent must be between 0 and 100, is " + columnarPercent);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What merged runs of {@code shard} are sorted by. */
    RunOrder preferredOrder(ShardId shard) {
        boolean below = shard.toString().compareTo(structuredOrderFromShard) < 0;
        return structuredOrder && below ? RunOrder.STRUCTURED : RunOrder.CODEC;
    }

    /** {@code base} as it is for {@code shard}, without anything that 0.128 does not know. */
    BatchConfig applyTo(BatchConfig base, ShardId shard) {
        return base.toBuilder()
                .writerVersion(Profile.P128.label())
                .format(format)
                .columnarPercent(columnarPercent)
                .parquet(new ParquetSettings(base.parquet().compression(), dictionary))
                .runs(base.runs().withOrder(preferredOrder(shard)).withIdentities(false))
                .diffsSum(diffsSum)
                .schemaField(
                        recordSchemaId
                                ? BatchConfig.SchemaField.CURRENT
                                : BatchConfig.SchemaField.DEPRECATED)
                .combineInlineWrites(false)
                .validateBoundsOnWrite(true)
                .build();
    }

    /** Collects settings; not thread safe. */
    public static final class Builder {
        private PartFormat format = PartFormat.BOTH;
        private int columnarPercent = 100;
        private boolean structuredOrder = true;
        private String structuredOrderFromShard = "sz";
        private boolean diffsSum = true;
        private boolean recordSchemaId = true;
        private boolean dictionary = false;

        private Builder() {}

        /** {@link PartFormat#ROW} for the smallest parts that every version reads. */
        public Builder format(PartFormat value) {
            format = value;
            return this;
        }

        /**
         * The format by its name: {@code row}, {@code both_v2}, or {@code both}, which only ever
         * meant {@code row}. Other text means {@code both_v2}, as it does to 0.128.
         */
        public Builder format(String text) {
            format = text.equals("row") || text.equals("both") ? PartFormat.ROW : PartFormat.BOTH;
            return this;
        }

        /** Less than 100 to try columns on some parts. */
        public Builder columnarPercent(int value) {
            columnarPercent = value;
            return this;
        }

        public Builder structuredOrder(boolean enabled) {
            structuredOrder = enabled;
            return this;
        }

        /** To try structured order on some shards. */
        public Builder structuredOrderFromShard(String text) {
            structuredOrderFromShard = text;
            return this;
        }

        public Builder diffsSum(boolean enabled) {
            diffsSum = enabled;
            return this;
        }

        /**
         * Switched off, parts look as 0.128 writes them by default, and their columns cannot be
         * told apart after the schema evolved.
         */
        public Builder recordSchemaId(boolean enabled) {
            recordSchemaId = enabled;
            return this;
        }

        /** Smaller parts where values repeat. */
        public Builder dictionary(boolean enabled) {
            dictionary = enabled;
            return this;
        }

        public P128Settings build() {
            return new P128Settings(
                    format,
                    columnarPercent,
                    structuredOrder,
                    structuredOrderFromShard,
                    diffsSum,
                    recordSchemaId,
                    dictionary);
        }
    }
}
