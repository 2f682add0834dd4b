package io.persist.batch.columns;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stretch of a merge: updates in order, each a row of one of several parts, with the time and the
 * diff that it has come to. Points into parts, which must stay open while it is read. One thread.
 */
public final class Selection {
    private static final int CAPACITY = 4096;

    private final List<SortedPart> parts = new ArrayList<>();
    private final int[] sources = new int[CAPACITY];
    private final int[] rows = new int[CAPACITY];
    private final long[] times = new long[CAPACITY];
    private final long[] diffs = new long[CAPACITY];
    private int count;
    private int round;

    public int count() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** How many more updates fit in. */
    public int room() {
        return CAPACITY - count;
    }

    /** Forgets all updates and parts. */
    public void clear() {
        count = 0;
        round++;
        parts.clear();
    }

    /** Adds the update at {@code position} of a part, with another diff. */
    public void add(SortedPart part, int position, long diff) {
        sources[count] = indexOf(part);
        rows[count] = part.row(position);
        times[count] = part.time(position);
        diffs[count] = diff;
        count++;
    }

    /** Adds updates of a part as they are, from {@code from} to {@code to}, exclusive. */
    public void addAll(SortedPart part, int from, int to) {
        Arrays.fill(sources, count, count + to - from, indexOf(part));
        for (int position = from; position < to; position++) {
            rows[count] = part.row(position);
            times[count] = part.time(position);
            diffs[count] = part.diff(position);
            count++;
        }
    }

    private int indexOf(SortedPart part) {
        if (part.selection != this || part.selectionRound != round) {
            part.selection = this;
            part.selectionRound = round;
            part.selectionIndex = parts.size();
            parts.add(part);
        }
        return part.selectionIndex;
    }

    /** The parts that updates point to. */
    public List<SortedPart> parts() {
        return parts;
    }

    /** Index of the update's part in {@link #parts}. */
    public int source(int update) {
        return sources[update];
    }

    /** Row of the update in the columns of its part. */
    public int row(int update) {
        return rows[update];
    }

    public long time(int update) {
        return times[update];
    }

    public long diff(int update) {
        return diffs[update];
    }
}
