package io.persist.state.spine;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A spine under change. Levels grow by powers of two like carries of a binary counter; every
 * inserted batch pays for the merges above it. Follows Spine of persist-client/internal/trace.rs
 * (0.128 and 26.24), as laid down in docs/format.md.
 */
final class SpineBuilder {
    /** Fuel that an insert at level 0 gives to every merge. */
    private static final int FUEL_EXPONENT = 3;

    private final List<Level> levels;
    private final List<MergeRequest> requests = new ArrayList<>();
    private final Antichain since;
    private long nextId;
    private Antichain upper;

    SpineBuilder(List<Level> levels, long nextId, Antichain since, Antichain upper) {
        this.levels = new ArrayList<>(levels);
        this.nextId = nextId;
        this.since = since;
        this.upper = upper;
    }

    List<Level> levels() {
        return levels;
    }

    long nextId() {
        return nextId;
    }

    Antichain upper() {
        return upper;
    }

    /** Requests emitted so far, those covered by others left out. */
    List<MergeRequest> requests() {
        return MergeRequest.withoutCovered(requests);
    }

    void insert(HollowBatch batch) {
        if (!batch.lower().equals(upper) || batch.lower().equals(batch.upper())) {
            throw new IllegalArgumentException(
                    "batch " + batch.desc() + " cannot be inserted at upper " + upper);
        }
        SpineId id = new SpineId(nextId, nextId + 1);
        nextId++;
        upper = batch.upper();
        SpineBatch spineBatch = new SpineBatch(id, batch.desc(), List.of(new IdBatch(id, batch)));
        if (spineBatch.len() > 0 || !fuse(spineBatch)) {
            introduce(spineBatch, Lengths.level(spineBatch.len()));
        }
    }

    /** Joins an empty batch with the newest batch if that is empty too. */
    private boolean fuse(SpineBatch empty) {
        int lowest = 0;
        while (lowest < levels.size() && levels.get(lowest).isVacant()) {
            lowest++;
        }
        if (lowest == levels.size()
                || !levels.get(lowest).isSingle()
                || levels.get(lowest).batches().get(0).len() != 0) {
            return false;
        }
        insertAt(empty, lowest);
        SpineBatch fused = complete(lowest);
        assert fused != null;
        levels.set(lowest, new Level(List.of(fused), null));
        return true;
    }

    private void introduce(SpineBatch batch, int level) {
        applyFuel(Lengths.pow2(level + FUEL_EXPONENT));
        rollUp(level);
        insertAt(batch, level);
        tidy();
    }

    private void applyFuel(long fuel) {
        int count = levels.size();
        for (int i = 0; i < count; i++) {
            Level level = levels.get(i);
            Level.Merge merge = level.merge();
            if (merge == null) {
                continue;
            }
            long work = merge.remainingWork();
            long left = Long.compareUnsigned(fuel, work) < 0 ? work - fuel : 0;
            if (left != 0) {
                levels.set(
                        i,
                        new Level(
                                level.batches(), new Level.Merge(merge.id(), merge.since(), left)));
            } else {
                insertAt(completeOrThrow(i), i + 1);
            }
        }
    }

    /** Makes room at {@code level} by merging everything below it upwards. */
    private void rollUp(int level) {
        extendTo(level);
        if (levels.subList(0, level).stream().allMatch(Level::isVacant)) {
            return;
        }
        SpineBatch carry = null;
        for (int i = 0; i < level; i++) {
            if (carry != null) {
                insertAt(carry, i);
            }
            carry = complete(i);
        }
        if (carry != null) {
            insertAt(carry, level);
        }
        if (levels.get(level).isFull()) {
            insertAt(completeOrThrow(level), level + 1);
        }
    }

    private void insertAt(SpineBatch batch, int index) {
        extendTo(index);
        Level level = levels.get(index);
        if (level.isVacant()) {
            levels.set(index, new Level(List.of(batch), null));
            return;
        }
        SpineBatch first = level.batches().get(0);
        if (level.isFull()
                || first.id().hi() != batch.id().lo()
                || !first.upper().equals(batch.lower())) {
            throw new IllegalStateException(
                    "batch "
                            + batch.id()
                            + " cannot be put on level "
                            + index
                            + " with batches "
                            + level.batches().stream().map(SpineBatch::id).toList());
        }
        Level.Merge merge =
                new Level.Merge(
                        new SpineId(first.id().lo(), batch.id().hi()),
                        first.desc().since().join(batch.desc().since()).join(since),
                        Lengths.plus(first.len(), batch.len()));
        levels.set(index, new Level(List.of(first, batch), merge));
    }

    private void extendTo(int index) {
        while (levels.size() <= index) {
            levels.add(Level.VACANT);
        }
    }

    private SpineBatch completeOrThrow(int index) {
        SpineBatch batch = complete(index);
        if (batch == null) {
            throw new IllegalStateException("nothing to complete on level " + index);
        }
        return batch;
    }

    /** Empties a level; two batches become one, whether or not their merge has work left. */
    private @Nullable SpineBatch complete(int index) {
        Level level = levels.get(index);
        levels.set(index, Level.VACANT);
        if (level.isVacant()) {
            return null;
        }
        if (level.isSingle()) {
            return level.batches().get(0);
        }
        Level.Merge merge = level.merge();
        if (merge == null) {
            throw new IllegalStateException(
                    "level " + index + " holds " + level.range() + " without a merge");
        }
        SpineBatch first = level.batches().get(0);
        SpineBatch second = level.batches().get(1);
        Description desc = new Description(first.lower(), second.upper(), merge.since());
        if (first.len() == 0 && second.len() == 0) {
            IdBatch empty = new IdBatch(merge.id(), HollowBatch.empty(desc));
            return new SpineBatch(merge.id(), desc, List.of(empty));
        }
        List<IdBatch> parts = new ArrayList<>(first.parts());
        parts.addAll(second.parts());
        requests.add(new MergeRequest(merge.id(), desc, parts));
        return new SpineBatch(merge.id(), desc, parts);
    }

    /** Lets the top level sink where it is too small for its place. */
    private void tidy() {
        int count = levels.size();
        if (count == 0 || !levels.get(count - 1).isSingle()) {
            return;
        }
        int wanted = Lengths.level(levels.get(count - 1).batches().get(0).len());
        while (wanted < count - 1) {
            Level below = levels.get(count - 2);
            if (below.isVacant()) {
                levels.remove(count - 2);
                count--;
                continue;
            }
            if (!below.isFull() && recordsBelow(count - 2) <= eighth(count)) {
                levels.remove(count - 2);
                insertAt(below.batches().get(0), count - 2);
            }
            return;
        }
    }

    private long recordsBelow(int index) {
        long records = 0;
        for (int i = 0; i < index; i++) {
            for (int batch = 0; batch < levels.get(i).batches().size(); batch++) {
                records = Lengths.plus(records, Lengths.pow2(i));
            }
        }
        return records;
    }

    private static long eighth(int exponent) {
        return exponent < 3 ? 0 : Lengths.pow2(exponent - 3);
    }

    /** All spine batches, oldest first. */
    static List<SpineBatch> oldestFirst(List<Level> levels) {
        List<SpineBatch> batches = new ArrayList<>();
        List<Level> reversed = new ArrayList<>(levels);
        Collections.reverse(reversed);
        reversed.forEach(level -> batches.addAll(level.batches()));
        return batches;
    }
}
