package io.persist.batch.columns;

import io.persist.codec.Codec;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StructuredOrder;

import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

import java.util.IdentityHashMap;

/**
 * What a reader sees of a part, or of several: rows sorted by key, value and time, addressed by
 * position. One thread; whoever holds it closes it.
 */
public final class SortedPart<K, V> implements AutoCloseable {
    private static final int MAX_COMPARISONS = 256;

    private final Codec<K> keyCodec;
    private final Codec<V> valCodec;
    private final SelectedRows selected;
    private final FieldVector keys;
    private final FieldVector vals;
    private final int[] rows;
    private final IdentityHashMap<SortedPart<K, V>, Comparison> comparisons =
            new IdentityHashMap<>();
    private @Nullable ColumnReader<K> keyReader;
    private @Nullable ColumnReader<V> valReader;

    /** Takes {@code selected} over, and sorts. */
    public SortedPart(Codec<K> keyCodec, Codec<V> valCodec, SelectedRows selected) {
        this.keyCodec = keyCodec;
        this.valCodec = valCodec;
        this.selected = selected;
        this.keys = selected.keys();
        this.vals = selected.vals();
        try {
            this.rows = selected.sortedRows();
        } catch (RuntimeException | Error e) {
            selected.close();
            throw e;
        }
    }

    /** How this part's rows compare with another's. */
    private record Comparison(StructuredOrder keys, StructuredOrder vals) {}

    /** Number of rows to visit. */
    public int size() {
        return rows.length;
    }

    public long time(int position) {
        return selected.time(rows[position]);
    }

    public long diff(int position) {
        return selected.diff(rows[position]);
    }

    public K key(int position) throws CorruptDataException {
        if (keyReader == null) {
            keyReader = keyCodec.reader(keys);
        }
        return keyReader.value(rows[position]);
    }

    public V val(int position) throws CorruptDataException {
        if (valReader == null) {
            valReader = valCodec.reader(vals);
        }
        return valReader.value(rows[position]);
    }

    /** Compares the update at {@code position} with one of another part, or of this. */
    public int compare(int position, SortedPart<K, V> other, int otherPosition) {
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
        return order != 0
                ? order
                : Long.compareUnsigned(selected.time(row), other.selected.time(otherRow));
    }

    private Comparison compareWith(SortedPart<K, V> other) {
        if (comparisons.size() == MAX_COMPARISONS) {
            comparisons.clear(); // most are with parts that were closed meanwhile
        }
        Comparison with =
                new Comparison(
                        StructuredOrder.of(keys, other.keys), StructuredOrder.of(vals, other.vals));
        comparisons.put(other, with);
        return with;
    }

    @Override
    public void close() {
        comparisons.clear();
        selected.close();
    }
}
