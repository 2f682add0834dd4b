package io.persist.state.maintenance;

import static io.persist.state.States.append;
import static io.persist.state.States.changed;
import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.ActiveWork;
import io.persist.state.Appends;
import io.persist.state.EncodedSchemas;
import io.persist.state.HollowRollup;
import io.persist.state.Readers;
import io.persist.state.Schemas;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.state.States;
import io.persist.state.Transition;
import io.persist.store.SeqNo;

import org.junit.jupiter.api.Test;

import java.util.List;

class MaintenanceTest {
    @Test
    void olderPeersWriteRollupsAtMultiplesAndWhenOneIsMissing() {
        State first = States.p128();
        assertThat(rollup(at(first, 1 + 127), 0)).isFalse();
        assertThat(rollup(at(first, 1 + 128), 0)).isTrue();
        assertThat(rollup(at(first, 1 + 129), 0)).isFalse();
        assertThat(rollup(at(first, 1 + 256), 0)).isTrue();
        assertThat(rollup(at(first, 1 + 385), 0)).isTrue();
        Maintenance.Assigned assigned =
                Maintenance.assign(at(first, 1 + 128), CommandKind.OTHER, 0, 128);
        assertThat(assigned.state().activeRollup()).isNull();
    }

    @Test
    void rollupsAreClaimedForFiveSecondsWherePeersKnowClaims() {
        State first = States.p26();
        assertThat(rollup(at(first, 128), 0)).isFalse();
        State claimed = Maintenance.assign(at(first, 129), CommandKind.OTHER, 10_000, 128).state();
        assertThat(claimed.activeRollup())
                .isEqualTo(new ActiveWork(new SeqNo(129), 10_000, Bytes.EMPTY));
        assertThat(rollup(at(claimed, 130), 15_000)).isFalse();
        assertThat(rollup(at(claimed, 130), 15_001)).isTrue();
        State linked = changed(Rollups.add(at(claimed, 131), new SeqNo(129), hollow(129)));
        assertThat(linked.activeRollup()).isNull();
        assertThat(linked.latestRollupSeqno()).isEqualTo(new SeqNo(129));
    }

    @Test
    void garbageIsCollectedByAppendersUpToTheOldestHold() {
        State state =
                changed(
                        Readers.register(
                                at(States.p26(), 6), States.reader(1), States.DEBUG, 1 << 20, 0));
        state = changed(Appends.compareAndAppend(state, batch(0, 1, 1), append(1, 1, 0), 1));
        State later = at(state, 40);
        assertThat(Maintenance.assign(later, CommandKind.OTHER, 0, 128).collectUpTo()).isNull();
        Maintenance.Assigned assigned = Maintenance.assign(later, CommandKind.APPEND, 0, 128);
        assertThat(assigned.collectUpTo()).isEqualTo(new SeqNo(6));
        assertThat(assigned.state().lastGcReq()).isEqualTo(new SeqNo(6));
        // 64 needs six more versions than at the last request.
        assertThat(Maintenance.assign(at(state, 64), CommandKind.APPEND, 0, 128).collectUpTo())
                .isEqualTo(new SeqNo(6));
        assertThat(Maintenance.assign(at(state, 65), CommandKind.APPEND, 0, 128).collectUpTo())
                .isNull();
    }

    @Test
    void anyCommitCollectsWhereThereAreNoWriters() {
        assertThat(Maintenance.assign(at(States.p26(), 8), CommandKind.OTHER, 0, 128).collectUpTo())
                .isEqualTo(new SeqNo(8));
    }

    @Test
    void oneCollectionPassesALimitedNumberOfVersionsOnlyWherePeersDo() {
        assertThat(
                        Maintenance.assign(at(States.p26(), 500_000), CommandKind.APPEND, 0, 128)
                                .collectUpTo())
                .isEqualTo(new SeqNo(128_000));
        assertThat(
                        Maintenance.assign(at(States.p128(), 500_000), CommandKind.APPEND, 0, 128)
                                .collectUpTo())
                .isEqualTo(new SeqNo(500_000));
    }

    @Test
    void youngClaimOnCollectionIsHonoured() {
        State state =
                at(States.p26(), 50).toBuilder()
                        .activeGc(new ActiveWork(new SeqNo(40), 1_000, Bytes.EMPTY))
                        .build();
        assertThat(Maintenance.assign(state, CommandKind.APPEND, 901_000, 128).collectUpTo())
                .isNull();
        assertThat(Maintenance.assign(state, CommandKind.APPEND, 901_001, 128).collectUpTo())
                .isEqualTo(new SeqNo(50));
    }

    /** Its blob may have been deleted meanwhile. */
    @Test
    void rollupOlderThanTheNewestIsNotListed() {
        State state = changed(Rollups.add(at(States.p26(), 9), new SeqNo(8), hollow(8)));
        assertThat(Rollups.add(at(state, 10), new SeqNo(7), hollow(7)))
                .isEqualTo(new Transition.NoOp<>(false));
        assertThat(changed(Rollups.add(at(state, 10), new SeqNo(9), hollow(9))).rollups())
                .containsKeys(new SeqNo(8), new SeqNo(9));
    }

    @Test
    void rollupIsListedOnceAndTheLastOneStays() {
        State state = changed(Rollups.add(at(States.p26(), 9), new SeqNo(8), hollow(8)));
        assertThat(Rollups.add(state, new SeqNo(8), hollow(8)))
                .isEqualTo(new Transition.NoOp<>(true));
        assertThat(Rollups.add(state, new SeqNo(8), hollow(7)))
                .isEqualTo(new Transition.NoOp<>(false));
        assertThatThrownBy(() -> Rollups.add(state, new SeqNo(9), hollow(9)))
                .isInstanceOf(IllegalArgumentException.class);
        Transition<Integer> removed = Rollups.remove(state, List.of(hollow(0)));
        assertThat(removed.result()).isEqualTo(1);
        assertThat(changed(removed).rollups()).containsOnlyKeys(new SeqNo(8));
        assertThatThrownBy(() -> Rollups.remove(state, List.of(hollow(0), hollow(8))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Rollups.remove(state, List.of())).isEqualTo(new Transition.NoOp<>(0));
    }

    @Test
    void closedShardBecomesATombstoneStepByStep() {
        State state = States.p26();
        state = changed(Readers.register(state, States.reader(1), States.DEBUG, 1, 0));
        for (int i = 0; i < 3; i++) {
            state =
                    changed(
                            Appends.compareAndAppend(
                                    state, batch(i, i + 1, 40), append(1, i, 0), 1));
        }
        assertThat(Closing.step(state).result())
                .isEqualTo(new Closing.Outcome.NotClosed(Antichain.minimum(), Antichain.of(3)));
        Description last = new Description(Antichain.of(3), Antichain.empty(), Antichain.minimum());
        state =
                changed(
                        Appends.compareAndAppend(
                                state, HollowBatch.empty(last), append(1, 9, 0), 1));
        state = changed(Readers.downgrade(state, States.reader(1), null, Antichain.empty(), 0));
        int steps = 0;
        while (Closing.step(state) instanceof Transition.Changed<Closing.Outcome> changed) {
            state = changed.next();
            steps++;
        }
        assertThat(steps).isEqualTo(4);
        assertThat(state.isTombstone()).isTrue();
        assertThat(state.batches())
                .containsExactly(
                        HollowBatch.empty(
                                new Description(
                                        Antichain.minimum(),
                                        Antichain.empty(),
                                        Antichain.empty())));
        Maintenance.Assigned assigned = Maintenance.assign(at(state, 9), CommandKind.OTHER, 0, 128);
        assertThat(assigned.writeRollup()).isTrue();
        assertThat(assigned.collectUpTo()).isEqualTo(new SeqNo(9));
    }

    @Test
    void garbageIsWhatChangesRemoveAndDoNotBringBack() throws Exception {
        State empty = at(States.p26(), 1);
        State two = at(appended(appended(appended(empty, 0), 1), 2), 2);
        HollowBatch output = batch(0, 2, 2, 0, "n2600000/output");
        State compacted = at(changed(Compactions.apply(two, output)), 3);
        List<StateDiff> diffs =
                List.of(StateDiff.between(empty, two), StateDiff.between(two, compacted));
        assertThat(Garbage.of(diffs, compacted).parts())
                .containsExactlyInAnyOrderElementsOf(
                        java.util.stream.Stream.concat(
                                        batch(0, 1, 1).parts(), batch(1, 2, 1).parts())
                                .toList());
        // Incremental compaction: the new batch keeps a part of the old one.
        HollowBatch keeping = batch(0, 2, 2, 0, "n0012800/p-0-1-0");
        State kept = at(changed(Compactions.apply(two, keeping)), 3);
        assertThat(Garbage.of(List.of(StateDiff.between(two, kept)), kept).parts())
                .containsExactlyElementsOf(batch(1, 2, 1).parts().toList());
    }

    @Test
    void removedRollupsAreGarbage() throws Exception {
        State listed = at(changed(Rollups.add(at(States.p26(), 9), new SeqNo(8), hollow(8))), 9);
        State removed = at(changed(Rollups.remove(listed, List.of(hollow(0)))), 10);
        List<StateDiff> diffs = List.of(StateDiff.between(listed, removed));
        assertThat(Garbage.of(diffs, removed).rollups()).containsExactly(States.rollup(0));
        assertThatThrownBy(() -> Garbage.of(diffs, listed))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("still refers to");
    }

    @Test
    void firstSchemaIsRegisteredAndLaterOnesEvolve() {
        EncodedSchemas first = schemas("a");
        EncodedSchemas second = schemas("b");
        State state = changed(Schemas.register(States.p26(), first, first::equals));
        assertThat(Schemas.register(state, first, first::equals))
                .isEqualTo(
                        new Transition.NoOp<>(
                                new Schemas.Registration.Registered(new SchemaId(0))));
        assertThat(Schemas.register(state, second, second::equals).result())
                .isEqualTo(new Schemas.Registration.OtherSchemas(new SchemaId(0)));
        assertThat(
                        Schemas.compareAndEvolve(
                                        state,
                                        new SchemaId(1),
                                        second,
                                        (old, next) -> Schemas.Evolution.COMPATIBLE)
                                .result())
                .isEqualTo(new Schemas.EvolveOutcome.ExpectedMismatch(new SchemaId(0)));
        assertThat(evolve(state, second, Schemas.Evolution.INCOMPATIBLE).result())
                .isEqualTo(new Schemas.EvolveOutcome.Incompatible());
        assertThat(evolve(state, second, Schemas.Evolution.SAME).result())
                .isEqualTo(new Schemas.EvolveOutcome.Evolved(new SchemaId(0)));
        State evolved = changed(evolve(state, second, Schemas.Evolution.COMPATIBLE));
        assertThat(evolved.schemas()).containsOnlyKeys(new SchemaId(0), new SchemaId(1));
        assertThat(Schemas.find(evolved, first::equals)).isEqualTo(new SchemaId(0));
        assertThat(Schemas.find(evolved, schemas("c")::equals)).isNull();
    }

    private static Transition<Schemas.EvolveOutcome> evolve(
            State state, EncodedSchemas next, Schemas.Evolution evolution) {
        return Schemas.compareAndEvolve(state, new SchemaId(0), next, (a, b) -> evolution);
    }

    private static EncodedSchemas schemas(String key) {
        return new EncodedSchemas(
                Bytes.utf8(key), Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);
    }

    private static State appended(State state, long lower) {
        return changed(
                Appends.compareAndAppend(
                        state, batch(lower, lower + 1, 1), append(1, lower, 0), Long.MAX_VALUE));
    }

    private static boolean rollup(State state, long nowMillis) {
        return Maintenance.assign(state, CommandKind.OTHER, nowMillis, 128).writeRollup();
    }

    private static State at(State state, long seqno) {
        return state.toBuilder().seqno(new SeqNo(seqno)).build();
    }

    private static HollowRollup hollow(long seqno) {
        return new HollowRollup(States.rollup(seqno), null, Bytes.EMPTY);
    }
}
