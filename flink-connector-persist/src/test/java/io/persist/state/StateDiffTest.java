package io.persist.state;

import static io.persist.state.States.append;
import static io.persist.state.States.changed;
import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.HollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.state.spine.FlatTrace;
import io.persist.state.spine.SpineId;
import io.persist.state.spine.Trace;
import io.persist.store.SeqNo;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

class StateDiffTest {
    private final State before = appended(States.p26(), 0, 5, 3);
    private final State after = appended(before, 5, 9, 3);

    @Test
    void diffAppliesOnceAndOnlyToItsPredecessor() throws Exception {
        StateDiff diff = StateDiff.between(before, after);
        assertThat(before.apply(diff)).isEqualTo(after);
        assertThat(after.apply(diff)).isSameAs(after);
        State other = before.toBuilder().seqno(new SeqNo(7)).build();
        assertThatThrownBy(() -> other.apply(diff))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("v7")
                .hasMessageContaining("does not follow");
    }

    @Test
    void otherOldValueIsNamedWithPlaceKeyExpectedAndFound() {
        State other =
                changed(Readers.register(before, States.reader(1), States.DEBUG, 5, 7)).toBuilder()
                        .writers(new TreeMap<>())
                        .build();
        assertThatThrownBy(() -> other.apply(StateDiff.between(before, after)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("shard " + States.SHARD)
                .hasMessageContaining("v1 to v2")
                .hasMessageContaining("WRITERS " + States.writer(1))
                .hasMessageContaining("expected WriterState[")
                .hasMessageContaining("found no entry");
    }

    @Test
    void insertOfAKnownEntryIsRefused() {
        State reader = changed(Readers.register(before, States.reader(1), States.DEBUG, 5, 7));
        StateDiff insert =
                StateDiff.between(before, reader.toBuilder().seqno(new SeqNo(2)).build());
        assertThatThrownBy(() -> reader.apply(insert))
                .hasMessageContaining("LEASED_READERS")
                .hasMessageContaining("expected no entry");
    }

    @Test
    void batchesAndMergesAreCheckedToo() {
        State less = before.toBuilder().trace(Trace.INITIAL).build();
        State compacted = appended(appended(before, 5, 9, 3), 9, 12, 3);
        State third = compacted.toBuilder().seqno(new SeqNo(3)).build();
        State second = third.toBuilder().seqno(new SeqNo(2)).build();
        StateDiff shrink = StateDiff.between(second, third.toBuilder().trace(less.trace()).build());
        State without = less.toBuilder().seqno(new SeqNo(2)).writers(second.writers()).build();
        assertThatThrownBy(() -> without.apply(shrink)).hasMessageContaining("LEGACY_BATCHES");
    }

    @Test
    void hostnameIsAppliedWithoutLookingAtTheOldOne() throws Exception {
        State renamed = before.toBuilder().hostname("somebody else").build();
        State next = before.successor("newcomer", 0);
        assertThat(renamed.apply(StateDiff.between(before, next)).hostname()).isEqualTo("newcomer");
    }

    @Test
    void descriptionsInsideSpineBatchesAreNotCompared() throws Exception {
        StateDiff diff = StateDiff.between(before, after);
        List<FieldDiff<SpineId, FlatTrace.Spine>> stale = new ArrayList<>();
        for (FieldDiff<SpineId, FlatTrace.Spine> change : diff.changes().spineBatches()) {
            FlatTrace.Spine old = change.before();
            stale.add(
                    old == null
                            ? change
                            : new FieldDiff.Update<>(
                                    change.key(),
                                    new FlatTrace.Spine(
                                            old.level(), old.desc(), old.parts(), List.of()),
                                    change.after()));
        }
        assertThat(before.apply(withSpine(diff, stale))).isEqualTo(after);
    }

    @Test
    void firstCommitGivesAnOldStateItsStructure() throws Exception {
        State old = unstructured(after);
        assertThat(old.trace().isStructured()).isFalse();
        State next = old.successor("host", 0);
        StateDiff diff = StateDiff.between(old, next);
        assertThat(diff.changes().spineBatches()).isNotEmpty();
        assertThat(diff.changes().legacyBatches()).isEmpty();
        assertThat(old.apply(diff)).isEqualTo(next);
        assertThatThrownBy(() -> StateDiff.between(old, old))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void emptyBatchesOfOldStatesMayBeSplitDifferently() throws Exception {
        State base = appended(appended(States.p26(), 0, 4, 0), 4, 9, 0);
        State old = unstructured(appended(base, 9, 10, 1));
        assertThat(old.batches()).containsExactly(batch(0, 9, 0), batch(9, 10, 1));
        // The writer of this entry has 0..4 and 4..9 apart, and compacts 4..10.
        State next =
                old.apply(
                        legacyOnly(
                                old,
                                List.of(
                                        new FieldDiff.Delete<>(batch(4, 9, 0), Unit.UNIT),
                                        new FieldDiff.Delete<>(batch(9, 10, 1), Unit.UNIT),
                                        new FieldDiff.Insert<>(batch(4, 10, 1), Unit.UNIT))));
        assertThat(next.batches()).containsExactly(batch(0, 4, 0), batch(4, 10, 1));
        assertThatThrownBy(
                        () ->
                                old.apply(
                                        legacyOnly(
                                                old,
                                                List.of(
                                                        new FieldDiff.Delete<>(
                                                                batch(9, 10, 2), Unit.UNIT)))))
                .isInstanceOf(CorruptDataException.class);
    }

    private static State unstructured(State state) throws CorruptDataException {
        FlatTrace flat = state.trace().flatten();
        FlatTrace batchesOnly =
                new FlatTrace(
                        flat.since(),
                        flat.legacyBatches(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeMap<>());
        return state.toBuilder().trace(Trace.unflatten(batchesOnly)).build();
    }

    private static StateDiff legacyOnly(State state, List<FieldDiff<HollowBatch, Unit>> changes) {
        StateDiff.Changes none =
                StateDiff.between(States.p26(), States.p26().successor("host", 0)).changes();
        return new StateDiff(
                state.applierVersion(),
                state.seqno(),
                state.seqno().next(),
                States.rollup(0),
                1,
                new StateDiff.Changes(
                        none.hostname(),
                        none.lastGcReq(),
                        none.rollups(),
                        none.activeRollup(),
                        none.activeGc(),
                        none.leasedReaders(),
                        none.criticalReaders(),
                        none.writers(),
                        none.schemas(),
                        List.of(
                                new FieldDiff.Update<>(
                                        Unit.UNIT, state.since(), Antichain.minimum())),
                        changes,
                        List.of(),
                        List.of(),
                        List.of()),
                io.persist.codec.Bytes.EMPTY);
    }

    private static StateDiff withSpine(
            StateDiff diff, List<FieldDiff<SpineId, FlatTrace.Spine>> spine) {
        StateDiff.Changes changes = diff.changes();
        return new StateDiff(
                diff.applierVersion(),
                diff.from(),
                diff.to(),
                diff.latestRollup(),
                diff.walltimeMillis(),
                new StateDiff.Changes(
                        changes.hostname(),
                        changes.lastGcReq(),
                        changes.rollups(),
                        changes.activeRollup(),
                        changes.activeGc(),
                        changes.leasedReaders(),
                        changes.criticalReaders(),
                        changes.writers(),
                        changes.schemas(),
                        changes.since(),
                        changes.legacyBatches(),
                        changes.hollowBatches(),
                        spine,
                        changes.merges()),
                diff.unknown());
    }

    private static State appended(State state, long lower, long upper, long len) {
        return changed(
                Appends.compareAndAppend(
                        state.successor("host", 0),
                        batch(lower, upper, len),
                        append(1, upper, 100),
                        Long.MAX_VALUE));
    }
}
