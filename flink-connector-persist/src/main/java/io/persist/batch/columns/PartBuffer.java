package io.persist.batch.columns;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.ColumnAppender;
import io.persist.codec.GoodBytes;
import io.persist.codec.LongsWriter;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/** The part that is being filled: updates are encoded straight into its vectors. One thread. */
public final class PartBuffer<K, V> implements AutoCloseable {
    private static final int OFFSETS_BYTES = 8;
    private static final int TIME_AND_DIFF_BYTES = 16;

    private final Codec<K> keyCodec;
    private final Codec<V> valCodec;
    private final PartFormat format;
    private final BigIntVector times;
    private final BigIntVector diffs;
    private final LongsWriter timesWriter;
    private final LongsWriter diffsWriter;
    private final Updates.@Nullable RowColumns rows;
    private final @Nullable Columns<K, V> columns;
    private int count;
    private long bytes;
    private boolean retractions;

    private record Columns<K, V>(
            Updates.StructuredColumns vectors, ColumnAppender<K> keys, ColumnAppender<V> vals) {}

    public PartBuffer(
            Codec<K> keyCodec, Codec<V> valCodec, PartFormat format, BufferAllocator allocator) {
        this(
                keyCodec,
                valCodec,
                format,
                SpareColumns.create(keyCodec, valCodec, format, allocator));
    }

    /**
     * A buffer that fills the given columns.
     *
     * @param empty columns of the format without rows, which it takes over
     */
    public PartBuffer(Codec<K> keyCodec, Codec<V> valCodec, PartFormat format, Updates empty) {
        this.keyCodec = keyCodec;
        this.valCodec = valCodec;
        this.format = format;
        times = empty.times();
        diffs = empty.diffs();
        timesWriter = new LongsWriter(times);
        diffsWriter = new LongsWriter(diffs);
        rows = empty.rows();
        Updates.StructuredColumns structured = empty.structured();
        columns =
                structured == null
                        ? null
                        : new Columns<>(
                                structured,
                                keyCodec.appender(structured.keys()),
                                valCodec.appender(structured.vals()));
    }

    /**
     * @throws IllegalArgumentException if key or value does not fit the schema; the buffer is as if
     *     this had not been called
     */
    public void add(K key, V val, long time, long diff) {
        long added = TIME_AND_DIFF_BYTES;
        if (columns != null) {
            added += columns.keys().append(count, key);
            added += columns.vals().append(count, val);
        }
        if (rows != null) {
            added += put(rows.keys(), keyCodec.encode(key));
            added += put(rows.vals(), valCodec.encode(val));
            added += OFFSETS_BYTES;
        }
        timesWriter.put(count, time);
        diffsWriter.put(count, diff);
        count++;
        bytes += added;
        retractions |= diff < 0;
    }

    private int put(VarBinaryVector vector, Bytes row) {
        vector.setSafe(count, row.toArray());
        return row.length();
    }

    public int count() {
        return count;
    }

    public PartFormat format() {
        return format;
    }

    /** Bytes of everything held, without validity and slack. */
    public long bytes() {
        return bytes;
    }

    /** Whether a negative diff was seen, so that updates may cancel each other. */
    public boolean retractions() {
        return retractions;
    }

    /** Hands the updates over to the caller, who closes them. The buffer must not be used again. */
    public Updates takeUpdates() {
        if (columns != null) {
            columns.keys().finish(count);
            columns.vals().finish(count);
        }
        if (rows != null) {
            rows.keys().setValueCount(count);
            rows.vals().setValueCount(count);
        }
        timesWriter.finish(count);
        diffsWriter.finish(count);
        return new Updates(rows, columns == null ? null : columns.vectors(), times, diffs);
    }

    /**
     * Payload by which parts are judged small enough to be inline: that of the row form if there is
     * one, else of the columns. Costs time by the number of columns, not of rows.
     */
    public static long payloadBytes(Updates updates) {
        Updates.RowColumns rows = updates.rows();
        Updates.StructuredColumns columns = updates.structured();
        long payload = (long) TIME_AND_DIFF_BYTES * updates.count();
        if (rows != null) {
            return payload + GoodBytes.of(rows.keys()) + GoodBytes.of(rows.vals());
        }
        return columns == null
                ? payload
                : payload + GoodBytes.of(columns.keys()) + GoodBytes.of(columns.vals());
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
