package io.persist.state.spine;

import io.persist.batch.HollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The spine: which batches a shard has and how they will be merged. Immutable. */
public final class Trace {
    public static final Trace INITIAL = empty(Antichain.minimum());

    private final Antichain since;
    private final long nextId;
    private final Antichain upper;
    private final List<Level> levels;
    private final boolean structured;

    Trace(Antichain since, long nextId, Antichain upper, List<Level> levels, boolean structured) {
        this.since = since;
        this.nextId = nextId;
        this.upper = upper;
        this.levels = List.copyOf(levels);
        this.structured = structured;
    }

    /** A trace without batches. */
    public static Trace empty(Antichain since) {
        return new Trace(since, 0, Antichain.minimum(), List.of(), true);
    }

    /**
     * The trace with this flat form.
     *
     * @throws CorruptDataException if the collections do not fit together
     */
    public static Trace unflatten(FlatTrace flat) throws CorruptDataException {
        return new Unflattening(flat).run();
    }

    public Antichain since() {
        return since;
    }

    /** Upper of the newest batch; {@code [0]} if there is none. */
    public Antichain upper() {
        return upper;
    }

    /** Id that the next inserted batch begins with; unsigned. */
    public long nextId() {
        return nextId;
    }

    /** The lowest, with the newest batches, first. */
    public List<Level> levels() {
        return levels;
    }

    /**
     * False for a state written before the structure was stored, until {@link #asStructured}: its
     * flat form has no spine batches.
     */
    public boolean isStructured() {
        return structured;
    }

    /** The same trace with its structure in the flat form, as every new state must have it. */
    public Trace asStructured() {
        return structured ? this : new Trace(since, nextId, upper, levels, true);
    }

    /** Oldest first. */
    public List<SpineBatch> spineBatches() {
        return SpineBuilder.oldestFirst(levels);
    }

    /** All batches, oldest first. */
    public List<HollowBatch> batches() {
        List<HollowBatch> batches = new ArrayList<>();
        for (SpineBatch batch : spineBatches()) {
            batch.parts().forEach(part -> batches.add(part.batch()));
        }
        return batches;
    }

    /** Bytes of encoded inline parts in all batches. */
    public long inlineBytes() {
        return batches().stream().mapToLong(HollowBatch::inlineBytes).sum();
    }

    public Trace withSince(Antichain other) {
        return new Trace(other, nextId, upper, levels, structured);
    }

    /** A trace after an insert, and what it asks to compact. */
    public record Inserted(Trace next, List<MergeRequest> merges) {
        public Inserted {
            merges = List.copyOf(merges);
        }
    }

    /**
     * Puts a batch on top.
     *
     * @throws IllegalArgumentException if it does not begin at the upper or has no width
     */
    public Inserted insert(HollowBatch batch) {
        SpineBuilder spine = new SpineBuilder(levels, nextId, since, upper);
        spine.insert(batch);
        Trace next = new Trace(since, spine.nextId(), spine.upper(), spine.levels(), structured);
        return new Inserted(next, spine.requests());
    }

    /** What could be compacted now: each spine batch that has more than one run; oldest first. */
    public List<MergeRequest> readyMerges() {
        List<MergeRequest> ready = new ArrayList<>();
        for (SpineBatch batch : spineBatches()) {
            if (!batch.isCompact()) {
                ready.add(new MergeRequest(batch.id(), batch.desc(), batch.parts()));
            }
        }
        return List.copyOf(ready);
    }

    /** Those of {@link #readyMerges} that nobody has said to be at since then. */
    public List<MergeRequest> unclaimedMerges(long sinceMillis) {
        Set<SpineId> claimed = new HashSet<>();
        for (SpineBatch batch : spineBatches()) {
            Long start = batch.compactionStartMillis();
            if (start != null && start >= sinceMillis) {
                claimed.add(batch.id());
            }
        }
        return readyMerges().stream().filter(ready -> !claimed.contains(ready.id())).toList();
    }

    /** Marks these spine batches, where they still exist, as being compacted since then. */
    public Trace withCompactionClaims(Set<SpineId> ids, long startMillis) {
        Trace next = this;
        for (SpineBatch batch : spineBatches()) {
            if (ids.contains(batch.id())) {
                next = next.withReplaced(batch.withCompactionStart(startMillis));
            }
        }
        return next;
    }

    /**
     * With an empty batch in the place of one that has this very description.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Trace withEmptied(Description desc) {
        for (SpineBatch batch : spineBatches()) {
            List<IdBatch> parts = new ArrayList<>(batch.parts());
            for (int i = 0; i < parts.size(); i++) {
                IdBatch part = parts.get(i);
                if (part.batch().desc().equals(desc)) {
                    parts.set(i, new IdBatch(part.id(), HollowBatch.empty(desc)));
                    return withReplaced(new SpineBatch(batch.id(), batch.desc(), parts));
                }
            }
        }
        throw new IllegalArgumentException("there is no batch " + desc);
    }

    /** With another content of the spine batch of the same id. */
    Trace withReplaced(SpineBatch replacement) {
        List<Level> changed = new ArrayList<>(levels.size());
        for (Level level : levels) {
            List<SpineBatch> batches = new ArrayList<>();
            for (SpineBatch batch : level.batches()) {
                batches.add(batch.id().equals(replacement.id()) ? replacement : batch);
            }
            changed.add(new Level(batches, level.merge()));
        }
        return new Trace(since, nextId, upper, changed, structured);
    }

    /** The five collections. */
    public FlatTrace flatten() {
        SortedSet<HollowBatch> legacy = new TreeSet<>(HollowBatchOrder.INSTANCE);
        SortedMap<SpineId, HollowBatch> hollow = new TreeMap<>();
        SortedMap<SpineId, FlatTrace.Spine> spine = new TreeMap<>();
        SortedMap<SpineId, FlatTrace.Merge> merges = new TreeMap<>();
        for (int i = 0; i < levels.size(); i++) {
            for (SpineBatch batch : levels.get(i).batches()) {
                List<SpineId> ids = new ArrayList<>(batch.parts().size());
                List<Description> descs = new ArrayList<>(batch.parts().size());
                for (IdBatch part : batch.parts()) {
                    ids.add(part.id());
                    descs.add(part.batch().desc());
                    if (part.batch().lower().equals(part.batch().upper())) {
                        hollow.put(part.id(), part.batch());
                    } else {
                        legacy.add(part.batch());
                    }
                }
                spine.put(batch.id(), new FlatTrace.Spine(i, batch.desc(), ids, descs));
                if (batch.compactionStartMillis() != null) {
                    merges.put(
                            batch.id(),
                            new FlatTrace.Merge(
                                    batch.desc().since(), 0, batch.compactionStartMillis()));
                }
            }
            Level.Merge merge = levels.get(i).merge();
            if (merge != null) {
                merges.put(
                        merge.id(),
                        new FlatTrace.Merge(merge.since(), merge.remainingWork(), null));
            }
        }
        return structured
                ? new FlatTrace(since, legacy, hollow, spine, merges)
                : new FlatTrace(since, legacy, hollow, new TreeMap<>(), new TreeMap<>(Map.of()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Trace that
                && since.equals(that.since)
                && nextId == that.nextId
                && upper.equals(that.upper)
                && levels.equals(that.levels)
                && structured == that.structured;
    }

    @Override
    public int hashCode() {
        return Objects.hash(since, nextId, upper, levels);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("since " + since + ", upper " + upper);
        for (int i = levels.size() - 1; i >= 0; i--) {
            for (SpineBatch batch : levels.get(i).batches()) {
                text.append(", (").append(batch.id()).append(")@").append(i);
                text.append(" x").append(batch.len());
            }
        }
        return text.toString();
    }
}
