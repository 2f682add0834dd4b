package io.persist.state;

import static io.persist.state.ChainStates.LEASE_MILLIS;
import static io.persist.state.ChainStates.SINK;
import static io.persist.state.ChainStates.epoch;
import static io.persist.state.ChainStates.next;
import static io.persist.state.ChainStates.position;
import static io.persist.state.ChainStates.with;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.UUID;

/** The table of registration, row by row. */
class EpochRegistrationTest {
    private static final long NOW = 5_000;
    private static final int OWN = 9;

    private static Transition<RegisterOutcome> register(
            State state, @Nullable ChainPosition restored) {
        return EpochChain.register(
                state,
                new EpochChain.Registration(
                        SINK, epoch(OWN), restored, "host-a", NOW, LEASE_MILLIS));
    }

    private static EpochToken token(State state, int epoch) {
        WriterState writer = state.writers().get(epoch(epoch));
        assertThat(writer).as("entry of epoch %s", epoch).isNotNull();
        return EpochToken.of(writer.token());
    }

    private static void assertRegistered(Transition<RegisterOutcome> transition, int generation) {
        assertThat(transition.result())
                .isEqualTo(new RegisterOutcome.Registered(position(OWN, generation, 0)));
    }

    private static void assertRefused(
            Transition<RegisterOutcome> transition, ChainRefusal expected) {
        assertThat(transition).isEqualTo(new Transition.NoOp<>(expected));
    }

    @Test
    void firstStartGetsGenerationOneAndAnEntry() {
        Transition<RegisterOutcome> transition = register(ChainStates.empty(), null);
        assertRegistered(transition, 1);
        assertThat(next(ChainStates.empty(), transition).writers().get(epoch(OWN)))
                .isEqualTo(
                        new WriterState(
                                NOW,
                                LEASE_MILLIS,
                                new EpochToken(EpochToken.tagOf(SINK), 1, false, 0).token(),
                                Antichain.minimum(),
                                new HandleDebug("host-a", "flink sink orders"),
                                Bytes.EMPTY));
    }

    @Test
    void ownEpochThatIsThereIsDoneWithoutAWrite() {
        State state = with(ChainStates.empty(), position(OWN, 4, 7), false);
        Transition<RegisterOutcome> transition = register(state, position(1, 3, 2));
        assertThat(transition).isInstanceOf(Transition.NoOp.class);
        assertRegistered(transition, 4);
    }

    @Test
    void freshStartReplacesEpochsThatNeverAppendedAndClosesOpenOnes() {
        State state = with(ChainStates.empty(), position(1, 1, 5), true);
        state = with(state, position(2, 2, 3), false);
        state = with(state, position(3, 3, 0), false);
        Transition<RegisterOutcome> transition = register(state, null);
        assertRegistered(transition, 4);
        State after = next(state, transition);
        assertThat(after.writers()).containsOnlyKeys(epoch(1), epoch(2), epoch(OWN));
        assertThat(token(after, 2)).isEqualTo(token(state, 2).asClosed());
    }

    @Test
    void freshStartLeavesOtherSinksAndWritersAlone() {
        ChainPosition other = new ChainPosition("payments", epoch(1), 7, 0);
        State state = with(ChainStates.empty(), other, false);
        WriterState peer =
                new WriterState(
                        1,
                        2,
                        new IdempotencyToken(new UUID(3, 4)),
                        Antichain.of(5),
                        HandleDebug.NONE,
                        Bytes.EMPTY);
        state = ChainStates.withWriter(state, epoch(2), peer);
        Transition<RegisterOutcome> transition = register(state, null);
        assertRegistered(transition, 1);
        assertThat(next(state, transition).writers()).containsAllEntriesOf(state.writers());
    }

    @Test
    void unknownParentIsRefused() {
        assertRefused(
                register(ChainStates.empty(), position(1, 1, 2)),
                new ChainRefusal.UnknownEpoch(position(1, 1, 2), null));
    }

    @Test
    void parentOfSomebodyElseIsRefused() {
        State state =
                with(ChainStates.empty(), new ChainPosition("payments", epoch(1), 1, 2), false);
        assertRefused(
                register(state, position(1, 1, 2)),
                new ChainRefusal.ForeignEntry(
                        position(1, 1, 2), new HandleDebug("host", "flink sink payments")));
    }

    @Test
    void parentThatLacksCommitsIsRefused() {
        State state = with(ChainStates.empty(), position(1, 1, 1), false);
        assertRefused(
                register(state, position(1, 1, 2)),
                new ChainRefusal.MissingCommit(position(1, 1, 2), 1));
    }

    @Test
    void parentThatWentOnIsARewind() {
        State state = with(ChainStates.empty(), position(1, 1, 5), false);
        assertRefused(
                register(state, position(1, 1, 2)),
                new ChainRefusal.Rewind(position(1, 1, 2), 3, 100));
    }

    @Test
    void laterEpochThatAppendedIsARewind() {
        State state = with(ChainStates.empty(), position(1, 1, 2), true);
        state = with(state, position(2, 2, 4), true);
        state = with(state, position(3, 3, 1), false);
        assertRefused(
                register(state, position(1, 1, 2)),
                new ChainRefusal.Rewind(position(1, 1, 2), 5, 100));
    }

    @Test
    void takingOverClosesTheParentAndReplacesLaterEpochsThatNeverAppended() {
        State state = with(ChainStates.empty(), position(1, 1, 6), true);
        state = with(state, position(2, 2, 4), false);
        state = with(state, position(3, 3, 0), false);
        Transition<RegisterOutcome> transition = register(state, position(2, 2, 4));
        assertRegistered(transition, 3);
        State after = next(state, transition);
        assertThat(after.writers()).containsOnlyKeys(epoch(1), epoch(2), epoch(OWN));
        assertThat(token(after, 2)).isEqualTo(token(state, 2).asClosed());
        assertThat(token(after, 1)).isEqualTo(token(state, 1));
    }

    @Test
    void parentIsRememberedFromTheTakeOverOn() {
        State state = with(ChainStates.empty(), position(1, 1, 6), false);
        State after = next(state, register(state, position(1, 1, 6)));
        assertThat(after.writers().get(epoch(1)).heartbeatMillis()).isEqualTo(NOW);
    }

    @Test
    void noEntryOutlivesALaterOneOfItsChain() {
        State state = with(ChainStates.empty(), position(1, 1, 6), true);
        state = with(state, position(2, 2, 4), false);
        long leaseMillis = 1000;
        Transition<RegisterOutcome> transition =
                EpochChain.register(
                        state,
                        new EpochChain.Registration(
                                SINK, epoch(OWN), position(2, 2, 4), "host", NOW, leaseMillis));
        assertThat(next(state, transition).writers().values())
                .allSatisfy(
                        writer ->
                                assertThat(writer.heartbeatMillis() + writer.leaseMillis())
                                        .isLessThanOrEqualTo(NOW + leaseMillis));
    }

    @Test
    void clockThatWentBackwardsDoesNotShortenTheMemory() {
        State state = with(ChainStates.empty(), position(1, 1, 6), false);
        Transition<RegisterOutcome> transition =
                EpochChain.register(
                        state,
                        new EpochChain.Registration(
                                SINK, epoch(OWN), position(1, 1, 6), "host", 7, LEASE_MILLIS));
        State after = next(state, transition);
        assertThat(after.writers().get(epoch(OWN)).heartbeatMillis()).isEqualTo(100);
        assertThat(after.writers().get(epoch(1)).heartbeatMillis()).isEqualTo(100);
    }

    @Test
    void generationsEndWithAnError() {
        ChainPosition last = position(1, EpochToken.MAX_GENERATION, 1);
        State state = with(ChainStates.empty(), last, false);
        assertThatThrownBy(() -> register(state, last))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("generation");
    }

    @Test
    void restoredPositionOfAnotherSinkIsAnError() {
        assertThatThrownBy(
                        () ->
                                new EpochChain.Registration(
                                        "payments", epoch(OWN), position(1, 1, 1), "host", 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("payments");
    }

    @Test
    void refusalsNameSinkEpochGenerationAndOrdinal() {
        State state = with(ChainStates.empty(), position(1, 3, 5), false);
        assertThat(((ChainRefusal) register(state, position(1, 3, 2)).result()).message())
                .contains(
                        "'orders'", epoch(1).toString(), "generation 3", "ordinal 2", "3 commits");
    }
}
