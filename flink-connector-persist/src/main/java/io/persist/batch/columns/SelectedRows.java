package io.persist.batch.columns;

import org.apache.arrow.vector.FieldVector;

import java.util.Arrays;

/**
 * Columns, and those of their rows that a reader sees, at the times it sees them. Grows by
 * appending others. One thread; whoever holds it closes it.
 */
public final class SelectedRows implements AutoCloseable {
    private final FieldVector keys;
    private final FieldVector vals;
    private long[] times;
    private long[] diffs;
    private int[] rows;
    private int selected;

    /**
     * Takes {@code keys} and {@code vals} over; nothing is selected yet.
     *
     * @param count rows of the columns
     */
    public SelectedRows(FieldVector keys, FieldVector vals, int count) {
        this.keys = keys;
        this.vals = vals;
        this.times = new long[count];
        this.diffs = new long[count];
        this.rows = new int[count];
    }

    /** Selects a row, each at most once. */
    public void select(int row, long time, long diff) {
        times[row] = time;
        diffs[row] = diff;
        rows[selected++] = row;
    }

    /** Number of selected rows. */
    public int size() {
        return selected;
    }

    /** Off-heap bytes of the columns. */
    public long bytes() {
        return (long) keys.getBufferSize() + vals.getBufferSize();
    }

    /** Copies the rows of {@code other} behind these. */
    public void append(SelectedRows other) {
        int offset = keys.getValueCount();
        int count = other.keys.getValueCount();
        Gather.append(keys, other.keys);
        Gather.append(vals, other.vals);
        times = grown(times, offset + count);
        diffs = grown(diffs, offset + count);
        System.arraycopy(other.times, 0, times, offset, count);
        System.arraycopy(other.diffs, 0, diffs, offset, count);
        if (rows.length < selected + other.selected) {
            rows = Arrays.copyOf(rows, Math.max(selected + other.selected, 2 * rows.length));
        }
        for (int i = 0; i < other.selected; i++) {
            rows[selected++] = other.rows[i] + offset;
        }
    }

    private static long[] grown(long[] array, int length) {
        return array.length >= length
                ? array
                : Arrays.copyOf(array, Math.max(length, 2 * array.length));
    }

    FieldVector keys() {
        return keys;
    }

    FieldVector vals() {
        return vals;
    }

    long time(int row) {
        return times[row];
    }

    long diff(int row) {
        return diffs[row];
    }

    /** The selected rows in the order of key, value and time. */
    int[] sortedRows() {
        int[] sorted = Arrays.copyOf(rows, selected);
        new RowOrder(keys, vals, times).sort(sorted);
        return sorted;
    }

    @Override
    public void close() {
        keys.close();
        vals.close();
    }
}
