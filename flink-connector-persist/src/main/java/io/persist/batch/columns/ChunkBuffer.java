package io.persist.batch.columns;

import io.persist.codec.Codec;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects updates of several parts into new vectors, column by column: chunks, of which one or
 * more make a new part. One thread; the caller closes it.
 */
public final class ChunkBuffer implements AutoCloseable {
    private static final int TIME_AND_DIFF_BYTES = 16;

    /** Of the offsets of keys and values in the row form, which count there. */
    private static final int OFFSETS_BYTES = 8;

    private final Codec<?> keys;
    private final Codec<?> vals;
    private final PartFormat format;
    private final BufferAllocator allocator;
    private final Limits limits;
    private final Segments segments = new Segments();
    private @Nullable Updates chunk;
    private long bytes;

    /** Payload and updates of the part that were handed over. */
    private long takenBytes;

    private int takenUpdates;
    private boolean endedPart;

    /**
     * How large chunks and parts become.
     *
     * @param partBytes a part ends with the update that makes its payload reach this
     * @param pieceBytes a chunk ends with its part, or when its payload reaches this
     * @param maxUpdates of a part
     */
    public record Limits(long partBytes, long pieceBytes, int maxUpdates) {}

    /**
     * @param format which columns chunks have
     * @param allocator of the chunks
     */
    public ChunkBuffer(
            Codec<?> keys,
            Codec<?> vals,
            PartFormat format,
            BufferAllocator allocator,
            Limits limits) {
        this.keys = keys;
        this.vals = vals;
        this.format = format;
        this.allocator = allocator;
        this.limits = limits;
    }

    public boolean isEmpty() {
        return chunk == null;
    }

    /** Whether {@link #take} is due. */
    public boolean isFull() {
        return chunk != null && (bytes >= limits.pieceBytes() || isPartFull(chunk));
    }

    private boolean isPartFull(Updates last) {
        return takenBytes + bytes >= limits.partBytes() || room(last) == 0;
    }

    /** How many more updates the part may have. */
    private int room(Updates last) {
        return limits.maxUpdates() - takenUpdates - last.count();
    }

    /** Hands the chunk over; the next one begins. There must be one. */
    public Updates take() {
        Updates taken = chunk;
        if (taken == null) {
            throw new IllegalStateException("no updates");
        }
        endedPart = isPartFull(taken);
        takenBytes = endedPart ? 0 : takenBytes + bytes;
        takenUpdates = endedPart ? 0 : takenUpdates + taken.count();
        chunk = null;
        bytes = 0;
        return taken;
    }

    /** Whether the chunk that was taken last made its part full. */
    public boolean endedPart() {
        return endedPart;
    }

    /**
     * Copies updates from {@code from} on, as many as the chunk takes, and at least one. Must not
     * be full.
     *
     * @return the first one that was not copied
     */
    public int append(Selection selection, int from) {
        Updates target = chunk == null ? SpareColumns.create(keys, vals, format, allocator) : chunk;
        chunk = target;
        int count = Math.min(selection.count() - from, room(target));
        List<FieldVector[]> sources = sources(selection);
        int end = from + fitting(selection, from, count, sources);
        segments.clear();
        for (int i = from; i < end; i++) {
            segments.add(selection.source(i), selection.row(i));
        }
        int at = target.count();
        List<FieldVector> columns = columns(target);
        for (int i = 0; i < columns.size(); i++) {
            Gather.append(columns.get(i), sources.get(i), segments);
        }
        BigIntVector times = target.times();
        BigIntVector diffs = target.diffs();
        times.setValueCount(at + end - from);
        diffs.setValueCount(at + end - from);
        for (int i = from; i < end; i++) {
            times.set(at + i - from, selection.time(i));
            diffs.set(at + i - from, selection.diff(i));
        }
        return end;
    }

    /** How many updates the chunk takes; counts their bytes. */
    private int fitting(Selection selection, int from, int count, List<FieldVector[]> sources) {
        long[] sizes = new long[count];
        PayloadSizes payload = new PayloadSizes(selection, from, sizes);
        long each =
                (long) TIME_AND_DIFF_BYTES + (format == PartFormat.STRUCTURED ? 0 : OFFSETS_BYTES);
        for (FieldVector[] column : sources) {
            each += payload.add(column);
        }
        long most = Math.min(limits.pieceBytes(), limits.partBytes() - takenBytes);
        int taken = 0;
        while (taken < count && (taken == 0 || bytes < most)) {
            bytes += sizes[taken] + each;
            taken++;
        }
        return taken;
    }

    /** By column of the chunk, the columns of the selection's parts. */
    private List<FieldVector[]> sources(Selection selection) {
        List<FieldVector[]> sources = new ArrayList<>();
        List<SortedPart> parts = selection.parts();
        for (int i = 0; i < parts.size(); i++) {
            PartColumns part = parts.get(i).columns();
            List<FieldVector> vectors =
                    columns(
                            format == PartFormat.STRUCTURED ? null : part.rows(),
                            format == PartFormat.ROW ? null : part.structured());
            for (int column = 0; column < vectors.size(); column++) {
                if (i == 0) {
                    sources.add(new FieldVector[parts.size()]);
                }
                sources.get(column)[i] = vectors.get(column);
            }
        }
        return sources;
    }

    private static List<FieldVector> columns(Updates updates) {
        return columns(updates.rows(), updates.structured());
    }

    private static List<FieldVector> columns(
            Updates.@Nullable RowColumns rows, Updates.@Nullable StructuredColumns structured) {
        return new PartColumns(rows, structured, PartColumns.Sort.COLUMNS).vectors();
    }

    @Override
    public void close() {
        if (chunk != null) {
            chunk.close();
            chunk = null;
        }
    }
}
