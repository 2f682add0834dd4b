package io.persist.state;

import static io.persist.state.ChainStates.LEASE_MILLIS;
import static io.persist.state.ChainStates.SINK;
import static io.persist.state.ChainStates.epoch;
import static io.persist.state.ChainStates.next;
import static io.persist.state.ChainStates.position;
import static io.persist.state.ChainStates.with;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.frontier.Antichain;

import org.junit.jupiter.api.Test;

/** Registration where the shard is ahead of the snapshot, and goes on from there. */
class EpochRewindTest {
    private static final int OWN = 9;

    private static final EpochChain.Registration REGISTRATION =
            new EpochChain.Registration(
                    SINK, epoch(OWN), position(1, 1, 2), "host-a", 5_000, LEASE_MILLIS);

    /** Epoch 1 is at 5, epoch 2 took over and appended, epoch 3 took over and did not. */
    private static State ahead() {
        State state = with(ChainStates.empty(), position(1, 1, 5), true);
        state = with(state, position(2, 2, 3), false);
        return with(state, position(3, 3, 0), false);
    }

    private static void assertTookOver(State state) {
        assertThat(state.writers()).containsOnlyKeys(epoch(1), epoch(2), epoch(OWN));
        assertThat(token(state, 1)).isEqualTo(token(1, true, 5));
        assertThat(token(state, 2)).isEqualTo(token(2, true, 3));
        assertThat(token(state, OWN)).isEqualTo(token(4, false, 0));
    }

    private static EpochToken token(State state, int epoch) {
        return EpochToken.of(state.writers().get(epoch(epoch)).token());
    }

    private static EpochToken token(int generation, boolean closed, long ordinal) {
        return new EpochToken(EpochToken.tagOf(SINK), generation, closed, ordinal);
    }

    private static EpochChain.Compensation compensation(State state) {
        return new EpochChain.Compensation(ChainStates.emptyBatch(state.upper()));
    }

    @Test
    void registrationAheadClosesWhatIsOpenAndReplacesWhatNeverAppended() {
        Transition<RegisterOutcome> transition = EpochChain.registerAhead(ahead(), REGISTRATION);
        assertThat(transition.result())
                .isEqualTo(new RegisterOutcome.Registered(position(OWN, 4, 0)));
        assertTookOver(next(ahead(), transition));
    }

    @Test
    void registrationAheadIsAnOrdinaryOneWhereTheShardIsNotAhead() {
        State state = with(ChainStates.empty(), position(1, 1, 2), false);
        assertThat(EpochChain.registerAhead(state, REGISTRATION))
                .isEqualTo(EpochChain.register(state, REGISTRATION));
        assertThat(EpochChain.registerAhead(ChainStates.empty(), REGISTRATION).result())
                .isInstanceOf(ChainRefusal.UnknownEpoch.class);
    }

    @Test
    void compensationAppendsAndTakesOverInOneStep() {
        State state = ahead();
        Transition<RegisterOutcome> transition =
                EpochChain.compensate(state, REGISTRATION, compensation(state));
        assertThat(transition.result())
                .isEqualTo(new RegisterOutcome.Registered(position(OWN, 4, 0)));
        State after = next(state, transition);
        assertTookOver(after);
        assertThat(after.upper()).isEqualTo(Antichain.of(1));
        assertThat(after.writers().get(epoch(OWN)).upper()).isEqualTo(Antichain.of(1));
    }

    @Test
    void compensationIsDoneOnce() {
        State state = ahead();
        EpochChain.Compensation compensation = compensation(state);
        State after = next(state, EpochChain.compensate(state, REGISTRATION, compensation));
        assertThat(EpochChain.compensate(after, REGISTRATION, compensation))
                .isEqualTo(
                        new Transition.NoOp<>(new RegisterOutcome.Registered(position(OWN, 4, 0))));
    }

    @Test
    void compensationOfAnotherStateOfTheShardDoesNothing() {
        State state = ahead();
        EpochChain.Compensation late =
                new EpochChain.Compensation(ChainStates.emptyBatch(Antichain.of(7)));
        assertThat(EpochChain.compensate(state, REGISTRATION, late))
                .isEqualTo(new Transition.NoOp<>(new RegisterOutcome.ShardMoved(state.upper())));
        State level = with(ChainStates.empty(), position(1, 1, 2), false);
        assertThat(EpochChain.compensate(level, REGISTRATION, compensation(level)))
                .isEqualTo(new Transition.NoOp<>(new RegisterOutcome.ShardMoved(level.upper())));
    }
}
