package io.persist.batch.merge;

import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.columns.SortedPart;
import io.persist.batch.merge.PartLoader.ListedPart;
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
import java.util.concurrent.ExecutorService;

/**
 * Streams the updates of batches in the order of key, value and time, consolidated: updates of
 * equal key, value and time (as the filter shows it) are added up, and those that cancel are left
 * out.
 *
 * <p>Runs that promise an order are read part by part; other parts are all loaded and sorted in
 * memory. Off-heap memory: one part for each sorted run and all other parts. The first call of
 * {@link #next} fetches these.
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
    private final PartLoader<K, V> loader;
    private final ExecutorService io;
    private final List<RunReader<K, V>> sortedRuns = new ArrayList<>();
    private final List<ListedPart> unsortedParts = new ArrayList<>();
    private final RunHeap<K, V> heap = new RunHeap<>();
    private final Deque<SortedPart<K, V>> retired = new ArrayDeque<>();
    private boolean started;
    private @Nullable SortedPart<K, V> part;
    private int position;
    private long time;
    private long diff;
    private boolean closed;

    private UpdateCursor(BatchStore store, BatchSchema<K, V> schema, Filter filter) {
        allocator = store.allocator().newChildAllocator("update cursor", 0, Long.MAX_VALUE);
        loader = new PartLoader<>(store, schema, filter, allocator);
        io = store.io();
    }

    /** Fetches only lists of parts. */
    public static <K, V> UpdateCursor<K, V> open(
            BatchStore store, BatchSchema<K, V> schema, List<HollowBatch> batches, Filter filter)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        UpdateCursor<K, V> cursor = new UpdateCursor<>(store, schema, filter);
        boolean complete = false;
        try {
            boolean codecOrder = ordersCoincide(schema);
            for (HollowBatch batch : batches) {
                boolean beyond =
                        filter instanceof Filter.Snapshot snapshot
                                && snapshot.asOf().lessThan(batch.lower());
                for (Run run : beyond ? List.<Run>of() : batch.runs()) {
                    cursor.addRun(batch.desc(), run, codecOrder);
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

    private void addRun(Description registered, Run run, boolean codecOrder)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        RunOrder order = run.meta().order().orElse(RunOrder.UNORDERED);
        if (order == RunOrder.STRUCTURED || (order == RunOrder.CODEC && codecOrder)) {
            sortedRuns.add(RunReader.ofRun(loader, registered, run.parts()));
            return;
        }
        Deque<RunPart> waiting = new ArrayDeque<>(run.parts());
        while (!waiting.isEmpty()) {
            RunPart part = waiting.remove();
            if (part instanceof RunPart.Many many) {
                waiting.addAll(loader.list(many));
            } else if (part instanceof RunPart.Single single) {
                unsortedParts.add(new ListedPart(single, registered));
            }
        }
    }

    private void start()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        started = true;
        for (RunReader<K, V> run : sortedRuns) {
            add(run);
        }
        try (UnsortedParts<K, V> parts = new UnsortedParts<>(loader, io, unsortedParts)) {
            for (SortedPart<K, V> next = parts.next(); next != null; next = parts.next()) {
                add(RunReader.ofPart(next));
            }
        }
    }

    private void add(RunReader<K, V> run)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        heap.own(run);
        if (run.advance(retired)) {
            heap.push(run);
        }
    }

    /** Moves to the next update, which may be the first; returns whether there is one. */
    public boolean next()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        part = null;
        if (!started) {
            start();
        }
        while (!heap.isEmpty()) {
            closeRetired();
            RunReader<K, V> head = heap.head();
            SortedPart<K, V> first = head.part();
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

    private static <K, V> boolean isAt(RunReader<K, V> run, SortedPart<K, V> part, int position) {
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

    private SortedPart<K, V> part() {
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
