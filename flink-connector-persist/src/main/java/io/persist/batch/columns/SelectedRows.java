package io.persist.batch.columns;

import org.apache.arrow.vector.FieldVector;

import java.util.Arrays;
import java.util.List;

/**
 * Columns, and those of their rows that a reader sees, at the times it sees them. Grows by
 * appending others. One thread; whoever holds it closes it.
 */
public final class SelectedRows implements AutoCloseable {
    private final PartColumns columns;
    private long[] times;
    private long[] diffs;
    private int[] rows;
    private int selected;

    /**
     * Takes {@code columns} over; nothing is selected yet.
     *
     * @param count rows of the columns
     */
    public SelectedRows(PartColumns columns, int count) {
        this.columns = columns;
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
        return columns.bytes();
    }

    /** The greatest sort prefix of a selected key; 0 if nothing is selected. */
    public long maxPrefix() {
        long[] prefixes = SortPrefix.of(columns.keys());
        long max = 0;
        for (int i = 0; i < selected; i++) {
            long prefix = prefixes[rows[i]];
            max = Long.compareUnsigned(prefix, max) > 0 ? prefix : max;
        }
        return max;
    }

    /** Copies the rows of {@code other}, which are of the same types, behind these. */
    public void append(SelectedRows other) {
        int offset = columns.keys().getValueCount();
        int count = other.columns.keys().getValueCount();
        List<FieldVector> targets = columns.vectors();
        List<FieldVector> sources = other.columns.vectors();
        for (int i = 0; i < targets.size(); i++) {
            Gather.append(targets.get(i), sources.get(i));
        }
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

    PartColumns columns() {
        return columns;
    }

    long diff(int row) {
        return diffs[row];
    }

    long time(int row) {
        return times[row];
    }

    /** The selected rows, in no order. */
    int[] rows() {
        return Arrays.copyOf(rows, selected);
    }

    RowOrder order() {
        return new RowOrder(columns.keys(), columns.vals(), times);
    }

    @Override
    public void close() {
        columns.close();
    }
}
