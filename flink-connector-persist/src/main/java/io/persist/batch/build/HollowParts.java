package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchStore;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.frontier.Description;
import io.persist.part.KeyLowerEncoding;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.store.PartKey;
import io.persist.store.StoreException;

/** Writes parts to blob. Used by many threads. */
final class HollowParts {
    private final BatchStore store;
    private final BatchConfig config;

    HollowParts(BatchStore store, BatchConfig config) {
        this.store = store;
        this.config = config;
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
     */
    RunPart.Hollow write(PartKey key, Updates updates, Description desc, long index)
            throws StoreException, InterruptedException {
        PartFormat format = formatOf(updates);
        Bytes blob = ParquetParts.encode(updates, format, desc, index, config.parquet());
        Updates.RowColumns rows = updates.rows();
        Updates.StructuredColumns columns = updates.structured();
        RunPart.Hollow part =
                new RunPart.Hollow(
                        key,
                        blob.length(),
                        rows == null ? Bytes.EMPTY : KeyLowerEncoding.ofRows(rows.keys()),
                        columns == null
                                ? null
                                : KeyLowerEncoding.ofColumn(
                                        columns.keys(), config.structuredKeyLowerMaxBytes()),
                        null,
                        config.diffsSum() ? updates.diffsSum() : null,
                        hint(format),
                        null,
                        null,
                        null,
                        Bytes.EMPTY);
        store.set(key, blob);
        return part;
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
