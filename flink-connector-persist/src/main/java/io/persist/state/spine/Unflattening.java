package io.persist.state.spine;

import io.persist.batch.HollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Rebuilds the levels of a trace from its flat form; used once. */
final class Unflattening {
    /** A batch of 2^63 updates lies on level 63, a merge of two on 64. */
    private static final int MAX_LEVEL = 64;

    private final FlatTrace flat;
    private final Deque<HollowBatch> legacy;
    private final SortedMap<SpineId, HollowBatch> hollow;
    private final SortedMap<SpineId, FlatTrace.Merge> merges;
    private final List<Level> levels = new ArrayList<>();

    Unflattening(FlatTrace flat) {
        this.flat = flat;
        this.legacy = new ArrayDeque<>(flat.legacyBatches());
        this.hollow = new TreeMap<>(flat.hollowBatches());
        this.merges = new TreeMap<>(flat.merges());
    }

    Trace run() throws CorruptDataException {
        if (flat.spineBatches().isEmpty()) {
            return unstructured();
        }
        int top = level(flat.spineBatches().values().iterator().next());
        for (int i = 0; i <= top; i++) {
            levels.add(Level.VACANT);
        }
        long nextLo = 0;
        Antichain nextLower = Antichain.minimum();
        int previousLevel = top;
        for (Map.Entry<SpineId, FlatTrace.Spine> entry : flat.spineBatches().entrySet()) {
            SpineId id = entry.getKey();
            FlatTrace.Spine spine = entry.getValue();
            if (id.lo() != nextLo || !spine.desc().lower().equals(nextLower)) {
                throw corrupt(
                        "spine batch %s at %s, expected id from %s and lower %s",
                        id, spine.desc(), Long.toUnsignedString(nextLo), nextLower);
            }
            int level = level(spine);
            if (level > previousLevel) {
                throw corrupt(
                        "spine batch %s on level %d, but an older one on level %d",
                        id, level, previousLevel);
            }
            push(batch(id, spine), level);
            nextLo = id.hi();
            nextLower = spine.desc().upper();
            previousLevel = level;
        }
        requireNothingLeft();
        return new Trace(flat.since(), nextLo, nextLower, levels, true);
    }

    /** A state written before the structure was stored: its batches are inserted in order. */
    private Trace unstructured() throws CorruptDataException {
        SpineBuilder spine = new SpineBuilder(List.of(), 0, flat.since(), Antichain.minimum());
        boolean structured = legacy.isEmpty();
        while (!legacy.isEmpty()) {
            HollowBatch batch = legacy.remove();
            if (!batch.lower().equals(spine.upper()) || batch.lower().equals(batch.upper())) {
                throw corrupt("batch %s, expected one from %s", batch.desc(), spine.upper());
            }
            spine.insert(batch);
        }
        requireNothingLeft();
        return new Trace(flat.since(), spine.nextId(), spine.upper(), spine.levels(), structured);
    }

    private void requireNothingLeft() throws CorruptDataException {
        if (!legacy.isEmpty()) {
            throw corrupt("batch %s belongs to no spine batch", legacy.element().desc());
        }
        if (!hollow.isEmpty()) {
            throw corrupt("hollow batch %s belongs to no spine batch", hollow.firstKey());
        }
        if (!merges.isEmpty()) {
            throw corrupt("merge %s belongs to no level", merges.firstKey());
        }
    }

    private SpineBatch batch(SpineId id, FlatTrace.Spine spine) throws CorruptDataException {
        if (spine.parts().isEmpty() || spine.descs().size() > spine.parts().size()) {
            throw corrupt(
                    "spine batch %s has %d parts and %d descriptions",
                    id, spine.parts().size(), spine.descs().size());
        }
        List<IdBatch> parts = new ArrayList<>(spine.parts().size());
        long nextLo = id.lo();
        Antichain nextLower = spine.desc().lower();
        for (int i = 0; i < spine.parts().size(); i++) {
            SpineId part = spine.parts().get(i);
            Description expected = i < spine.descs().size() ? spine.descs().get(i) : null;
            HollowBatch batch = take(part, expected);
            if (part.lo() != nextLo
                    || Long.compareUnsigned(part.lo(), part.hi()) >= 0
                    || !batch.lower().equals(nextLower)) {
                throw corrupt(
                        "spine batch %s: part %s at %s, expected id from %s and lower %s",
                        id, part, batch.desc(), Long.toUnsignedString(nextLo), nextLower);
            }
            parts.add(new IdBatch(part, batch));
            nextLo = part.hi();
            nextLower = batch.upper();
        }
        if (nextLo != id.hi() || !nextLower.equals(spine.desc().upper())) {
            throw corrupt(
                    "spine batch %s with upper %s: its parts end at %s with upper %s",
                    id, spine.desc().upper(), Long.toUnsignedString(nextLo), nextLower);
        }
        FlatTrace.Merge own = merges.remove(id);
        return new SpineBatch(
                id, spine.desc(), parts, own == null ? null : own.compactionStartMillis());
    }

    private HollowBatch take(SpineId id, @Nullable Description expected)
            throws CorruptDataException {
        HollowBatch batch = hollow.remove(id);
        if (batch == null) {
            batch = legacy.poll();
            if (batch != null && expected != null && batch.lower().equals(expected.lower())) {
                batch = stretch(batch, expected.upper());
            }
        }
        if (batch == null) {
            throw corrupt("there is no batch for part %s", id);
        }
        if (expected != null
                && !(batch.lower().equals(expected.lower())
                        && batch.upper().equals(expected.upper()))) {
            throw corrupt("batch %s for part %s, expected %s", batch.desc(), id, expected);
        }
        return batch;
    }

    /**
     * Empty batches may be split in other places than the spine says: joins those that follow and
     * puts back what lies beyond {@code upper}.
     */
    private HollowBatch stretch(HollowBatch batch, Antichain upper) {
        if (!isEmpty(batch) || batch.upper().equals(upper)) {
            return batch;
        }
        Antichain reached = batch.upper();
        while (reached.lessThan(upper) && !legacy.isEmpty() && isEmpty(legacy.element())) {
            reached = legacy.remove().upper();
        }
        Antichain since = batch.desc().since();
        if (upper.lessThan(reached)) {
            legacy.addFirst(HollowBatch.empty(new Description(upper, reached, since)));
            reached = upper;
        }
        return HollowBatch.empty(new Description(batch.lower(), reached, since));
    }

    private static boolean isEmpty(HollowBatch batch) {
        return batch.runs().isEmpty() && batch.len() == 0;
    }

    private void push(SpineBatch batch, int index) throws CorruptDataException {
        Level level = levels.get(index);
        if (level.isFull()) {
            throw corrupt("spine batch %s is the third on level %d", batch.id(), index);
        }
        List<SpineBatch> batches = new ArrayList<>(level.batches());
        batches.add(batch);
        Level pushed = new Level(batches, null);
        if (pushed.isFull()) {
            FlatTrace.Merge merge = merges.remove(pushed.range());
            if (merge != null) {
                pushed =
                        new Level(
                                batches,
                                new Level.Merge(
                                        pushed.range(), merge.since(), merge.remainingWork()));
            }
        }
        levels.set(index, pushed);
    }

    private static int level(FlatTrace.Spine spine) throws CorruptDataException {
        if (Long.compareUnsigned(spine.level(), MAX_LEVEL) > 0) {
            throw corrupt(
                    "spine level %s, expected at most %d",
                    Long.toUnsignedString(spine.level()), MAX_LEVEL);
        }
        return (int) spine.level();
    }

    private static CorruptDataException corrupt(String format, Object... args) {
        return new CorruptDataException(
                "trace: " + String.format(java.util.Locale.ROOT, format, args));
    }
}
