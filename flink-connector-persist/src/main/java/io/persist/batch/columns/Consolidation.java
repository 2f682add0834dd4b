package io.persist.batch.columns;

import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sorts the updates of one part and adds up those of equal key, value and time. */
public final class Consolidation {
    private Consolidation() {}

    /**
     * The consolidated updates, in the order of their columns (of their row bytes if there are no
     * columns); none may be left. Takes {@code updates} over; the caller closes the result.
     */
    public static Updates consolidate(Updates updates, BufferAllocator allocator) {
        try (updates) {
            int[] rows = sorted(updates);
            long[] sums = new long[rows.length];
            int kept = addUp(updates, rows, sums);
            return gather(updates, Arrays.copyOf(rows, kept), sums, allocator);
        }
    }

    private static RowOrder order(Updates updates) {
        Updates.StructuredColumns columns = updates.structured();
        Updates.RowColumns rows = updates.rows();
        if (columns != null) {
            return new RowOrder(columns.keys(), columns.vals(), times(updates));
        }
        if (rows != null) {
            return new RowOrder(rows.keys(), rows.vals(), times(updates));
        }
        throw new AssertionError("updates without keys and values");
    }

    private static long[] times(Updates updates) {
        long[] times = new long[updates.count()];
        for (int row = 0; row < times.length; row++) {
            times[row] = updates.times().get(row);
        }
        return times;
    }

    private static int[] sorted(Updates updates) {
        int[] rows = new int[updates.count()];
        Arrays.setAll(rows, i -> i);
        order(updates).sort(rows);
        return rows;
    }

    /** Moves the first row of each group with a sum to the front; returns how many there are. */
    private static int addUp(Updates updates, int[] rows, long[] sums) {
        RowOrder order = order(updates);
        int kept = 0;
        int at = 0;
        while (at < rows.length) {
            int first = rows[at];
            long sum = 0;
            do {
                sum += updates.diffs().get(rows[at]);
                at++;
            } while (at < rows.length && order.compare(first, rows[at]) == 0);
            if (sum != 0) {
                rows[kept] = first;
                sums[kept] = sum;
                kept++;
            }
        }
        return kept;
    }

    private static Updates gather(
            Updates source, int[] rows, long[] sums, BufferAllocator allocator) {
        List<FieldVector> made = new ArrayList<>();
        try {
            Updates.@Nullable RowColumns bytes = null;
            if (source.rows() != null) {
                FieldVector keys = add(made, Gather.rows(source.rows().keys(), rows, allocator));
                FieldVector vals = add(made, Gather.rows(source.rows().vals(), rows, allocator));
                bytes = new Updates.RowColumns((VarBinaryVector) keys, (VarBinaryVector) vals);
            }
            Updates.@Nullable StructuredColumns columns = null;
            if (source.structured() != null) {
                FieldVector keys =
                        add(made, Gather.rows(source.structured().keys(), rows, allocator));
                FieldVector vals =
                        add(made, Gather.rows(source.structured().vals(), rows, allocator));
                columns = new Updates.StructuredColumns(keys, vals);
            }
            FieldVector times = add(made, Gather.rows(source.times(), rows, allocator));
            BigIntVector diffs = new BigIntVector(source.diffs().getField(), allocator);
            made.add(diffs);
            diffs.allocateNew(rows.length);
            for (int i = 0; i < rows.length; i++) {
                diffs.set(i, sums[i]);
            }
            diffs.setValueCount(rows.length);
            return new Updates(bytes, columns, (BigIntVector) times, diffs);
        } catch (RuntimeException | Error e) {
            made.forEach(FieldVector::close);
            throw e;
        }
    }

    private static FieldVector add(List<FieldVector> made, FieldVector vector) {
        made.add(vector);
        return vector;
    }
}
