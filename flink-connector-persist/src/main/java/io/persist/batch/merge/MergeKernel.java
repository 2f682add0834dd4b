package io.persist.batch.merge;

import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.columns.PartColumns;
import io.persist.batch.columns.Selection;
import io.persist.batch.columns.SortedPart;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The merge itself: picks updates from runs in order and adds up those that are equal, without
 * copying any. One thread; the caller closes it.
 */
final class MergeKernel<K, V> implements AutoCloseable {
    /** Updates in a row from one source after which it is searched for the end of its lead. */
    private static final int STREAK = 4;

    private static final int STASH_SLOT = 0;

    private final BufferAllocator allocator;
    private final PartFetches fetches;
    private final PartLoader<K, V> loader;
    private final BatchMetrics metrics;
    private final long memoryBytes;
    private final List<MergeSource> sources = new ArrayList<>();
    private final LoserTree tree = new LoserTree(sources);
    private final Deque<Integer> freeSlots = new ArrayDeque<>();
    private int slots = STASH_SLOT + 1;

    /** Parts that were read to their end, which selections may still point to. */
    private final Deque<SortedPart> retired = new ArrayDeque<>();

    /** The update that was last taken; not selected yet, as equal ones may follow. */
    private @Nullable SortedPart last;

    private int lastPosition;
    private long lastSum;
    private boolean lastSelected = true;

    /** Copy of the last update, whose part is closed. */
    private @Nullable SortedPart stash;

    private int streakSource = -1;
    private int streak;
    private boolean closed;

    MergeKernel(
            BatchStore store,
            BatchSchema<K, V> schema,
            Scope scope,
            PartForm form,
            long memoryBytes,
            Collection<MergeInput> inputs) {
        this.memoryBytes = memoryBytes;
        metrics = store.metrics();
        allocator = store.allocator().newChildAllocator("merge", 0, Long.MAX_VALUE);
        fetches = new PartFetches(store);
        loader = new PartLoader<>(store, schema, scope, form, fetches, allocator);
        Field keyType =
                form.sort() == PartColumns.Sort.ROWS
                        ? new Field("k", FieldType.nullable(new ArrowType.Binary()), List.of())
                        : schema.keys().structuredField("k_s");
        KeyBounds bounds = new KeyBounds(keyType, form.sort(), allocator);
        boolean complete = false;
        try {
            UnsortedSource unsorted =
                    new UnsortedSource(nextSlot(), loader, bounds, this::nextSlot, memoryBytes);
            sources.add(unsorted);
            for (MergeInput input : inputs) {
                Run run = input.run();
                List<RunPart> parts = scope.parts().select(store, run.parts());
                if (isSorted(run, schema, form)) {
                    RunSource source =
                            new RunSource(nextSlot(), loader, bounds, input.registered(), parts);
                    sources.add(source);
                    source.awaitNext();
                } else {
                    unsorted.add(input.registered(), parts);
                }
            }
            unsorted.awaitNext();
            tree.rebuild();
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private int nextSlot() {
        return freeSlots.isEmpty() ? slots++ : freeSlots.remove();
    }

    private static boolean isSorted(Run run, BatchSchema<?, ?> schema, PartForm form) {
        if (run.meta().schema().isPresent()
                && schema.id() != null
                && run.meta().schema().get().value() > schema.id().value()) {
            return false; // columns that the reader does not know took part in the order
        }
        RunOrder order = run.meta().order().orElse(RunOrder.UNORDERED);
        RunOrder wanted =
                form.sort() == PartColumns.Sort.ROWS ? RunOrder.CODEC : RunOrder.STRUCTURED;
        return order == wanted || (order != RunOrder.UNORDERED && ordersCoincide(schema));
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

    /**
     * Replaces the updates of {@code selection} by those that come next, some thousand at most.
     * What it points to stays open until the next call. Fetches parts only if nothing can be
     * selected without.
     *
     * @return whether there are any
     */
    boolean fill(Selection selection)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        selection.clear();
        while (selection.room() > 0) {
            MergeSource head = sources.get(tree.winner());
            if (head.isExhausted()) {
                selectLast(selection);
                break;
            }
            if (head.isOpen()) {
                take(head, selection);
                continue;
            }
            if (last != null && !lastSelected && head.isBeyond(last, lastPosition)) {
                selectLast(selection);
            }
            if (!selection.isEmpty()) {
                break;
            }
            open(head);
        }
        return !selection.isEmpty();
    }

    private void selectLast(Selection selection) {
        if (last != null && !lastSelected && lastSum != 0) {
            selection.add(last, lastPosition, lastSum);
        }
        lastSelected = true;
    }

    private void setLast(SortedPart part, int position) {
        last = part;
        lastPosition = position;
        lastSum = part.diff(position);
        lastSelected = false;
    }

    /** Takes the head's next updates, as long as they come before all others. */
    private void take(MergeSource head, Selection selection) {
        SortedPart part = head.part();
        int from = head.position();
        int to = leadEnd(head, selection.room());
        if (last != null
                && last != part
                && !lastSelected
                && last.compare(lastPosition, part, from) == 0) {
            lastSum += part.diff(from);
        } else {
            selectLast(selection);
            setLast(part, from);
        }
        if (to > from + 1) {
            selectLast(selection);
            selection.addAll(part, from + 1, to - 1);
            setLast(part, to - 1);
        }
        if (to == part.size()) {
            retired.add(head.takePart());
        } else {
            head.moveTo(to);
        }
        tree.winnerMoved();
    }

    /** Where the lead of the head ends, exclusive, at most {@code max} updates on. */
    private int leadEnd(MergeSource head, int max) {
        int from = head.position();
        if (tree.winner() != streakSource) {
            streakSource = tree.winner();
            streak = 0;
        }
        streak++;
        if (streak < STREAK) {
            return from + 1;
        }
        SortedPart part = head.part();
        int end = Math.min(part.size(), from + max);
        int runnerUp = tree.runnerUp();
        if (runnerUp == -1 || sources.get(runnerUp).isExhausted()) {
            return end;
        }
        MergeSource other = sources.get(runnerUp);
        int before = from; // comes before the other
        int step = 1;
        while (before + step < end && isBefore(part, before + step, other)) {
            before += step;
            step *= 2;
        }
        int after = Math.min(end, before + step); // does not, or is the end
        while (after - before > 1) {
            int middle = (before + after) >>> 1;
            if (isBefore(part, middle, other)) {
                before = middle;
            } else {
                after = middle;
            }
        }
        return after;
    }

    private static boolean isBefore(SortedPart part, int position, MergeSource other) {
        return part.compare(position, other.part(), other.position()) < 0;
    }

    private void open(MergeSource head)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        streakSource = -1;
        closeRetired();
        prefetch();
        MergeSource opened = head.open();
        if (opened == null) {
            requireInOrder(head);
            tree.winnerMoved();
            return;
        }
        sources.removeIf(this::isSpent);
        sources.add(opened);
        requireInOrder(opened);
        tree.rebuild();
    }

    private boolean isSpent(MergeSource source) {
        if (source.isExhausted()) {
            freeSlots.add(source.slot());
            return true;
        }
        return false;
    }

    /** What was taken cannot be taken back. */
    private void requireInOrder(MergeSource source) throws CorruptDataException {
        if (last != null
                && source.isOpen()
                && last.compare(lastPosition, source.part(), source.position()) > 0) {
            throw new CorruptDataException(
                    source.name()
                            + " begins before the end of what comes ahead of it: its run is not"
                            + " sorted as labelled, or its lower bound is too high");
        }
    }

    private void closeRetired() {
        SortedPart replaced = stash;
        while (!retired.isEmpty()) {
            SortedPart part = retired.element();
            if (part == last) {
                stash = part.copyOf(lastPosition, STASH_SLOT, allocator);
                last = stash;
                lastPosition = 0;
            }
            retired.remove().close();
        }
        if (replaced != null && replaced != last) {
            replaced.close();
            stash = stash == replaced ? null : stash;
        }
    }

    /**
     * Fetches ahead as the original does (mz_persist_client consolidate.rs): the first waiting
     * parts of all sources, then the second ones and so on, until one does not fit.
     */
    private void prefetch() {
        List<Iterator<RunPart>> waiting = new ArrayList<>();
        long heapBytes = 0;
        for (MergeSource source : sources) {
            waiting.add(source.waiting());
            heapBytes += source.isOpen() ? (long) source.part().size() * SortedPart.HEAP_BYTES : 0;
        }
        while (!waiting.isEmpty()) {
            for (Iterator<Iterator<RunPart>> it = waiting.iterator(); it.hasNext(); ) {
                Iterator<RunPart> parts = it.next();
                if (!parts.hasNext()) {
                    it.remove();
                } else if (parts.next() instanceof RunPart.Hollow part
                        && !fetches.isAhead(part)
                        && !begin(part, heapBytes)) {
                    return;
                }
            }
        }
    }

    private boolean begin(RunPart.Hollow part, long heapBytes) {
        long live = allocator.getAllocatedMemory() + heapBytes + fetches.aheadBytes();
        return memoryBytes - live >= part.encodedBytes() && fetches.begin(part);
    }

    private BatchMetrics.Fetched fetched() {
        long unopened = 0;
        for (MergeSource source : sources) {
            for (Iterator<RunPart> parts = source.waiting(); parts.hasNext(); ) {
                unopened += parts.next() instanceof RunPart.Inline ? 0 : 1;
            }
        }
        return fetches.counts(unopened, loader.wrongSort());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        metrics.fetchedParts(fetched());
        fetches.close();
        sources.forEach(MergeSource::close);
        retired.forEach(SortedPart::close);
        if (stash != null) {
            stash.close();
        }
        allocator.close();
    }
}
