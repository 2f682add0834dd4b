package io.persist.batch;

import io.persist.batch.columns.RowOrder;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.ColumnAppender;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Migration;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.ParquetParts;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.TransferPair;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Fetches parts and brings them into the form of a reader: columns of the reader's types, times
 * rewritten, cut to the registered bounds, filtered, sorted. One thread.
 */
final class PartLoader<K, V> {
    private final BatchStore store;
    private final BatchSchema<K, V> schema;
    private final Filter filter;
    private final BufferAllocator allocator;

    PartLoader(
            BatchStore store, BatchSchema<K, V> schema, Filter filter, BufferAllocator allocator) {
        this.store = store;
        this.schema = schema;
        this.filter = filter;
        this.allocator = allocator;
    }

    /** Elements of a run in blob. */
    List<RunPart> list(RunPart.Many many)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        Bytes blob = store.get(many.key());
        try {
            return HollowBatchEncoding.decodeRun(blob);
        } catch (CorruptDataException e) {
            throw e.in("run " + store.blobKey(many.key()));
        }
    }

    /**
     * Loads one part; none of its updates may be left.
     *
     * @param registered description of the batch that lists the part
     */
    LoadedPart<K, V> load(RunPart.Single part, Description registered)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        try {
            return load(decode(part), part.tsRewrite(), registered);
        } catch (CorruptDataException e) {
            throw e.in(nameOf(part));
        }
    }

    String nameOf(RunPart.Single part) {
        return part instanceof RunPart.Hollow hollow
                ? "part " + store.blobKey(hollow.key())
                : "inline part of shard " + store.shard();
    }

    private DecodedPart decode(RunPart.Single part)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        if (part instanceof RunPart.Hollow hollow) {
            return ParquetParts.decode(store.get(hollow.key()), allocator);
        }
        if (part instanceof RunPart.Inline inline) {
            return InlineParts.decode(inline.updates(), allocator);
        }
        throw new AssertionError(part);
    }

    private LoadedPart<K, V> load(
            DecodedPart decoded, @Nullable Antichain tsRewrite, Description registered)
            throws CorruptDataException {
        try (decoded) {
            checkBounds(decoded.desc(), tsRewrite, registered);
            Updates updates = decoded.updates();
            long[] times = new long[updates.count()];
            long[] diffs = new long[updates.count()];
            int[] rows = select(decoded, tsRewrite, registered, times, diffs);
            Updates.StructuredColumns columns = columns(updates);
            try {
                new RowOrder(columns.keys(), columns.vals(), times).sort(rows);
                return new LoadedPart<>(schema, columns, rows, times, diffs);
            } catch (RuntimeException | Error e) {
                columns.keys().close();
                columns.vals().close();
                throw e;
            }
        }
    }

    /** Refuses what its writer or the state contradicts. */
    private static void checkBounds(
            Description embedded, @Nullable Antichain tsRewrite, Description registered)
            throws CorruptDataException {
        String violation = null;
        if (!needsTruncation(embedded, registered)) {
            if (!embedded.since().lessEqual(registered.since())) {
                violation = "its since is beyond the batch's";
            }
        } else if (!embedded.since().equals(Antichain.minimum())) {
            violation = "compacted parts cannot be cut to other bounds";
        } else if (!embedded.lower().lessEqual(registered.lower())) {
            violation = "its lower is beyond the batch's";
        } else if (tsRewrite == null && !registered.upper().lessEqual(embedded.upper())) {
            violation = "its upper is before the batch's";
        }
        if (violation != null) {
            throw new CorruptDataException(
                    "part of "
                            + embedded
                            + " is listed in a batch of "
                            + registered
                            + ": "
                            + violation);
        }
    }

    private static boolean needsTruncation(Description embedded, Description registered) {
        return !embedded.lower().equals(registered.lower())
                || !embedded.upper().equals(registered.upper());
    }

    /** Fills times and diffs by row; returns the rows that the reader sees. */
    private int[] select(
            DecodedPart decoded,
            @Nullable Antichain tsRewrite,
            Description registered,
            long[] times,
            long[] diffs) {
        Updates updates = decoded.updates();
        boolean truncate = needsTruncation(decoded.desc(), registered);
        int[] rows = new int[times.length];
        int kept = 0;
        for (int row = 0; row < rows.length; row++) {
            long time = updates.times().get(row);
            if (tsRewrite != null) {
                time = tsRewrite.advance(time);
            }
            boolean inside =
                    !truncate
                            || (registered.lower().lessEqual(time)
                                    && !registered.upper().lessEqual(time));
            if (inside && filter.keeps(time)) {
                times[row] = filter.advance(time);
                diffs[row] = updates.diffs().get(row);
                rows[kept++] = row;
            }
        }
        return Arrays.copyOf(rows, kept);
    }

    /** Columns of the reader's types, owned by the caller. */
    private Updates.StructuredColumns columns(Updates updates) throws CorruptDataException {
        Updates.StructuredColumns stored = updates.structured();
        Updates.RowColumns rows = updates.rows();
        FieldVector keys =
                column(
                        "k_s",
                        schema.keys(),
                        stored == null ? null : stored.keys(),
                        rows == null ? null : rows.keys());
        try {
            FieldVector vals =
                    column(
                            "v_s",
                            schema.vals(),
                            stored == null ? null : stored.vals(),
                            rows == null ? null : rows.vals());
            return new Updates.StructuredColumns(keys, vals);
        } catch (CorruptDataException | RuntimeException | Error e) {
            keys.close();
            throw e;
        }
    }

    /** The stored column if its type can become the codec's, else one made of the row bytes. */
    private <T> FieldVector column(
            String name,
            Codec<T> codec,
            @Nullable FieldVector stored,
            @Nullable VarBinaryVector rows)
            throws CorruptDataException {
        Field expected = codec.structuredField(name);
        if (stored != null) {
            Field found = stored.getField();
            if (isSameType(found, expected)) {
                return take(stored);
            }
            Optional<Migration> migration = Migration.between(found, expected);
            if (migration.isPresent()) {
                return migration.get().apply(take(stored), allocator);
            }
            if (rows == null) {
                throw new CorruptDataException(
                        "column of type " + found + ", which cannot become " + expected);
            }
        }
        return decode(name, codec, Objects.requireNonNull(rows));
    }

    private static boolean isSameType(Field found, Field expected) {
        return found.getType().equals(expected.getType())
                && found.getChildren().equals(expected.getChildren());
    }

    /** Moves the buffers into a vector of our own, so that closing the part leaves them alone. */
    private FieldVector take(FieldVector vector) {
        TransferPair transfer = vector.getTransferPair(allocator);
        transfer.transfer();
        return (FieldVector) transfer.getTo();
    }

    private <T> FieldVector decode(String name, Codec<T> codec, VarBinaryVector rows)
            throws CorruptDataException {
        FieldVector column = codec.structuredField(name).createVector(allocator);
        try {
            ColumnAppender<T> appender = codec.appender(column);
            for (int row = 0; row < rows.getValueCount(); row++) {
                appender.append(row, codec.decode(Bytes.takeArray(rows.get(row))));
            }
            appender.finish(rows.getValueCount());
            return column;
        } catch (CorruptDataException | RuntimeException | Error e) {
            column.close();
            throw e;
        }
    }
}
