package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.columns.PartBuffer;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StatsKind;
import io.persist.codec.Vectors;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Objects;

/** Writes parts to blob. Used by many threads. */
final class HollowParts {
    private static final Logger LOG = LoggerFactory.getLogger(HollowParts.class);

    private final BatchStore store;
    private final BatchConfig config;
    private final Codec<?> keys;

    /**
     * @param keys of the schema that statistics are made for
     */
    HollowParts(BatchStore store, BatchConfig config, Codec<?> keys) {
        this.store = store;
        this.config = config;
        this.keys = keys;
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
        long measuring = metrics.nanoTime();
        TrimmedStats stats = stats(updates);
        long measured = metrics.nanoTime();
        RunPart.Hollow part =
                new RunPart.Hollow(
                        key,
                        blob.length(),
                        rows == null ? Bytes.EMPTY : KeyLowerEncoding.ofRows(rows.keys()),
                        structuredKeyLower(updates, order),
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
                        keyLower(updates, order, part),
                        stats == null ? 0 : stats.removedBytes()));
        return part;
    }

    /** Null if they are switched off, or not known of keys like these. */
    private @Nullable TrimmedStats stats(Updates updates) {
        if (!config.stats().enabled()) {
            return null;
        }
        StructStats stats = measure(updates);
        return stats == null ? null : KeyStats.trim(stats, config.stats());
    }

    private @Nullable StructStats measure(Updates updates) {
        StatsKind.Struct kind = keys.keyStatistics();
        Updates.StructuredColumns columns = updates.structured();
        if (columns != null) {
            // Inline parts that move to blob may be of another schema.
            boolean known =
                    Vectors.isSameType(columns.keys().getField(), keys.structuredField("k_s"));
            return known ? KeyStats.of(kind, columns.keys()) : null;
        }
        StructStats counted = KeyStats.ofCount(kind, updates.count());
        if (counted != null) {
            return counted;
        }
        try (FieldVector column = decodeKeys(updates, updates.count())) {
            return KeyStats.of(kind, column);
        } catch (CorruptDataException e) {
            LOG.warn("a part of shard {} gets no statistics", store.shard(), e);
            return null;
        }
    }

    /**
     * As the original, parts of rows have one if they are of a sorted run, whose first key is the
     * least.
     */
    private @Nullable Bytes structuredKeyLower(Updates updates, RunOrder order) {
        int maxBytes = config.structuredKeyLowerMaxBytes();
        Updates.StructuredColumns columns = updates.structured();
        if (columns != null) {
            return order == RunOrder.STRUCTURED
                    ? KeyLowerEncoding.ofSortedColumn(columns.keys(), maxBytes)
                    : KeyLowerEncoding.ofColumn(columns.keys(), maxBytes);
        }
        if (order != RunOrder.STRUCTURED || maxBytes == 0) {
            return null;
        }
        try (FieldVector first = decodeKeys(updates, 1)) {
            return KeyLowerEncoding.ofSortedColumn(first, maxBytes);
        } catch (CorruptDataException e) {
            LOG.warn("a part of shard {} gets no lower bound", store.shard(), e);
            return null;
        }
    }

    /** The columns of the first keys of a part that has row bytes only. */
    private FieldVector decodeKeys(Updates updates, int count) throws CorruptDataException {
        Updates.RowColumns rows = Objects.requireNonNull(updates.rows());
        return Vectors.decodeRows("k_s", keys, rows.keys(), count, updates.times().getAllocator());
    }

    private BatchMetrics.KeyLower keyLower(Updates updates, RunOrder order, RunPart.Hollow part) {
        boolean wanted = updates.structured() != null || order == RunOrder.STRUCTURED;
        if (!wanted || config.structuredKeyLowerMaxBytes() == 0) {
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
