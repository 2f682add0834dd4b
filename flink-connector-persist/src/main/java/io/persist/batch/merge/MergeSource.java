package io.persist.batch.merge;

import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.columns.SortedPart;
import io.persist.codec.CorruptDataException;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;

/**
 * One of the sequences that are merged. It stands at an update of an open part, or before one that
 * was not opened yet, of which a lower bound may be known. One thread.
 */
abstract class MergeSource implements AutoCloseable {
    private final int slot;
    private State state = State.UNKNOWN;
    private @Nullable SortedPart current;
    private int position;
    private long prefix;

    /** In this order; what is known compares by value. */
    private enum State {
        UNKNOWN,
        KNOWN,
        EXHAUSTED
    }

    /**
     * @param slot different among the sources of a merge
     */
    MergeSource(int slot) {
        this.slot = slot;
    }

    /**
     * Opens the next element; the source then stands at its first update or before the next one.
     *
     * @return a source that came into being; null if none did
     */
    abstract @Nullable MergeSource open()
            throws StoreException, MissingBlobException, CorruptDataException, InterruptedException;

    /** Elements that were not opened yet, in the order in which they will be. */
    abstract Iterator<RunPart> waiting();

    /** Stands before the next element that was not opened, or at the end. */
    abstract void awaitNext();

    /** Stands at the first update of {@code part}, which is taken over, if it has any. */
    final void standAtAny(SortedPart part) {
        if (part.size() == 0) {
            part.close();
            awaitNext();
        } else {
            standAt(part);
        }
    }

    /** The part that was opened last, for messages. */
    abstract String name();

    int slot() {
        return slot;
    }

    private void standAt(SortedPart part) {
        leave();
        state = State.KNOWN;
        current = part;
        moveTo(0);
    }

    /** Stands before an element of which {@code bound}, taken over, is known, if not null. */
    final void standBefore(@Nullable SortedPart bound) {
        leave();
        if (bound == null) {
            state = State.UNKNOWN;
        } else {
            state = State.KNOWN;
            current = bound;
            moveTo(0);
        }
    }

    final void standAtEnd() {
        leave();
        state = State.EXHAUSTED;
    }

    private void leave() {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    boolean isExhausted() {
        return state == State.EXHAUSTED;
    }

    /** Whether the source stands at an update. */
    boolean isOpen() {
        return current != null && !current.isBound();
    }

    /** Whether it is known that everything to come is greater than an update. */
    boolean isBeyond(SortedPart part, int at) {
        return current != null && part.compare(at, current, position) < 0;
    }

    SortedPart part() {
        if (current == null) {
            throw new IllegalStateException("not at an update");
        }
        return current;
    }

    int position() {
        return position;
    }

    /** Moves within the open part. */
    void moveTo(int newPosition) {
        position = newPosition;
        prefix = part().prefix(newPosition);
    }

    /** Hands the open part, which was read to its end, over and stands before the next element. */
    SortedPart takePart() {
        SortedPart left = part();
        current = null;
        awaitNext();
        return left;
    }

    int compareTo(MergeSource other) {
        if (state != State.KNOWN || other.state != State.KNOWN) {
            return state.compareTo(other.state);
        }
        int order = Long.compareUnsigned(prefix, other.prefix);
        return order != 0 ? order : part().compare(position, other.part(), other.position);
    }

    @Override
    public void close() {
        standAtEnd();
    }
}
