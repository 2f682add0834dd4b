package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.columns.PartBuffer;
import io.persist.codec.Bytes;
import io.persist.codec.StatsKind;
import io.persist.frontier.Description;
import io.persist.part.KeyLowerEncoding;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.part.stats.KeyStats;
import io.persist.part.stats.StructStats;
import io.persist.part.stats.TrimmedStats;
import io.persist.store.PartKey;
import io.persist.store.StoreException;

import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** Writes parts to blob. Used by many threads. */
final class HollowParts {
    private final BatchStore store;
    private final BatchConfig config;
    private final StatsKind.@Nullable Struct keyStatistics;

    /**
     * @param keyStatistics what parts say about their keys; null for nothing
     */
    HollowParts(BatchStore store, BatchConfig config, StatsKind.@Nullable Struct keyStatistics) {
        this.store = store;
        this.config = config;
        this.keyStatistics = keyStatistics;
    }

    /** A key that no blob has yet. */
    PartKey freshKey() {
        return PartKey.of(config.writerKey(), store.partIds().get());
    }

    /**
     * Encodes {@code updates}, stores them as {@code key}, and describes them without rewrite and
     * schema. Does not close them.
     *
     * @param desc goes into the blob
     * @param index likewise
     * @param order of the run that the part is for
     */
    RunPart.Hollow write(PartKey key, Updates updates, Description desc, long index, RunOrder order)
            throws StoreException, InterruptedException {
        BatchMetrics metrics = store.metrics();
        long start = metrics.nanoTime();
        PartFormat format = formatOf(updates);
        Bytes blob = ParquetParts.encode(updates, format, desc, index, config.parquet());
        Updates.RowColumns rows = updates.rows();
        Updates.StructuredColumns columns = updates.structured();
        long measuring = metrics.nanoTime();
        TrimmedStats stats = stats(updates);
        long measured = metrics.nanoTime();
        RunPart.Hollow part =
                new RunPart.Hollow(
                        key,
                        blob.length(),
                        rows == null ? Bytes.EMPTY : KeyLowerEncoding.ofRows(rows.keys()),
                        columns == null ? null : structuredKeyLower(columns.keys(), order),
                        null,
                        config.diffsSum() ? updates.diffsSum() : null,
                        hint(format),
                        null,
                        null,
                        stats == null ? null : stats.encoded(),
                        Bytes.EMPTY);
        long encoded = metrics.nanoTime();
        store.set(key, blob);
        metrics.wrotePart(
                new BatchMetrics.PartWritten(
                        order,
                        blob.length(),
                        PartBuffer.payloadBytes(updates),
                        encoded - start,
                        measured - measuring,
                        metrics.nanoTime() - encoded,
                        keyLower(columns, part),
                        stats == null ? 0 : stats.removedBytes()));
        return part;
    }

    private @Nullable TrimmedStats stats(Updates updates) {
        if (keyStatistics == null || !config.stats().enabled()) {
            return null;
        }
        Updates.StructuredColumns columns = updates.structured();
        StructStats stats =
                columns == null
                        ? KeyStats.ofCount(keyStatistics, updates.count())
                        : KeyStats.of(keyStatistics, columns.keys());
        return stats == null ? null : KeyStats.trim(stats, config.stats());
    }

    private @Nullable Bytes structuredKeyLower(FieldVector keys, RunOrder order) {
        int maxBytes = config.structuredKeyLowerMaxBytes();
        return order == RunOrder.STRUCTURED
                ? KeyLowerEncoding.ofSortedColumn(keys, maxBytes)
                : KeyLowerEncoding.ofColumn(keys, maxBytes);
    }

    private BatchMetrics.KeyLower keyLower(
            Updates.@Nullable StructuredColumns columns, RunPart.Hollow part) {
        if (columns == null || config.structuredKeyLowerMaxBytes() == 0) {
            return BatchMetrics.KeyLower.NOT_WANTED;
        }
        return part.structuredKeyLower() == null
                ? BatchMetrics.KeyLower.TOO_BIG
                : BatchMetrics.KeyLower.PRESENT;
    }

    /** The format that writes exactly the columns at hand. */
    static PartFormat formatOf(Updates updates) {
        if (updates.structured() == null) {
            return PartFormat.ROW;
        }
        return updates.rows() == null ? PartFormat.STRUCTURED : PartFormat.BOTH;
    }

    private static RunPart.FormatHint hint(PartFormat format) {
        return switch (format) {
            case ROW -> new RunPart.FormatHint.Row();
            case BOTH -> new RunPart.FormatHint.Both(2);
            case STRUCTURED -> new RunPart.FormatHint.Structured();
        };
    }
}
