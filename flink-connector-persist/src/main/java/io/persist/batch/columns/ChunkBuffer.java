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
 * Collects updates of several parts into new vectors, column by column, up to a size. One thread;
 * the caller closes it.
 */
public final class ChunkBuffer implements AutoCloseable {
    private static final int TIME_AND_DIFF_BYTES = 16;

    /** Of the offsets of keys and values in the row form, which count there. */
    private static final int OFFSETS_BYTES = 8;

    private final Codec<?> keys;
    private final Codec<?> vals;
    private final PartFormat format;
    private final BufferAllocator allocator;
    private final long targetBytes;
    private final int maxUpdates;
    private final Segments segments = new Segments();
    private @Nullable Updates chunk;
    private long bytes;

    /**
     * @param format which columns chunks have
     * @param allocator of the chunks
     * @param targetBytes a chunk ends with the update that makes its payload reach this
     */
    public ChunkBuffer(
            Codec<?> keys,
            Codec<?> vals,
            PartFormat format,
            BufferAllocator allocator,
            long targetBytes,
            int maxUpdates) {
        this.keys = keys;
        this.vals = vals;
        this.format = format;
        this.allocator = allocator;
        this.targetBytes = targetBytes;
        this.maxUpdates = maxUpdates;
    }

    public boolean isEmpty() {
        return chunk == null;
    }

    /** Whether {@link #take} is due. */
    public boolean isFull() {
        return chunk != null && (bytes >= targetBytes || chunk.count() >= maxUpdates);
    }

    /** Hands the chunk over; the next one begins. There must be one. */
    public Updates take() {
        Updates taken = chunk;
        if (taken == null) {
            throw new IllegalStateException("no updates");
        }
        chunk = null;
        bytes = 0;
        return taken;
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
        int count = Math.min(selection.count() - from, maxUpdates - target.count());
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
        int taken = 0;
        while (taken < count && (taken == 0 || bytes < targetBytes)) {
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
