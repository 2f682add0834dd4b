package io.persist.state.maintenance;

import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.codec.CorruptDataException;
import io.persist.state.FieldDiff;
import io.persist.state.HollowRollup;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.store.PartKey;
import io.persist.store.RollupKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Blobs that no state at or after some seqno refers to.
 *
 * @param parts of batches that went: blob parts and runs, of which the listed parts are garbage too
 * @param rollups whose entries went
 */
public record Garbage(List<RunPart> parts, List<RollupKey> rollups) {
    public Garbage {
        parts = List.copyOf(parts);
        rollups = List.copyOf(rollups);
    }

    /**
     * What goes with these changes. A part that a change both removes and adds stays: peers of the
     * 26 generation move parts from batch to batch, those of 0.128 never do.
     *
     * @param diffs consecutive, the last one leading to {@code state}
     * @throws CorruptDataException if {@code state} still refers to what a change removed; nothing
     *     must be deleted then
     */
    public static Garbage of(List<StateDiff> diffs, State state) throws CorruptDataException {
        Map<PartKey, RunPart> parts = new LinkedHashMap<>();
        Set<RollupKey> rollups = new LinkedHashSet<>();
        for (StateDiff diff : diffs) {
            Map<PartKey, RunPart> removed = new LinkedHashMap<>();
            Map<PartKey, RunPart> added = new LinkedHashMap<>();
            for (FieldDiff<HollowBatch, ?> change : diff.changes().legacyBatches()) {
                collect(change.key(), change instanceof FieldDiff.Insert ? added : removed);
            }
            for (FieldDiff<?, HollowBatch> change : diff.changes().hollowBatches()) {
                collect(change.before(), removed);
                collect(change.after(), added);
            }
            removed.keySet().removeAll(added.keySet());
            parts.putAll(removed);
            for (FieldDiff<?, HollowRollup> change : diff.changes().rollups()) {
                HollowRollup before = change.before();
                if (before != null) {
                    rollups.add(before.key());
                }
            }
        }
        requireUnreferenced(parts.keySet(), rollups, state);
        return new Garbage(new ArrayList<>(parts.values()), new ArrayList<>(rollups));
    }

    private static void collect(@Nullable HollowBatch batch, Map<PartKey, RunPart> into) {
        if (batch == null) {
            return;
        }
        batch.parts()
                .forEach(
                        part -> {
                            PartKey key = key(part);
                            if (key != null) {
                                into.put(key, part);
                            }
                        });
    }

    private static @Nullable PartKey key(RunPart part) {
        if (part instanceof RunPart.Hollow hollow) {
            return hollow.key();
        }
        return part instanceof RunPart.Many many ? many.key() : null;
    }

    private static void requireUnreferenced(Set<PartKey> parts, Set<RollupKey> rollups, State state)
            throws CorruptDataException {
        Map<PartKey, RunPart> referenced = new LinkedHashMap<>();
        state.batches().forEach(batch -> collect(batch, referenced));
        Set<Object> both = new HashSet<>(parts);
        both.retainAll(referenced.keySet());
        Set<RollupKey> listed = new HashSet<>(rollups);
        listed.retainAll(state.rollups().values().stream().map(HollowRollup::key).toList());
        both.addAll(listed);
        if (!both.isEmpty()) {
            throw new CorruptDataException(
                    "shard "
                            + state.shard()
                            + " at "
                            + state.seqno()
                            + " still refers to what earlier changes removed: "
                            + both);
        }
    }
}
