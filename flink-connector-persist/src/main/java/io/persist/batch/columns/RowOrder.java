package io.persist.batch.columns;

import io.persist.codec.StructuredOrder;

import org.apache.arrow.vector.FieldVector;

/** The order of rows within one part: by key, then value, then unsigned time. */
public final class RowOrder {
    private static final int INSERTION_RUN = 8;

    private final long[] prefixes;
    private final StructuredOrder keys;
    private final StructuredOrder vals;
    private final long[] times;

    /**
     * @param times by row
     */
    public RowOrder(FieldVector keys, FieldVector vals, long[] times) {
        this.prefixes = SortPrefix.of(keys);
        this.keys = StructuredOrder.of(keys, keys);
        this.vals = StructuredOrder.of(vals, vals);
        this.times = times;
    }

    /** Orders {@code row} among rows of this type where it differs. */
    long prefix(int row) {
        return prefixes[row];
    }

    public int compare(int left, int right) {
        int order = Long.compareUnsigned(prefixes[left], prefixes[right]);
        if (order == 0) {
            order = keys.compare(left, right);
        }
        if (order == 0) {
            order = vals.compare(left, right);
        }
        return order != 0 ? order : Long.compareUnsigned(times[left], times[right]);
    }

    /** Sorts row numbers, stably; cheap if they are in order already. */
    public void sort(int[] rows) {
        if (isSorted(rows)) {
            return;
        }
        for (int from = 0; from < rows.length; from += INSERTION_RUN) {
            insertionSort(rows, from, Math.min(from + INSERTION_RUN, rows.length));
        }
        int[] source = rows;
        int[] target = new int[rows.length];
        for (long width = INSERTION_RUN; width < rows.length; width *= 2) {
            for (long from = 0; from < rows.length; from += 2 * width) {
                int middle = (int) Math.min(from + width, rows.length);
                int to = (int) Math.min(from + 2 * width, rows.length);
                merge(source, (int) from, middle, to, target);
            }
            int[] swap = source;
            source = target;
            target = swap;
        }
        if (source != rows) {
            System.arraycopy(source, 0, rows, 0, rows.length);
        }
    }

    private boolean isSorted(int[] rows) {
        for (int i = 1; i < rows.length; i++) {
            if (compare(rows[i - 1], rows[i]) > 0) {
                return false;
            }
        }
        return true;
    }

    private void insertionSort(int[] rows, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            int row = rows[i];
            int at = i;
            while (at > from && compare(rows[at - 1], row) > 0) {
                rows[at] = rows[at - 1];
                at--;
            }
            rows[at] = row;
        }
    }

    private void merge(int[] source, int from, int middle, int to, int[] target) {
        if (middle == to || compare(source[middle - 1], source[middle]) <= 0) {
            System.arraycopy(source, from, target, from, to - from);
            return;
        }
        int left = from;
        int right = middle;
        for (int at = from; at < to; at++) {
            boolean takeLeft =
                    left < middle && (right == to || compare(source[left], source[right]) <= 0);
            target[at] = takeLeft ? source[left++] : source[right++];
        }
    }
}
