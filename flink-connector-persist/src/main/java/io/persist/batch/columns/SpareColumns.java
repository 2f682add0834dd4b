package io.persist.batch.columns;

import io.persist.codec.Codec;
import io.persist.codec.Vectors;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Columns without rows, for updates of one schema. Those that are not needed any more are emptied
 * and used again, which saves the system from handing out and clearing the same memory for every
 * piece of a part, and columns from growing each time. Any thread; the caller closes it.
 */
public final class SpareColumns implements AutoCloseable {
    /** More than this is never idle at once: one piece is filled while others are encoded. */
    private static final int MAX_KEPT = 2;

    private final Codec<?> keys;
    private final Codec<?> vals;
    private final BufferAllocator allocator;
    private final long maxBytes;
    private final Deque<Updates> kept = new ArrayDeque<>();

    /** Whether anyone ever takes columns. */
    private boolean used;

    /**
     * @param maxBytes of memory, beyond which columns are not kept: they held something unusual
     */
    public SpareColumns(Codec<?> keys, Codec<?> vals, BufferAllocator allocator, long maxBytes) {
        this.keys = keys;
        this.vals = vals;
        this.allocator = allocator;
        this.maxBytes = maxBytes;
    }

    /** Columns of a format, without rows. The caller closes them or {@link #give}s them back. */
    public Updates take(PartFormat format) {
        Updates spare = poll(format);
        return spare == null ? create(keys, vals, format, allocator) : spare;
    }

    private synchronized @Nullable Updates poll(PartFormat format) {
        used = true;
        Updates spare = kept.poll();
        if (spare != null && formatOf(spare) != format) {
            spare.close();
            return null;
        }
        return spare;
    }

    private static PartFormat formatOf(Updates updates) {
        if (updates.structured() == null) {
            return PartFormat.ROW;
        }
        return updates.rows() == null ? PartFormat.STRUCTURED : PartFormat.BOTH;
    }

    /** Takes columns over whose rows are not needed any more. */
    public void give(Updates updates) {
        boolean keep = false;
        try {
            keep = empty(updates);
        } finally {
            if (!keep) {
                updates.close();
            }
        }
        if (keep) {
            keep(updates);
        }
    }

    private synchronized void keep(Updates emptied) {
        if (used && kept.size() < MAX_KEPT) {
            kept.push(emptied);
        } else {
            emptied.close();
        }
    }

    /** New columns. */
    static Updates create(
            Codec<?> keys, Codec<?> vals, PartFormat format, BufferAllocator allocator) {
        Updates.@Nullable RowColumns rows =
                format == PartFormat.STRUCTURED
                        ? null
                        : new Updates.RowColumns(
                                new VarBinaryVector("k", allocator),
                                new VarBinaryVector("v", allocator));
        Updates.@Nullable StructuredColumns structured =
                format == PartFormat.ROW
                        ? null
                        : new Updates.StructuredColumns(
                                Vectors.create(keys.structuredField("k_s"), allocator),
                                Vectors.create(vals.structuredField("v_s"), allocator));
        return new Updates(
                rows,
                structured,
                new BigIntVector("t", allocator),
                new BigIntVector("d", allocator));
    }

    /** Makes all columns as if they were new, but for their memory; false if that is too much. */
    private boolean empty(Updates updates) {
        long bytes = empty(updates.times()) + empty(updates.diffs());
        Updates.RowColumns rows = updates.rows();
        if (rows != null) {
            bytes += empty(rows.keys()) + empty(rows.vals());
        }
        Updates.StructuredColumns structured = updates.structured();
        if (structured != null) {
            bytes += empty(structured.keys()) + empty(structured.vals());
        }
        return bytes <= maxBytes;
    }

    /** Returns the bytes of memory. */
    private static long empty(FieldVector vector) {
        long bytes = 0;
        if (vector instanceof NullVector) {
            vector.setValueCount(0);
            return 0;
        }
        if (vector instanceof StructVector struct) {
            for (FieldVector child : struct.getChildrenFromFields()) {
                bytes += empty(child);
            }
        } else if (vector instanceof BaseRepeatedValueVector list) {
            list.reset();
            bytes += list.getOffsetBuffer().capacity();
            bytes += empty(list.getDataVector());
        } else if (vector instanceof BaseVariableWidthVector) {
            clear(vector.getOffsetBuffer());
            bytes += vector.getOffsetBuffer().capacity() + vector.getDataBuffer().capacity();
        } else {
            // Whoever stores a null stores a zero with it, and every other value is replaced.
            bytes += vector.getDataBuffer().capacity();
        }
        clear(vector.getValidityBuffer());
        vector.setValueCount(0);
        return bytes + vector.getValidityBuffer().capacity();
    }

    private static void clear(ArrowBuf buffer) {
        buffer.setZero(0, buffer.capacity());
    }

    @Override
    public synchronized void close() {
        kept.forEach(Updates::close);
        kept.clear();
    }
}
