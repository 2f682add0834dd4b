package io.persist.batch.merge;

import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.columns.SortedPart;
import io.persist.batch.merge.PartLoader.ListedPart;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Walks over the updates of consecutive sorted parts, of which only one is loaded at a time. One
 * thread.
 */
final class RunReader<K, V> implements AutoCloseable {
    private final Parts<K, V> parts;
    private @Nullable SortedPart<K, V> part;
    private int position;

    private RunReader(Parts<K, V> parts, @Nullable SortedPart<K, V> part) {
        this.parts = parts;
        this.part = part;
        this.position = -1;
    }

    /** Of a run that promises an order. */
    static <K, V> RunReader<K, V> ofRun(
            PartLoader<K, V> loader, Description registered, List<RunPart> parts) {
        return new RunReader<>(new RunParts<>(loader, registered, parts), null);
    }

    /** Of a part that is loaded already, which is taken over. */
    static <K, V> RunReader<K, V> ofPart(SortedPart<K, V> part) {
        return new RunReader<>(previous -> null, part);
    }

    /** Where the next part comes from. */
    private interface Parts<K, V> {
        /** The part with at least one update that follows {@code previous}; null if none does. */
        @Nullable SortedPart<K, V> next(@Nullable SortedPart<K, V> previous)
                throws StoreException,
                        MissingBlobException,
                        CorruptDataException,
                        InterruptedException;
    }

    /** The part that the current update lies in. */
    SortedPart<K, V> part() {
        if (part == null) {
            throw new IllegalStateException("not at an update");
        }
        return part;
    }

    /** Position of the current update in its part. */
    int position() {
        return position;
    }

    long diff() {
        return part().diff(position);
    }

    int compare(RunReader<K, V> other) {
        return part().compare(position, other.part(), other.position);
    }

    /**
     * Moves to the next update, which may be the first; returns whether there is one.
     *
     * @param retired receives a part that was left. The caller closes it, once the updates that it
     *     was at are of no interest any more
     * @throws CorruptDataException if the parts are not in the order that their run promises
     */
    boolean advance(Deque<SortedPart<K, V>> retired)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        SortedPart<K, V> left = part;
        if (left != null) {
            position++;
            if (position < left.size()) {
                return true;
            }
            part = null;
            retired.add(left);
        }
        part = parts.next(left);
        position = 0;
        return part != null;
    }

    @Override
    public void close() {
        if (part != null) {
            part.close();
            part = null;
        }
    }

    private static final class RunParts<K, V> implements Parts<K, V> {
        private final PartLoader<K, V> loader;
        private final Description registered;
        private final Deque<RunPart> waiting;

        RunParts(PartLoader<K, V> loader, Description registered, List<RunPart> parts) {
            this.loader = loader;
            this.registered = registered;
            this.waiting = new ArrayDeque<>(parts);
        }

        @Override
        public @Nullable SortedPart<K, V> next(@Nullable SortedPart<K, V> previous)
                throws StoreException,
                        MissingBlobException,
                        CorruptDataException,
                        InterruptedException {
            while (!waiting.isEmpty()) {
                RunPart next = waiting.remove();
                if (next instanceof RunPart.Many many) {
                    List<RunPart> listed = loader.list(many);
                    for (int i = listed.size() - 1; i >= 0; i--) {
                        waiting.addFirst(listed.get(i));
                    }
                } else if (next instanceof RunPart.Single single) {
                    SortedPart<K, V> loaded = loader.load(new ListedPart(single, registered));
                    if (loaded.size() > 0) {
                        requireInOrder(previous, loaded, single);
                        return loaded;
                    }
                    loaded.close();
                }
            }
            return null;
        }

        private void requireInOrder(
                @Nullable SortedPart<K, V> previous, SortedPart<K, V> loaded, RunPart.Single single)
                throws CorruptDataException {
            if (previous != null && previous.compare(previous.size() - 1, loaded, 0) > 0) {
                loaded.close();
                throw new CorruptDataException(
                        loader.nameOf(single)
                                + " begins before the end of the part ahead of it in a sorted run");
            }
        }
    }
}
