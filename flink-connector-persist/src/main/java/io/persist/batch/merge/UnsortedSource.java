package io.persist.batch.merge;

import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.columns.SelectedRows;
import io.persist.batch.columns.SortedPart;
import io.persist.batch.merge.PartLoader.ListedPart;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * All parts of which no order is promised, by their lower bounds, those without one first. Opening
 * it makes a source of the first one, and of small ones that overlap with it: sorting several as
 * one is cheaper than merging many.
 */
final class UnsortedSource extends MergeSource {
    /** Off-heap bytes from which on no further part is put to the others. */
    private static final long GROUP_BYTES = 32L << 20;

    /** Encoded bytes up to which parts count as small. */
    private static final long SMALL_BYTES = 1 << 20;

    private final PartLoader<?, ?> loader;
    private final KeyBounds bounds;
    private final IntSupplier slots;
    private final long groupBytes;
    private Deque<Element> waiting = new ArrayDeque<>();

    /** A part or a run of which no order is promised. */
    private record Element(RunPart part, Description registered, @Nullable SortedPart bound)
            implements Comparable<Element> {
        @Override
        public int compareTo(Element other) {
            if (bound == null || other.bound == null) {
                return Boolean.compare(bound != null, other.bound != null);
            }
            return bound.compare(0, other.bound, 0);
        }
    }

    /**
     * @param slots of sources that come into being
     * @param memoryBytes bounds how much is sorted as one
     */
    UnsortedSource(
            int slot,
            PartLoader<?, ?> loader,
            KeyBounds bounds,
            IntSupplier slots,
            long memoryBytes) {
        super(slot);
        this.loader = loader;
        this.bounds = bounds;
        this.slots = slots;
        this.groupBytes = Math.min(GROUP_BYTES, memoryBytes / 4);
    }

    /** Adds elements of a run. Call {@link #awaitNext} afterwards. */
    void add(Description registered, List<RunPart> parts) {
        for (RunPart part : parts) {
            // What is stated of a run reference holds for its first part only.
            SortedPart bound = part instanceof RunPart.Many ? null : bounds.of(part, slot());
            waiting.add(new Element(part, registered, bound));
        }
    }

    private void sort() {
        List<Element> sorted = new ArrayList<>(waiting);
        sorted.sort(null);
        waiting = new ArrayDeque<>(sorted);
    }

    @Override
    @Nullable MergeSource open()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        Element first = remove();
        if (first.part() instanceof RunPart.Many many) {
            add(first.registered(), loader.list(many));
            awaitNext();
            return null;
        }
        SelectedRows group = load(first);
        boolean complete = false;
        try {
            long maxPrefix = group.maxPrefix();
            for (Element next = waiting.peek();
                    next != null && belongs(next, group, maxPrefix);
                    next = waiting.peek()) {
                try (SelectedRows rows = load(remove())) {
                    if (rows.size() > 0) {
                        maxPrefix = maxUnsigned(maxPrefix, rows.maxPrefix());
                        group.append(rows);
                    }
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                group.close();
            }
        }
        int slot = slots.getAsInt();
        MergeSource opened =
                RunSource.ofPart(
                        SortedPart.of(group, slot),
                        slot,
                        loader.nameOf((RunPart.Single) first.part()),
                        loader,
                        bounds,
                        first.registered());
        awaitNext();
        return opened;
    }

    @Override
    String name() {
        return "unsorted parts";
    }

    private boolean belongs(Element next, SelectedRows group, long maxPrefix) {
        return next.part() instanceof RunPart.Single
                && next.part().encodedBytes() <= SMALL_BYTES
                && group.bytes() + next.part().encodedBytes() < groupBytes
                && (next.bound() == null
                        || Long.compareUnsigned(next.bound().prefix(0), maxPrefix) <= 0);
    }

    private static long maxUnsigned(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    private SelectedRows load(Element element)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        return loader.loadUnsorted(
                new ListedPart((RunPart.Single) element.part(), element.registered()));
    }

    private Element remove() {
        Element next = waiting.remove();
        if (next.bound() != null) {
            next.bound().close();
        }
        return next;
    }

    @Override
    void awaitNext() {
        sort();
        Element next = waiting.peek();
        if (next == null) {
            standAtEnd();
        } else {
            standBefore(next.bound() == null ? null : bounds.of(next.part(), slot()));
        }
    }

    @Override
    Iterator<RunPart> waiting() {
        return waiting.stream().map(Element::part).iterator();
    }

    @Override
    public void close() {
        super.close();
        while (!waiting.isEmpty()) {
            remove();
        }
    }
}
