package io.persist.batch;

import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StructuredOrder;
import io.persist.part.Updates;

import org.jspecify.annotations.Nullable;

import java.util.IdentityHashMap;

/**
 * A part as a reader wants it: columns of the reader's types, and the rows to visit, sorted by key,
 * value and time, at the times the reader sees. One thread; whoever holds it closes it.
 */
final class LoadedPart<K, V> implements AutoCloseable {
    private static final int MAX_COMPARISONS = 256;

    private final BatchSchema<K, V> schema;
    private final Updates.StructuredColumns columns;
    private final int[] rows;
    private final long[] times;
    private final long[] diffs;
    private @Nullable ColumnReader<K> keyReader;
    private @Nullable ColumnReader<V> valReader;
    private final IdentityHashMap<LoadedPart<K, V>, Comparison> comparisons =
            new IdentityHashMap<>();

    /**
     * @param columns taken over
     * @param rows to visit, in order
     * @param times by row of the columns
     * @param diffs by row of the columns
     */
    LoadedPart(
            BatchSchema<K, V> schema,
            Updates.StructuredColumns columns,
            int[] rows,
            long[] times,
            long[] diffs) {
        this.schema = schema;
        this.columns = columns;
        this.rows = rows;
        this.times = times;
        this.diffs = diffs;
    }

    /** How this part's rows compare with another's. */
    private record Comparison(StructuredOrder keys, StructuredOrder vals) {}

    /** Number of rows to visit. */
    int size() {
        return rows.length;
    }

    long time(int position) {
        return times[rows[position]];
    }

    long diff(int position) {
        return diffs[rows[position]];
    }

    K key(int position) throws CorruptDataException {
        if (keyReader == null) {
            keyReader = schema.keys().reader(columns.keys());
        }
        return keyReader.value(rows[position]);
    }

    V val(int position) throws CorruptDataException {
        if (valReader == null) {
            valReader = schema.vals().reader(columns.vals());
        }
        return valReader.value(rows[position]);
    }

    /** Compares the update at {@code position} with one of another part, or of this. */
    int compare(int position, LoadedPart<K, V> other, int otherPosition) {
        Comparison with = comparisons.get(other);
        if (with == null) {
            with = compareWith(other);
        }
        int row = rows[position];
        int otherRow = other.rows[otherPosition];
        int order = with.keys().compare(row, otherRow);
        if (order == 0) {
            order = with.vals().compare(row, otherRow);
        }
        return order != 0 ? order : Long.compareUnsigned(times[row], other.times[otherRow]);
    }

    private Comparison compareWith(LoadedPart<K, V> other) {
        if (comparisons.size() == MAX_COMPARISONS) {
            comparisons.clear(); // most are with parts that were closed meanwhile
        }
        Comparison with =
                new Comparison(
                        StructuredOrder.of(columns.keys(), other.columns.keys()),
                        StructuredOrder.of(columns.vals(), other.columns.vals()));
        comparisons.put(other, with);
        return with;
    }

    @Override
    public void close() {
        comparisons.clear();
        columns.keys().close();
        columns.vals().close();
    }
}
