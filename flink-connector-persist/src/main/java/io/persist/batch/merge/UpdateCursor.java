package io.persist.batch.merge;

import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.RunOrder;
import io.persist.batch.columns.Selection;
import io.persist.batch.columns.SortedPart;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Streams the updates of batches in the order of key, value and time, consolidated: updates of
 * equal key, value and time (as the filter shows it) are added up, and those that cancel are left
 * out.
 *
 * <p>The merge is that of {@link RunMerge}; keys and values are decoded when they are asked for.
 *
 * <pre>{@code
 * while (cursor.next()) {
 *     use(cursor.key(), cursor.val(), cursor.time(), cursor.diff());
 * }
 * }</pre>
 *
 * <p>One thread. The caller closes it.
 */
public final class UpdateCursor<K, V> implements AutoCloseable {
    /** Encoded bytes that are fetched before they are needed, unless told otherwise. */
    public static final long DEFAULT_MEMORY_BYTES = 64L << 20;

    private final BatchSchema<K, V> schema;
    private final MergeKernel<K, V> kernel;
    private final Selection selection = new Selection();

    /** By part of the selection; empty where nothing was decoded yet. */
    private final List<@Nullable Readers<K, V>> readers = new ArrayList<>();

    private int position = -1;

    private record Readers<K, V>(SortedPart part, ColumnReader<K> keys, ColumnReader<V> vals) {}

    private UpdateCursor(BatchSchema<K, V> schema, MergeKernel<K, V> kernel) {
        this.schema = schema;
        this.kernel = kernel;
    }

    /** With {@link #DEFAULT_MEMORY_BYTES}. Fetches nothing yet. */
    public static <K, V> UpdateCursor<K, V> open(
            BatchStore store, BatchSchema<K, V> schema, List<HollowBatch> batches, Filter filter) {
        return open(store, schema, batches, filter, DEFAULT_MEMORY_BYTES);
    }

    /**
     * Of the parts that may hold something of interest; of other keys there may be less, with
     * multiplicities that mean nothing. Fetches nothing yet.
     *
     * @param parts for this cursor only
     */
    public static <K, V> UpdateCursor<K, V> open(
            BatchStore store,
            BatchSchema<K, V> schema,
            List<HollowBatch> batches,
            Filter filter,
            PartFilter parts) {
        return open(store, schema, batches, new Scope(filter, parts), DEFAULT_MEMORY_BYTES);
    }

    /**
     * Fetches nothing yet.
     *
     * @param memoryBytes up to which parts are fetched before they are needed; what is needed is
     *     fetched in any case
     */
    public static <K, V> UpdateCursor<K, V> open(
            BatchStore store,
            BatchSchema<K, V> schema,
            List<HollowBatch> batches,
            Filter filter,
            long memoryBytes) {
        return open(store, schema, batches, Scope.all(filter), memoryBytes);
    }

    private static <K, V> UpdateCursor<K, V> open(
            BatchStore store,
            BatchSchema<K, V> schema,
            List<HollowBatch> batches,
            Scope scope,
            long memoryBytes) {
        List<MergeInput> inputs = new ArrayList<>();
        for (HollowBatch batch : batches) {
            boolean beyond =
                    scope.updates() instanceof Filter.Snapshot snapshot
                            && snapshot.asOf().lessThan(batch.lower());
            if (!beyond) {
                inputs.addAll(MergeInput.of(batch));
            }
        }
        PartForm form = PartForm.of(PartFormat.STRUCTURED, RunOrder.STRUCTURED);
        return new UpdateCursor<>(
                schema, new MergeKernel<>(store, schema, scope, form, memoryBytes, inputs));
    }

    /** Moves to the next update, which may be the first; returns whether there is one. */
    public boolean next()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        position++;
        if (position < selection.count()) {
            return true;
        }
        position = -1;
        if (!kernel.fill(selection)) {
            return false;
        }
        position = 0;
        return true;
    }

    private int position() {
        if (position < 0) {
            throw new IllegalStateException("cursor is not at an update");
        }
        return position;
    }

    private Readers<K, V> readers(int source) throws CorruptDataException {
        SortedPart part = selection.parts().get(source);
        while (readers.size() <= source) {
            readers.add(null);
        }
        Readers<K, V> known = readers.get(source);
        if (known != null && known.part() == part) {
            return known;
        }
        Updates.StructuredColumns columns = part.columns().structured();
        if (columns == null) {
            throw new AssertionError("a part without columns");
        }
        Readers<K, V> made =
                new Readers<>(
                        part,
                        schema.keys().reader(columns.keys()),
                        schema.vals().reader(columns.vals()));
        readers.set(source, made);
        return made;
    }

    /** Key of the current update. */
    public K key() throws CorruptDataException {
        int at = position();
        return readers(selection.source(at)).keys().value(selection.row(at));
    }

    /** Value of the current update. */
    public V val() throws CorruptDataException {
        int at = position();
        return readers(selection.source(at)).vals().value(selection.row(at));
    }

    /** Time of the current update, as the filter shows it. */
    public long time() {
        return selection.time(position());
    }

    /** Multiplicity of the current update, never 0. */
    public long diff() {
        return selection.diff(position());
    }

    /** Idempotent. */
    @Override
    public void close() {
        position = -1;
        selection.clear();
        kernel.close();
    }
}
