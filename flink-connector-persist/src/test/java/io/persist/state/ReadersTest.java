package io.persist.state;

import static io.persist.state.States.changed;
import static io.persist.state.States.critical;
import static io.persist.state.States.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.frontier.Antichain;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.maintenance.Maintenance;
import io.persist.store.SeqNo;

import org.junit.jupiter.api.Test;

class ReadersTest {
    private static final Opaque ZERO = new Opaque("u64", 0);
    private static final Opaque ONE = new Opaque("u64", 1);

    @Test
    void registeredReaderHoldsTheSinceAndTheStateOfItsRegistration() {
        State state = register(at(5), 1);
        LeasedReaderState reader = state.leasedReaders().get(reader(1));
        assertThat(reader.since()).isEqualTo(Antichain.minimum());
        assertThat(reader.seqno()).isEqualTo(new SeqNo(5));
        assertThat(at(state, 9).seqnoSince()).isEqualTo(new SeqNo(5));
    }

    @Test
    void shardSinceIsWhatAllReadersAgreeOn() {
        State state = register(register(at(1), 1), 2);
        state = downgrade(state, 1, 7);
        assertThat(state.since()).isEqualTo(Antichain.minimum());
        state = downgrade(state, 2, 4);
        assertThat(state.since()).isEqualTo(Antichain.of(4));
        state = changed(CriticalReaders.register(state, critical(1), ZERO, States.DEBUG));
        state = downgrade(state, 2, 9);
        assertThat(state.since()).isEqualTo(Antichain.of(4));
        state =
                changed(
                        CriticalReaders.compareAndDowngrade(
                                state, critical(1), ZERO, ONE, Antichain.of(8)));
        assertThat(state.since()).isEqualTo(Antichain.of(7));
    }

    @Test
    void expiryMovesTheSinceOnlyAtTheNextDowngrade() {
        State state = downgrade(register(register(at(1), 1), 2), 1, 7);
        State expired = changed(Readers.expire(state, reader(2)));
        assertThat(expired.since()).isEqualTo(Antichain.minimum());
        assertThat(downgrade(expired, 1, 8).since()).isEqualTo(Antichain.of(8));
        assertThat(Readers.expire(expired, reader(2))).isEqualTo(new Transition.NoOp<>(false));
    }

    @Test
    void sincesNeverGoBack() {
        State state = downgrade(register(at(1), 1), 1, 7);
        State same = downgrade(state, 1, 3);
        assertThat(same.since()).isEqualTo(Antichain.of(7));
        assertThat(same.leasedReaders().get(reader(1)).since()).isEqualTo(Antichain.of(7));
        State closed = changed(Readers.downgrade(same, reader(1), null, Antichain.empty(), 0));
        assertThat(closed.since()).isEqualTo(Antichain.empty());
    }

    @Test
    void seqnoHoldFollowsTheOldestStateInUse() {
        State state = at(register(at(5), 1), 20);
        State held = changed(Readers.downgrade(state, reader(1), new SeqNo(8), Antichain.of(0), 0));
        assertThat(held.seqnoSince()).isEqualTo(new SeqNo(8));
        State ahead =
                changed(Readers.downgrade(state, reader(1), new SeqNo(99), Antichain.of(0), 0));
        assertThat(ahead.seqnoSince()).isEqualTo(new SeqNo(20));
        State idle = changed(Readers.downgrade(state, reader(1), null, Antichain.of(0), 0));
        assertThat(idle.seqnoSince()).isEqualTo(new SeqNo(20));
        assertThatThrownBy(
                        () -> Readers.downgrade(held, reader(1), new SeqNo(7), Antichain.of(0), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("v8");
    }

    @Test
    void lostReaderIsTold() {
        assertThat(Readers.downgrade(at(1), reader(1), null, Antichain.of(1), 0))
                .isEqualTo(new Transition.NoOp<>(false));
        assertThat(Readers.heartbeat(at(1), reader(1), 0)).isEqualTo(new Transition.NoOp<>(false));
    }

    @Test
    void leasesPassOnlyBeyondHeartbeatAndLease() {
        State state = changed(Readers.register(at(1), reader(1), States.DEBUG, 100, 1_000));
        assertThat(Maintenance.expireLeases(state, 1_100).leasedReaders()).hasSize(1);
        assertThat(Maintenance.expireLeases(state, 1_101).leasedReaders()).isEmpty();
        State renewed = changed(Readers.heartbeat(state, reader(1), 1_050));
        assertThat(Maintenance.expireLeases(renewed, 1_101).leasedReaders()).hasSize(1);
        State forever = changed(Readers.register(at(1), reader(1), States.DEBUG, -1, 1_000));
        assertThat(Maintenance.expireLeases(forever, Long.MAX_VALUE).leasedReaders()).hasSize(1);
    }

    @Test
    void criticalReaderIsMovedOnlyByWhoKnowsTheToken() {
        State state = changed(CriticalReaders.register(at(1), critical(1), ZERO, States.DEBUG));
        assertThat(
                        CriticalReaders.compareAndDowngrade(
                                        state, critical(1), ONE, ONE, Antichain.of(8))
                                .result())
                .isEqualTo(new DowngradeOutcome.OpaqueMismatch(ZERO, Antichain.minimum()));
        assertThat(
                        CriticalReaders.compareAndDowngrade(
                                        state, critical(2), ZERO, ONE, Antichain.of(8))
                                .result())
                .isEqualTo(new DowngradeOutcome.UnknownReader(critical(2)));
        State moved =
                changed(
                        CriticalReaders.compareAndDowngrade(
                                state, critical(1), ZERO, ONE, Antichain.of(8)));
        assertThat(moved.since()).isEqualTo(Antichain.of(8));
        assertThat(moved.criticalReaders().get(critical(1)).opaque()).isEqualTo(1);
    }

    @Test
    void registeringACriticalReaderAgainKeepsItsHold() {
        State state = changed(CriticalReaders.register(at(1), critical(1), ZERO, States.DEBUG));
        state =
                changed(
                        CriticalReaders.compareAndDowngrade(
                                state, critical(1), ZERO, ONE, Antichain.of(8)));
        Transition<CriticalReaderState> again =
                CriticalReaders.register(
                        state, critical(1), ZERO, new HandleDebug("other", "purpose"));
        assertThat(again.result().since()).isEqualTo(Antichain.of(8));
        assertThat(again.result().opaque()).isEqualTo(1);
        assertThat(again.result().debug().hostname()).isEqualTo("other");
        assertThat(changed(CriticalReaders.expire(state, critical(1))).criticalReaders()).isEmpty();
    }

    @Test
    void newReadersCanBeginWhereTheCriticalOnesAre() {
        State state = register(at(1), 1);
        assertThat(since(state, Readers.Start.CRITICAL_SINCE)).isEqualTo(Antichain.minimum());
        for (int number = 1; number <= 2; number++) {
            state = changed(CriticalReaders.register(state, critical(number), ZERO, States.DEBUG));
            state =
                    changed(
                            CriticalReaders.compareAndDowngrade(
                                    state, critical(number), ZERO, ONE, Antichain.of(9 - number)));
        }
        assertThat(since(state, Readers.Start.SHARD_SINCE)).isEqualTo(Antichain.minimum());
        assertThat(since(state, Readers.Start.CRITICAL_SINCE)).isEqualTo(Antichain.of(7));
    }

    private static Antichain since(State state, Readers.Start start) {
        return Readers.register(state, start, reader(9), States.DEBUG, 900_000, 1_000)
                .result()
                .since();
    }

    private static State at(long seqno) {
        return at(States.p26(), seqno);
    }

    private static State at(State state, long seqno) {
        return state.toBuilder().seqno(new SeqNo(seqno)).build();
    }

    private static State register(State state, int number) {
        return changed(Readers.register(state, reader(number), States.DEBUG, 900_000, 1_000));
    }

    private static State downgrade(State state, int number, long since) {
        return changed(Readers.downgrade(state, reader(number), null, Antichain.of(since), 1_000));
    }
}
