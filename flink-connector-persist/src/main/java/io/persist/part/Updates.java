package io.persist.part;

import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/**
 * The updates of one part in memory: times and diffs, and the keys and values as row bytes, as
 * structured columns, or both. Owns its vectors; whoever holds it closes it. Times are unsigned.
 * Not thread safe.
 */
public final class Updates implements AutoCloseable {
    private final @Nullable RowColumns rows;
    private final @Nullable StructuredColumns structured;
    private final BigIntVector times;
    private final BigIntVector diffs;

    /** Key and value row bytes, without nulls. */
    public record RowColumns(VarBinaryVector keys, VarBinaryVector vals) {}

    /** Structured key and value columns. */
    public record StructuredColumns(FieldVector keys, FieldVector vals) {}

    /**
     * @throws IllegalArgumentException if neither form is given or the lengths differ
     */
    public Updates(
            @Nullable RowColumns rows,
            @Nullable StructuredColumns structured,
            BigIntVector times,
            BigIntVector diffs) {
        this.rows = rows;
        this.structured = structured;
        this.times = times;
        this.diffs = diffs;
        int count = times.getValueCount();
        if (rows == null && structured == null) {
            throw new IllegalArgumentException("updates without keys and values");
        }
        boolean equal =
                diffs.getValueCount() == count
                        && (rows == null
                                || (rows.keys().getValueCount() == count
                                        && rows.vals().getValueCount() == count))
                        && (structured == null
                                || (structured.keys().getValueCount() == count
                                        && structured.vals().getValueCount() == count));
        if (!equal) {
            throw new IllegalArgumentException("columns of different lengths, times has " + count);
        }
    }

    public int count() {
        return times.getValueCount();
    }

    public @Nullable RowColumns rows() {
        return rows;
    }

    public @Nullable StructuredColumns structured() {
        return structured;
    }

    public BigIntVector times() {
        return times;
    }

    public BigIntVector diffs() {
        return diffs;
    }

    /** Sum of all diffs, wrapping. */
    public long diffsSum() {
        long sum = 0;
        for (int i = 0; i < count(); i++) {
            sum += diffs.get(i);
        }
        return sum;
    }

    @Override
    public void close() {
        if (rows != null) {
            rows.keys().close();
            rows.vals().close();
        }
        if (structured != null) {
            structured.keys().close();
            structured.vals().close();
        }
        times.close();
        diffs.close();
    }
}
