package io.persist.batch.columns;

import io.persist.codec.StructuredOrder;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a reader sees of a part, or of several: updates sorted by key, value and time and
 * consolidated, addressed by position. Also a lower bound of the keys of a part that was not read
 * yet, which has one position and sorts before every update that begins with it.
 *
 * <p>One thread; whoever holds it closes it. On the heap it takes 28 bytes for each update.
 */
public final class SortedPart implements AutoCloseable {
    /** Heap bytes of one update. */
    public static final int HEAP_BYTES = 28;

    private final @Nullable PartColumns columns;
    private final FieldVector keys;
    private final @Nullable FieldVector vals;
    private final int slot;
    private int size;
    private int[] rows;
    private long[] times;
    private long[] diffs;
    private long[] prefixes;
    private Comparison[] comparisons = {};

    /** Where this part stands in the list of a selection, which is set by that. */
    @Nullable Selection selection;

    int selectionRound;
    int selectionIndex;

    private SortedPart(
            @Nullable PartColumns columns, FieldVector keys, @Nullable FieldVector vals, int slot) {
        this.columns = columns;
        this.keys = keys;
        this.vals = vals;
        this.slot = slot;
        this.rows = new int[] {0};
        this.times = new long[] {0};
        this.diffs = new long[] {0};
        this.prefixes = new long[] {0};
    }

    /** How rows compare with those of another part. */
    private record Comparison(
            SortedPart with, StructuredOrder keys, @Nullable StructuredOrder vals) {}

    /**
     * Takes {@code selected} over, sorts and consolidates.
     *
     * @param slot a small number, different among parts that are compared with each other
     */
    public static SortedPart of(SelectedRows selected, int slot) {
        PartColumns columns = selected.columns();
        try {
            SortedPart part = new SortedPart(columns, columns.keys(), columns.vals(), slot);
            part.fill(selected);
            return part;
        } catch (RuntimeException | Error e) {
            selected.close();
            throw e;
        }
    }

    /**
     * A lower bound. Takes {@code key} over.
     *
     * @param key one row, of whose structs trailing fields may be missing
     * @param type of the keys that it is a bound of
     */
    public static SortedPart bound(FieldVector key, Field type, int slot) {
        SortedPart bound = new SortedPart(null, key, null, slot);
        bound.size = 1;
        bound.prefixes = SortPrefix.of(key, type);
        return bound;
    }

    private void fill(SelectedRows selected) {
        RowOrder order = selected.order();
        int[] sorted = selected.rows();
        order.sort(sorted);
        int kept = 0;
        long[] sums = new long[sorted.length];
        int at = 0;
        while (at < sorted.length) {
            int first = sorted[at];
            long sum = 0;
            do {
                sum += selected.diff(sorted[at]);
                at++;
            } while (at < sorted.length && order.compare(first, sorted[at]) == 0);
            if (sum != 0) {
                sorted[kept] = first;
                sums[kept] = sum;
                kept++;
            }
        }
        size = kept;
        rows = kept == sorted.length ? sorted : Arrays.copyOf(sorted, kept);
        diffs = kept == sums.length ? sums : Arrays.copyOf(sums, kept);
        times = new long[kept];
        prefixes = new long[kept];
        for (int i = 0; i < kept; i++) {
            times[i] = selected.time(rows[i]);
            prefixes[i] = order.prefix(rows[i]);
        }
    }

    /** A part with nothing but the update at {@code position}. */
    public SortedPart copyOf(int position, int otherSlot, BufferAllocator allocator) {
        List<FieldVector> copies = new ArrayList<>();
        try {
            int[] row = {rows[position]};
            for (FieldVector vector : columns().vectors()) {
                copies.add(Gather.rows(vector, row, allocator));
            }
            PartColumns copied = columnsOf(copies);
            SortedPart part = new SortedPart(copied, copied.keys(), copied.vals(), otherSlot);
            part.size = 1;
            part.times = new long[] {times[position]};
            part.diffs = new long[] {diffs[position]};
            part.prefixes = new long[] {prefixes[position]};
            return part;
        } catch (RuntimeException | Error e) {
            copies.forEach(FieldVector::close);
            throw e;
        }
    }

    private PartColumns columnsOf(List<FieldVector> vectors) {
        int at = columns().rows() == null ? 0 : 2;
        return new PartColumns(
                at == 0
                        ? null
                        : new Updates.RowColumns(
                                (VarBinaryVector) vectors.get(0), (VarBinaryVector) vectors.get(1)),
                columns().structured() == null
                        ? null
                        : new Updates.StructuredColumns(vectors.get(at), vectors.get(at + 1)),
                columns().sort());
    }

    /** Keys and values. Not for bounds. */
    public PartColumns columns() {
        if (columns == null) {
            throw new IllegalStateException("a bound has no updates");
        }
        return columns;
    }

    /** Whether this is a lower bound, not updates. */
    public boolean isBound() {
        return columns == null;
    }

    /** Number of positions. */
    public int size() {
        return size;
    }

    /** Row of the columns at {@code position}. */
    public int row(int position) {
        return rows[position];
    }

    public long time(int position) {
        return times[position];
    }

    public long diff(int position) {
        return diffs[position];
    }

    /** Where two differ, as unsigned numbers, they order what they stand for. */
    public long prefix(int position) {
        return prefixes[position];
    }

    /** Compares the update or bound at {@code position} with one of another part, or of this. */
    public int compare(int position, SortedPart other, int otherPosition) {
        int order = Long.compareUnsigned(prefixes[position], other.prefixes[otherPosition]);
        return order != 0 ? order : compareRows(position, other, otherPosition);
    }

    private int compareRows(int position, SortedPart other, int otherPosition) {
        Comparison with = other.slot < comparisons.length ? comparisons[other.slot] : null;
        if (with == null || with.with() != other) {
            with = compareWith(other);
        }
        int row = rows[position];
        int otherRow = other.rows[otherPosition];
        int order = with.keys().compare(row, otherRow);
        if (order != 0) {
            return order;
        }
        if (with.vals() == null) {
            return Boolean.compare(other.vals == null, vals == null);
        }
        order = with.vals().compare(row, otherRow);
        return order != 0
                ? order
                : Long.compareUnsigned(times[position], other.times[otherPosition]);
    }

    private Comparison compareWith(SortedPart other) {
        if (other.slot >= comparisons.length) {
            comparisons = Arrays.copyOf(comparisons, Math.max(8, other.slot + 1));
        }
        Comparison with =
                new Comparison(
                        other,
                        StructuredOrder.of(keys, other.keys),
                        vals == null || other.vals == null
                                ? null
                                : StructuredOrder.of(vals, other.vals));
        comparisons[other.slot] = with;
        return with;
    }

    @Override
    public void close() {
        if (columns == null) {
            keys.close();
        } else {
            columns.close();
        }
        comparisons = new Comparison[0];
        // Comparisons of others may still point here.
        size = 0;
        rows = new int[0];
        times = new long[0];
        diffs = times;
        prefixes = times;
    }
}
