package io.persist.batch;

import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The updates of one sorted sequence of parts, one after the other; only one part is loaded at a
 * time. One thread.
 */
final class RunReader<K, V> implements AutoCloseable {
    private final PartLoader<K, V> loader;
    private final Description registered;
    private final Deque<RunPart> waiting;
    private @Nullable LoadedPart<K, V> part;
    private int position;

    /**
     * @param registered description of the batch that lists the parts
     */
    RunReader(PartLoader<K, V> loader, Description registered, List<RunPart> parts) {
        this.loader = loader;
        this.registered = registered;
        this.waiting = new ArrayDeque<>(parts);
    }

    /** The part that the current update lies in. */
    LoadedPart<K, V> part() {
        if (part == null) {
            throw new IllegalStateException("not at an update");
        }
        return part;
    }

    /** Position of the current update in its part. */
    int position() {
        return position;
    }

    long time() {
        return part().time(position);
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
    boolean advance(Deque<LoadedPart<K, V>> retired)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        LoadedPart<K, V> left = part;
        if (left != null) {
            position++;
            if (position < left.size()) {
                return true;
            }
            part = null;
            retired.add(left);
        }
        while (!waiting.isEmpty()) {
            RunPart next = waiting.remove();
            if (next instanceof RunPart.Many many) {
                List<RunPart> listed = loader.list(many);
                for (int i = listed.size() - 1; i >= 0; i--) {
                    waiting.addFirst(listed.get(i));
                }
            } else if (next instanceof RunPart.Single single && load(single, left)) {
                return true;
            }
        }
        return false;
    }

    /** Loads a part and checks that it follows {@code left}; returns whether it has updates. */
    private boolean load(RunPart.Single next, @Nullable LoadedPart<K, V> left)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        LoadedPart<K, V> loaded = loader.load(next, registered);
        if (loaded.size() == 0) {
            loaded.close();
            return false;
        }
        part = loaded;
        position = 0;
        if (left != null && left.compare(left.size() - 1, loaded, 0) > 0) {
            throw new CorruptDataException(
                    loader.nameOf(next)
                            + " begins before the end of the part ahead of it in a sorted run");
        }
        return true;
    }

    @Override
    public void close() {
        if (part != null) {
            part.close();
            part = null;
        }
    }
}
