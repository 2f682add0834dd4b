package io.persist.batch;

import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/** The part that is being filled: updates are encoded straight into its vectors. One thread. */
final class PartBuffer<K, V> implements AutoCloseable {
    private static final int OFFSETS_BYTES = 8;
    private static final int TIME_AND_DIFF_BYTES = 16;

    private final BatchSchema<K, V> schema;
    private final BigIntVector times;
    private final BigIntVector diffs;
    private final Updates.@Nullable RowColumns rows;
    private final @Nullable Columns<K, V> columns;
    private int count;
    private long bytes;
    private boolean retractions;

    private record Columns<K, V>(
            Updates.StructuredColumns vectors, ColumnAppender<K> keys, ColumnAppender<V> vals) {}

    PartBuffer(BatchSchema<K, V> schema, PartFormat format, BufferAllocator allocator) {
        this.schema = schema;
        times = new BigIntVector("t", allocator);
        diffs = new BigIntVector("d", allocator);
        rows =
                format == PartFormat.STRUCTURED
                        ? null
                        : new Updates.RowColumns(
                                new VarBinaryVector("k", allocator),
                                new VarBinaryVector("v", allocator));
        columns = format == PartFormat.ROW ? null : columns(schema, allocator);
    }

    private static <K, V> Columns<K, V> columns(
            BatchSchema<K, V> schema, BufferAllocator allocator) {
        FieldVector keys = schema.keys().structuredField("k_s").createVector(allocator);
        FieldVector vals = schema.vals().structuredField("v_s").createVector(allocator);
        return new Columns<>(
                new Updates.StructuredColumns(keys, vals),
                schema.keys().appender(keys),
                schema.vals().appender(vals));
    }

    /**
     * @throws IllegalArgumentException if key or value does not fit the schema; the buffer is as if
     *     this had not been called
     */
    void add(K key, V val, long time, long diff) {
        long added = TIME_AND_DIFF_BYTES;
        if (columns != null) {
            added += columns.keys().append(count, key);
            added += columns.vals().append(count, val);
        }
        if (rows != null) {
            added += put(rows.keys(), schema.keys().encode(key));
            added += put(rows.vals(), schema.vals().encode(val));
            added += OFFSETS_BYTES;
        }
        times.setSafe(count, time);
        diffs.setSafe(count, diff);
        count++;
        bytes += added;
        retractions |= diff < 0;
    }

    private int put(VarBinaryVector vector, Bytes row) {
        vector.setSafe(count, row.toArray());
        return row.length();
    }

    int count() {
        return count;
    }

    /** Bytes of everything held, without validity and slack. */
    long bytes() {
        return bytes;
    }

    /** Whether a negative diff was seen, so that updates may cancel each other. */
    boolean retractions() {
        return retractions;
    }

    /** Hands the updates over to the caller, who closes them. The buffer must not be used again. */
    Updates takeUpdates() {
        if (columns != null) {
            columns.keys().finish(count);
            columns.vals().finish(count);
        }
        if (rows != null) {
            rows.keys().setValueCount(count);
            rows.vals().setValueCount(count);
        }
        times.setValueCount(count);
        diffs.setValueCount(count);
        return new Updates(rows, columns == null ? null : columns.vectors(), times, diffs);
    }

    /** For a buffer whose updates are not taken. */
    @Override
    public void close() {
        if (columns != null) {
            columns.vectors().keys().close();
            columns.vectors().vals().close();
        }
        if (rows != null) {
            rows.keys().close();
            rows.vals().close();
        }
        times.close();
        diffs.close();
    }
}
