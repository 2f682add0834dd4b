package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.frontier.Description;
import io.persist.part.PartEncoder;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.part.stats.TrimmedStats;
import io.persist.store.PartKey;
import io.persist.store.StoreException;

/** Writes parts to blob. Used by many threads. */
final class HollowParts {
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
     * A part without updates, which the caller closes.
     *
     * @param format which columns the updates will have
     * @param desc goes into the blob
     * @param order of the run that the part is for
     */
    OpenPart open(PartFormat format, Description desc, RunOrder order) {
        return new OpenPart(
                store.metrics(),
                format,
                new PartEncoder(format, desc, config.parquet()),
                new KeyFacts(store.shard(), config, keys, order));
    }

    /**
     * {@link #store} of {@code updates} alone; does not close them.
     *
     * @param desc goes into the blob
     */
    RunPart.Hollow write(PartKey key, Updates updates, Description desc, long index, RunOrder order)
            throws StoreException, InterruptedException {
        try (OpenPart part = open(formatOf(updates), desc, order)) {
            part.add(updates, updates.count());
            return store(key, part, index, order);
        }
    }

    /**
     * Stores all updates of {@code part} as {@code key}, and describes them without rewrite and
     * schema.
     *
     * @param index goes into the blob
     * @param order of the run that the part is for
     */
    RunPart.Hollow store(PartKey key, OpenPart part, long index, RunOrder order)
            throws StoreException, InterruptedException {
        BatchMetrics metrics = store.metrics();
        OpenPart.Encoded encoded = part.finish(index);
        TrimmedStats stats = encoded.stats();
        RunPart.Hollow hollow =
                new RunPart.Hollow(
                        key,
                        encoded.blob().length(),
                        encoded.keyLower(),
                        encoded.structuredKeyLower(),
                        null,
                        config.diffsSum() ? part.diffsSum() : null,
                        hint(part.format()),
                        null,
                        null,
                        stats == null ? null : stats.encoded(),
                        Bytes.EMPTY);
        long uploading = metrics.nanoTime();
        store.set(key, encoded.blob());
        metrics.wrotePart(
                new BatchMetrics.PartWritten(
                        order,
                        encoded.blob().length(),
                        encoded.payloadBytes(),
                        encoded.encodeNanos(),
                        encoded.statsNanos(),
                        metrics.nanoTime() - uploading,
                        keyLower(part.format(), order, hollow),
                        stats == null ? 0 : stats.removedBytes()));
        return hollow;
    }

    private BatchMetrics.KeyLower keyLower(PartFormat format, RunOrder order, RunPart.Hollow part) {
        boolean wanted = format != PartFormat.ROW || order == RunOrder.STRUCTURED;
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
