package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.spine.FlatTrace;
import io.persist.state.spine.HollowBatchOrder;
import io.persist.state.spine.Trace;
import io.persist.store.SeqNo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/** Applies one state diff, checking every old value: peers abort where one differs. */
final class DiffApplication {
    private static final int MAX_TEXT = 400;

    private final State state;
    private final StateDiff diff;

    DiffApplication(State state, StateDiff diff) {
        this.state = state;
        this.diff = diff;
    }

    State run() throws CorruptDataException {
        StateDiff.Changes changes = diff.changes();
        State.Builder next =
                state.toBuilder()
                        .seqno(diff.to())
                        .applierVersion(diff.applierVersion())
                        .walltimeMillis(diff.walltimeMillis())
                        .rollups(map("ROLLUPS", changes.rollups(), state.rollups()))
                        .leasedReaders(
                                map(
                                        "LEASED_READERS",
                                        changes.leasedReaders(),
                                        state.leasedReaders()))
                        .criticalReaders(
                                map(
                                        "CRITICAL_READERS",
                                        changes.criticalReaders(),
                                        state.criticalReaders()))
                        .writers(map("WRITERS", changes.writers(), state.writers()))
                        .schemas(map("SCHEMAS", changes.schemas(), state.schemas()))
                        .lastGcReq(present("LAST_GC_REQ", changes.lastGcReq(), state.lastGcReq()))
                        .activeRollup(
                                single(
                                        "ACTIVE_ROLLUP",
                                        changes.activeRollup(),
                                        state.activeRollup()))
                        .activeGc(single("ACTIVE_GC", changes.activeGc(), state.activeGc()));
        // Peers do not compare the old host name either.
        for (FieldDiff<Unit, String> hostname : changes.hostname()) {
            next.hostname(Objects.requireNonNullElse(hostname.after(), ""));
        }
        if (changes.touchesTrace()) {
            next.trace(trace(changes));
        }
        return next.build();
    }

    private Trace trace(StateDiff.Changes changes) throws CorruptDataException {
        FlatTrace flat = state.trace().flatten();
        Antichain since = present("SINCE", changes.since(), flat.since());
        SortedSet<HollowBatch> legacy = new TreeSet<>(HollowBatchOrder.INSTANCE);
        legacy.addAll(flat.legacyBatches());
        if (!state.trace().isStructured() && !changes.touchesSpine()) {
            applyTolerantly(changes.legacyBatches(), legacy);
        } else {
            applyStrictly(changes.legacyBatches(), legacy);
        }
        FlatTrace next =
                new FlatTrace(
                        since,
                        legacy,
                        map("HOLLOW_BATCHES", changes.hollowBatches(), flat.hollowBatches()),
                        map(
                                "SPINE_BATCHES",
                                changes.spineBatches(),
                                flat.spineBatches(),
                                FlatTrace.Spine::sameExceptDescs),
                        map("SPINE_MERGES", changes.merges(), flat.merges()));
        try {
            return Trace.unflatten(next);
        } catch (CorruptDataException e) {
            throw e.in(place());
        }
    }

    private void applyStrictly(
            List<FieldDiff<HollowBatch, Unit>> diffs, SortedSet<HollowBatch> batches)
            throws CorruptDataException {
        for (FieldDiff<HollowBatch, Unit> change : diffs) {
            boolean applied =
                    change instanceof FieldDiff.Insert
                            ? batches.add(change.key())
                            : change instanceof FieldDiff.Delete
                                    ? batches.remove(change.key())
                                    : batches.contains(change.key());
            if (!applied) {
                throw mismatch(
                        "LEGACY_BATCHES",
                        change.key(),
                        change.before(),
                        change.before() == null ? Unit.UNIT : null);
            }
        }
    }

    /**
     * Without a stored structure clients may have split empty batches differently: an empty batch
     * is deleted by cutting its range out of the empty ones there, and makes room when it, or what
     * it was compacted into, comes back.
     */
    private void applyTolerantly(
            List<FieldDiff<HollowBatch, Unit>> diffs, SortedSet<HollowBatch> batches)
            throws CorruptDataException {
        List<HollowBatch> inserts = new ArrayList<>();
        for (FieldDiff<HollowBatch, Unit> change : diffs) {
            if (change instanceof FieldDiff.Insert) {
                inserts.add(change.key());
            } else if (change instanceof FieldDiff.Delete && !batches.remove(change.key())) {
                if (!isEmpty(change.key())) {
                    throw mismatch("LEGACY_BATCHES", change.key(), Unit.UNIT, null);
                }
                cut(change.key().desc(), batches);
            }
        }
        for (HollowBatch insert : inserts) {
            cut(insert.desc(), batches);
            batches.add(insert);
        }
    }

    private static void cut(Description range, SortedSet<HollowBatch> batches) {
        for (HollowBatch batch : List.copyOf(batches)) {
            Antichain from = batch.lower().join(range.lower());
            Antichain to = batch.upper().meet(range.upper());
            if (!isEmpty(batch) || !from.lessThan(to)) {
                continue;
            }
            batches.remove(batch);
            addEmpty(batches, batch.lower(), from, batch.desc().since());
            addEmpty(batches, to, batch.upper(), batch.desc().since());
        }
    }

    private static void addEmpty(
            SortedSet<HollowBatch> batches, Antichain lower, Antichain upper, Antichain since) {
        if (lower.lessThan(upper)) {
            batches.add(HollowBatch.empty(new Description(lower, upper, since)));
        }
    }

    private static boolean isEmpty(HollowBatch batch) {
        return batch.runs().isEmpty() && batch.len() == 0;
    }

    private <K, V> SortedMap<K, V> map(
            String field, List<FieldDiff<K, V>> diffs, SortedMap<K, V> before)
            throws CorruptDataException {
        return map(field, diffs, before, Objects::equals);
    }

    private <K, V> SortedMap<K, V> map(
            String field,
            List<FieldDiff<K, V>> diffs,
            SortedMap<K, V> before,
            BiPredicate<V, V> same)
            throws CorruptDataException {
        if (diffs.isEmpty()) {
            return before;
        }
        SortedMap<K, V> next = new TreeMap<>(before);
        for (FieldDiff<K, V> change : diffs) {
            V expected = change.before();
            V found = next.get(change.key());
            boolean matches =
                    (expected == null || found == null)
                            ? (expected == null && found == null)
                            : same.test(expected, found);
            if (!matches) {
                throw mismatch(field, change.key(), expected, found);
            }
            V after = change.after();
            if (after == null) {
                next.remove(change.key());
            } else {
                next.put(change.key(), after);
            }
        }
        return next;
    }

    private <V> @Nullable V single(String field, List<FieldDiff<Unit, V>> diffs, @Nullable V before)
            throws CorruptDataException {
        V value = before;
        for (FieldDiff<Unit, V> change : diffs) {
            if (!Objects.equals(change.before(), value)) {
                throw mismatch(field, change.key(), change.before(), value);
            }
            value = change.after();
        }
        return value;
    }

    private <V> V present(String field, List<FieldDiff<Unit, V>> diffs, V before)
            throws CorruptDataException {
        V value = single(field, diffs, before);
        if (value == null) {
            throw new CorruptDataException(place() + ": " + field + " is deleted");
        }
        return value;
    }

    private CorruptDataException mismatch(
            String field, Object key, @Nullable Object expected, @Nullable Object found) {
        return new CorruptDataException(
                place()
                        + ": "
                        + field
                        + (key instanceof Unit ? "" : " " + text(key))
                        + ": expected "
                        + (expected == null ? "no entry" : text(expected))
                        + ", found "
                        + (found == null ? "no entry" : text(found)));
    }

    private String place() {
        SeqNo from = state.seqno();
        return "shard " + state.shard() + ", state diff " + from + " to " + diff.to();
    }

    private static String text(Object value) {
        String text = value.toString();
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }
}
