package io.persist.batch;

import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Streams the updates of batches in the order of key, value and time, consolidated: updates of
 * equal key, value and time (as the filter shows it) are added up, and those that cancel are left
 * out.
 *
 * <p>Sorted runs are read part by part; unsorted ones have each part sorted in memory. Off-heap
 * memory: one part per run that promises an order and one for each part of the other runs.
 *
 * <pre>{@code
 * while (cursor.next()) {
 *     use(cursor.key(), cursor.val(), cursor.time(), cursor.diff());
 * }
 * }</pre>
 *
 * <p>One thread. The caller closes it.
 */
public final class UpdateCursor<K, V> implements AutoCloseable {
    private final BufferAllocator allocator;
    private final List<RunReader<K, V>> unopened = new ArrayList<>();
    private final RunHeap<K, V> heap = new RunHeap<>();
    private final Deque<LoadedPart<K, V>> retired = new ArrayDeque<>();
    private @Nullable LoadedPart<K, V> part;
    private int position;
    private long time;
    private long diff;
    private boolean closed;

    private UpdateCursor(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /** Nothing is fetched before the first call of {@link #next}, except lists of parts. */
    public static <K, V> UpdateCursor<K, V> open(
            BatchStore store, BatchSchema<K, V> schema, List<HollowBatch> batches, Filter filter)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        BufferAllocator allocator =
                store.allocator().newChildAllocator("update cursor", 0, Long.MAX_VALUE);
        UpdateCursor<K, V> cursor = new UpdateCursor<>(allocator);
        boolean complete = false;
        try {
            PartLoader<K, V> loader = new PartLoader<>(store, schema, filter, allocator);
            boolean codecOrder = ordersCoincide(schema);
            for (HollowBatch batch : batches) {
                if (filter instanceof Filter.Snapshot snapshot
                        && snapshot.asOf().lessThan(batch.lower())) {
                    continue;
                }
                for (Run run : batch.runs()) {
                    cursor.addRun(loader, batch.desc(), run, codecOrder);
                }
            }
            complete = true;
            return cursor;
        } finally {
            if (!complete) {
                cursor.close();
            }
        }
    }

    /** Whether row bytes sort as columns do, which holds for the simple codecs. */
    private static boolean ordersCoincide(BatchSchema<?, ?> schema) {
        return isBytes(schema.keys()) && isBytes(schema.vals());
    }

    private static boolean isBytes(Codec<?> codec) {
        ArrowType type = codec.structuredField("").getType();
        return type instanceof ArrowType.Utf8
                || type instanceof ArrowType.Binary
                || type instanceof ArrowType.Null;
    }

    private void addRun(
            PartLoader<K, V> loader, Description registered, Run run, boolean codecOrder)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        RunOrder order = run.meta().order().orElse(RunOrder.UNORDERED);
        boolean sorted = order == RunOrder.STRUCTURED || (order == RunOrder.CODEC && codecOrder);
        if (sorted) {
            unopened.add(new RunReader<>(loader, registered, run.parts()));
            return;
        }
        Deque<RunPart> waiting = new ArrayDeque<>(run.parts());
        while (!waiting.isEmpty()) {
            RunPart part = waiting.remove();
            if (part instanceof RunPart.Many many) {
                waiting.addAll(loader.list(many));
            } else {
                unopened.add(new RunReader<>(loader, registered, List.of(part)));
            }
        }
    }

    /** Moves to the next update, which may be the first; returns whether there is one. */
    public boolean next()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        part = null;
        while (!unopened.isEmpty()) {
            RunReader<K, V> run = unopened.remove(unopened.size() - 1);
            heap.own(run);
            if (run.advance(retired)) {
                heap.push(run);
            }
        }
        while (!heap.isEmpty()) {
            closeRetired();
            RunReader<K, V> head = heap.head();
            LoadedPart<K, V> first = head.part();
            int firstPosition = head.position();
            long sum = head.diff();
            advanceHead();
            while (!heap.isEmpty() && isAt(heap.head(), first, firstPosition)) {
                sum += heap.head().diff();
                advanceHead();
            }
            if (sum != 0) {
                part = first;
                position = firstPosition;
                time = first.time(firstPosition);
                diff = sum;
                return true;
            }
        }
        return false;
    }

    private static <K, V> boolean isAt(RunReader<K, V> run, LoadedPart<K, V> part, int position) {
        return run.part().compare(run.position(), part, position) == 0;
    }

    private void advanceHead()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        if (heap.head().advance(retired)) {
            heap.headMoved();
        } else {
            heap.pop();
        }
    }

    private void closeRetired() {
        while (!retired.isEmpty()) {
            retired.remove().close();
        }
    }

    private LoadedPart<K, V> part() {
        if (part == null) {
            throw new IllegalStateException("cursor is not at an update");
        }
        return part;
    }

    /** Key of the current update. */
    public K key() throws CorruptDataException {
        return part().key(position);
    }

    /** Value of the current update. */
    public V val() throws CorruptDataException {
        return part().val(position);
    }

    /** Time of the current update, as the filter shows it. */
    public long time() {
        part();
        return time;
    }

    /** Multiplicity of the current update, never 0. */
    public long diff() {
        part();
        return diff;
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        part = null;
        closeRetired();
        heap.close();
        allocator.close();
    }
}
