package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.SchemaId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.state.spine.FlatTrace;
import io.persist.state.spine.HollowBatchOrder;
import io.persist.state.spine.SpineId;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The change from one state to the next: what one entry of a shard's log holds.
 *
 * @param applierVersion label of the new state
 * @param from seqno of the predecessor; 0 in the first entry, whatever the first seqno is
 * @param to seqno of the new state, and of the entry
 * @param latestRollup the newest rollup that the new state lists
 * @param walltimeMillis writer's clock, above that of the predecessor
 * @param unknown fields of a newer peer at the top level, serialized
 */
public record StateDiff(
        String applierVersion,
        SeqNo from,
        SeqNo to,
        RollupKey latestRollup,
        long walltimeMillis,
        Changes changes,
        Bytes unknown) {

    /** Changes by collection, each in the order in which they are applied. */
    public record Changes(
            List<FieldDiff<Unit, String>> hostname,
            List<FieldDiff<Unit, SeqNo>> lastGcReq,
            List<FieldDiff<SeqNo, HollowRollup>> rollups,
            List<FieldDiff<Unit, ActiveWork>> activeRollup,
            List<FieldDiff<Unit, ActiveWork>> activeGc,
            List<FieldDiff<LeasedReaderId, LeasedReaderState>> leasedReaders,
            List<FieldDiff<CriticalReaderId, CriticalReaderState>> criticalReaders,
            List<FieldDiff<WriterId, WriterState>> writers,
            List<FieldDiff<SchemaId, EncodedSchemas>> schemas,
            List<FieldDiff<Unit, Antichain>> since,
            List<FieldDiff<HollowBatch, Unit>> legacyBatches,
            List<FieldDiff<SpineId, HollowBatch>> hollowBatches,
            List<FieldDiff<SpineId, FlatTrace.Spine>> spineBatches,
            List<FieldDiff<SpineId, FlatTrace.Merge>> merges) {
        public Changes {
            hostname = List.copyOf(hostname);
            lastGcReq = List.copyOf(lastGcReq);
            rollups = List.copyOf(rollups);
            activeRollup = List.copyOf(activeRollup);
            activeGc = List.copyOf(activeGc);
            leasedReaders = List.copyOf(leasedReaders);
            criticalReaders = List.copyOf(criticalReaders);
            writers = List.copyOf(writers);
            schemas = List.copyOf(schemas);
            since = List.copyOf(since);
            legacyBatches = List.copyOf(legacyBatches);
            hollowBatches = List.copyOf(hollowBatches);
            spineBatches = List.copyOf(spineBatches);
            merges = List.copyOf(merges);
        }

        /** Whether one of the five collections that make up the trace changes. */
        public boolean touchesTrace() {
            return !(since.isEmpty() && legacyBatches.isEmpty()) || touchesSpine();
        }

        /** Whether the structure of the trace changes, not only its batches or since. */
        boolean touchesSpine() {
            return !(hollowBatches.isEmpty() && spineBatches.isEmpty() && merges.isEmpty());
        }
    }

    /**
     * The change that makes {@code after} out of {@code before}. Applying it to {@code before}
     * gives {@code after}, except for unknown top-level fields, which no change can carry.
     *
     * @throws IllegalStateException if {@code after} lists no rollup, or would be written without
     *     the structure of its trace
     */
    public static StateDiff between(State before, State after) {
        if (!after.trace().isStructured()) {
            throw new IllegalStateException(
                    "shard " + after.shard() + " at " + after.seqno() + ": trace not structured");
        }
        return new StateDiff(
                after.applierVersion(),
                before.seqno(),
                after.seqno(),
                after.latestRollup().key(),
                after.walltimeMillis(),
                changes(before, after),
                Bytes.EMPTY);
    }

    /** The first entry of a shard's log, which says nothing but where the first rollup is. */
    public static StateDiff initial(State first) {
        State without = first.toBuilder().rollups(new TreeMap<>()).build();
        return new StateDiff(
                first.applierVersion(),
                new SeqNo(0),
                first.seqno(),
                first.latestRollup().key(),
                first.walltimeMillis(),
                changes(without, first),
                Bytes.EMPTY);
    }

    private static Changes changes(State before, State after) {
        FlatTrace old = before.trace().flatten();
        FlatTrace next = after.trace().equals(before.trace()) ? old : after.trace().flatten();
        return new Changes(
                single(before.hostname(), after.hostname()),
                single(before.lastGcReq(), after.lastGcReq()),
                map(before.rollups(), after.rollups()),
                single(before.activeRollup(), after.activeRollup()),
                single(before.activeGc(), after.activeGc()),
                map(before.leasedReaders(), after.leasedReaders()),
                map(before.criticalReaders(), after.criticalReaders()),
                map(before.writers(), after.writers()),
                map(before.schemas(), after.schemas()),
                single(old.since(), next.since()),
                legacy(old, next),
                map(old.hollowBatches(), next.hollowBatches()),
                map(old.spineBatches(), next.spineBatches()),
                map(old.merges(), next.merges()));
    }

    private static <V> List<FieldDiff<Unit, V>> single(@Nullable V old, @Nullable V next) {
        if (Objects.equals(old, next)) {
            return List.of();
        }
        return List.of(diff(Unit.UNIT, old, next));
    }

    private static <K extends Comparable<K>, V> List<FieldDiff<K, V>> map(
            SortedMap<K, V> old, SortedMap<K, V> next) {
        return map(old, next, Comparator.naturalOrder());
    }

    private static <K, V> List<FieldDiff<K, V>> map(
            Map<K, V> old, Map<K, V> next, Comparator<K> order) {
        SortedMap<K, V> all = new TreeMap<>(order);
        all.putAll(old);
        all.putAll(next);
        List<FieldDiff<K, V>> diffs = new ArrayList<>();
        for (K key : all.keySet()) {
            V before = old.get(key);
            V after = next.get(key);
            if (!Objects.equals(before, after)) {
                diffs.add(diff(key, before, after));
            }
        }
        return diffs;
    }

    private static List<FieldDiff<HollowBatch, Unit>> legacy(FlatTrace old, FlatTrace next) {
        return map(units(old), units(next), HollowBatchOrder.INSTANCE);
    }

    private static Map<HollowBatch, Unit> units(FlatTrace trace) {
        SortedMap<HollowBatch, Unit> units = new TreeMap<>(HollowBatchOrder.INSTANCE);
        trace.legacyBatches().forEach(batch -> units.put(batch, Unit.UNIT));
        return units;
    }

    private static <K, V> FieldDiff<K, V> diff(K key, @Nullable V before, @Nullable V after) {
        if (before == null) {
            return new FieldDiff.Insert<>(key, Objects.requireNonNull(after));
        }
        return after == null
                ? new FieldDiff.Delete<>(key, before)
                : new FieldDiff.Update<>(key, before, after);
    }
}
