package io.persist.state;

import static io.persist.state.States.append;
import static io.persist.state.States.changed;
import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.maintenance.Closing;
import io.persist.state.spine.SpineId;

import org.junit.jupiter.api.Test;

import java.util.List;

class AppendsTest {
    private static final long MEBIBYTE = 1 << 20;

    @Test
    void appendMovesTheUpperAndRemembersTheWriter() {
        Transition<AppendOutcome> transition =
                Appends.compareAndAppend(
                        States.p26(), batch(0, 5, 3), append(1, 1, 2_000), MEBIBYTE);
        State next = changed(transition);
        assertThat(transition.result()).isEqualTo(new AppendOutcome.Appended(List.of()));
        assertThat(next.upper()).isEqualTo(Antichain.of(5));
        assertThat(next.writers().get(States.writer(1)))
                .isEqualTo(
                        new WriterState(
                                2_000,
                                1_000,
                                States.token(1),
                                Antichain.of(5),
                                States.DEBUG,
                                Bytes.EMPTY));
    }

    @Test
    void sameTokenIsFoundCommittedEvenThoughTheUpperMoved() {
        State state = appended(States.p26(), batch(0, 5, 3), append(1, 1, 2_000));
        assertThat(outcome(state, batch(0, 5, 3), append(1, 1, 3_000)))
                .isEqualTo(new AppendOutcome.AlreadyCommitted());
        assertThatThrownBy(() -> outcome(state, batch(5, 6, 3), append(1, 1, 3_000)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("used again");
    }

    @Test
    void appendAtWrongLowerIsNoOpAndReportsBothUppers() {
        State first = appended(States.p26(), batch(0, 5, 3), append(1, 1, 2_000));
        State second = appended(first, batch(5, 9, 3), append(2, 2, 2_000));
        assertThat(outcome(second, batch(5, 9, 3), append(1, 3, 2_000)))
                .isEqualTo(new AppendOutcome.UpperMismatch(Antichain.of(9), Antichain.of(5)));
        assertThat(outcome(second, batch(10, 11, 3), append(3, 3, 2_000)))
                .isEqualTo(new AppendOutcome.UpperMismatch(Antichain.of(9), Antichain.minimum()));
    }

    @Test
    void impossibleBoundsAreInvalidUsageEvenForAKnownToken() {
        State state = appended(States.p26(), batch(0, 5, 3), append(1, 1, 2_000));
        assertThat(outcome(state, batch(5, 4, 0), append(1, 1, 2_000)))
                .isInstanceOf(AppendOutcome.InvalidUsage.class);
        assertThat(outcome(state, batch(5, 5, 1), append(1, 1, 2_000)))
                .isInstanceOf(AppendOutcome.InvalidUsage.class);
    }

    @Test
    void emptyBatchWithoutWidthIsAHeartbeat() {
        State state = appended(States.p26(), batch(0, 5, 3), append(1, 1, 2_000));
        State next = appended(state, batch(5, 5, 0), append(1, 2, 9_000));
        assertThat(next.trace()).isEqualTo(state.trace());
        assertThat(next.writers().get(States.writer(1)).heartbeatMillis()).isEqualTo(9_000);
        assertThat(outcome(state, batch(4, 4, 0), append(1, 2, 9_000)))
                .isInstanceOf(AppendOutcome.UpperMismatch.class);
    }

    @Test
    void heartbeatsNeverGoBackAndTheLeaseStays() {
        State state = appended(States.p26(), batch(0, 5, 3), append(1, 1, 2_000));
        Appends.Writer late =
                new Appends.Writer(
                        States.writer(1), States.token(2), HandleDebug.NONE, 1_500, 77_000);
        WriterState writer = appended(state, batch(5, 6, 1), late).writers().get(States.writer(1));
        assertThat(writer.heartbeatMillis()).isEqualTo(2_000);
        assertThat(writer.leaseMillis()).isEqualTo(1_000);
        assertThat(writer.debug()).isEqualTo(States.DEBUG);
    }

    @Test
    void inlineBytesAreLimitedInTotal() {
        State state = appended(States.p26(), inline(0, 1, 600), append(1, 1, 2_000));
        assertThat(Appends.compareAndAppend(state, inline(1, 2, 400), append(1, 2, 0), 1_000))
                .isEqualTo(new Transition.NoOp<>(new AppendOutcome.InlineBackpressure()));
        assertThat(
                        Appends.compareAndAppend(state, inline(1, 2, 399), append(1, 2, 0), 1_000)
                                .result())
                .isInstanceOf(AppendOutcome.Appended.class);
        // Without inline bytes of its own a batch is taken, however many there are.
        assertThat(Appends.compareAndAppend(state, batch(1, 2, 9), append(1, 2, 0), 1).result())
                .isInstanceOf(AppendOutcome.Appended.class);
    }

    @Test
    void mergesAreClaimedOnlyWherePeersKnowClaims() {
        for (State first : List.of(States.p26(), States.p128())) {
            State state = first;
            AppendOutcome outcome = new AppendOutcome.AlreadyCommitted();
            for (int i = 0; i < 3; i++) {
                Transition<AppendOutcome> transition =
                        Appends.compareAndAppend(
                                state, batch(i, i + 1, 1), append(1, i, 5_000 + i), MEBIBYTE);
                state = changed(transition);
                outcome = transition.result();
            }
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            AppendOutcome.Appended.class,
                            appended -> assertThat(appended.merges()).hasSize(1));
            boolean claimed = state.trace().flatten().merges().containsKey(new SpineId(0, 2));
            assertThat(claimed).isEqualTo(first.peersKnowClaims());
        }
    }

    @Test
    void finishedShardTakesNothing() {
        State closed =
                appended(
                        States.p26(),
                        HollowBatch.empty(
                                new Description(
                                        Antichain.minimum(),
                                        Antichain.empty(),
                                        Antichain.minimum())),
                        append(1, 1, 2_000));
        closed = closed.toBuilder().trace(closed.trace().withSince(Antichain.empty())).build();
        State tombstone = changed(Closing.step(closed));
        assertThat(tombstone.isTombstone()).isTrue();
        assertThat(outcome(tombstone, batch(0, 1, 1), append(1, 2, 0)))
                .isEqualTo(new AppendOutcome.UpperMismatch(Antichain.empty(), Antichain.minimum()));
    }

    @Test
    void expiredWriterIsForgotten() {
        State state = appended(States.p26(), batch(0, 5, 3), append(1, 1, 2_000));
        State expired = changed(Appends.expireWriter(state, States.writer(1)));
        assertThat(expired.writers()).isEmpty();
        assertThat(Appends.expireWriter(expired, States.writer(1)))
                .isEqualTo(new Transition.NoOp<>(false));
    }

    private static State appended(State state, HollowBatch batch, Appends.Writer writer) {
        return changed(Appends.compareAndAppend(state, batch, writer, MEBIBYTE));
    }

    private static AppendOutcome outcome(State state, HollowBatch batch, Appends.Writer writer) {
        Transition<AppendOutcome> transition =
                Appends.compareAndAppend(state, batch, writer, MEBIBYTE);
        assertThat(transition).isInstanceOf(Transition.NoOp.class);
        return transition.result();
    }

    private static HollowBatch inline(long lower, long upper, int bytes) {
        RunPart part =
                new RunPart.Inline(Bytes.takeArray(new byte[bytes]), null, null, null, Bytes.EMPTY);
        return new HollowBatch(
                batch(lower, upper, 0).desc(),
                1,
                List.of(new Run(RunMeta.NONE, List.of(part))),
                Bytes.EMPTY);
    }
}
