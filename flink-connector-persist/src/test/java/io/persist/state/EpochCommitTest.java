package io.persist.state;

import static io.persist.state.ChainStates.epoch;
import static io.persist.state.ChainStates.next;
import static io.persist.state.ChainStates.position;
import static io.persist.state.ChainStates.with;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.store.PartKey;

import org.junit.jupiter.api.Test;

import java.util.List;

/** The table of commits, row by row. */
class EpochCommitTest {
    private static final long NOW = 5_000;
    private static final long INLINE_LIMIT = 100;

    private static Transition<CommitOutcome> commit(State state, ChainPosition position) {
        return commit(state, position, ChainStates::emptyBatch);
    }

    private static Transition<CommitOutcome> commit(
            State state, ChainPosition position, EpochChain.BatchAt batch) {
        return EpochChain.commit(state, new EpochChain.Commit(position, batch, NOW, INLINE_LIMIT));
    }

    private static HollowBatch batchWith(Antichain shardUpper, RunPart part) {
        Description desc =
                new Description(
                        shardUpper, Antichain.of(shardUpper.element() + 1), Antichain.minimum());
        return new HollowBatch(desc, 1, List.of(new Run(RunMeta.NONE, List.of(part))), Bytes.EMPTY);
    }

    private static RunPart hollow(String key) {
        return new RunPart.Hollow(
                new PartKey(key),
                10,
                Bytes.EMPTY,
                null,
                null,
                null,
                new RunPart.FormatHint.Structured(),
                null,
                null,
                null,
                Bytes.EMPTY);
    }

    private static void assertRefused(Transition<CommitOutcome> transition, ChainRefusal expected) {
        assertThat(transition).isEqualTo(new Transition.NoOp<>(expected));
    }

    @Test
    void nextOrdinalAppendsAtTheShardsUpperAndMovesTheToken() {
        State state = with(ChainStates.empty(), position(1, 2, 3), false);
        Transition<CommitOutcome> transition = commit(state, position(1, 2, 4));
        assertThat(transition.result())
                .isEqualTo(new CommitOutcome.Appended(Antichain.of(1), List.of()));
        State after = next(state, transition);
        assertThat(after.upper()).isEqualTo(Antichain.of(1));
        WriterState entry = after.writers().get(epoch(1));
        assertThat(EpochToken.of(entry.token()))
                .isEqualTo(new EpochToken(EpochToken.tagOf(ChainStates.SINK), 2, false, 4));
        assertThat(entry.heartbeatMillis()).isEqualTo(NOW);
        assertThat(entry.upper()).isEqualTo(Antichain.of(1));
        assertThat(entry.leaseMillis()).isEqualTo(ChainStates.LEASE_MILLIS);
    }

    @Test
    void appliedAgainItIsAlreadyAppended() {
        State state = with(ChainStates.empty(), position(1, 2, 3), false);
        State after = next(state, commit(state, position(1, 2, 4)));
        assertThat(commit(after, position(1, 2, 4)))
                .isEqualTo(new Transition.NoOp<>(new CommitOutcome.AlreadyAppended(4)));
    }

    @Test
    void olderOrdinalIsAlreadyAppendedEvenIfTheEpochIsClosed() {
        State state = with(ChainStates.empty(), position(1, 2, 3), true);
        assertThat(commit(state, position(1, 2, 2)))
                .isEqualTo(new Transition.NoOp<>(new CommitOutcome.AlreadyAppended(3)));
    }

    @Test
    void absentEntryIsNeverAppended() {
        assertRefused(
                commit(ChainStates.empty(), position(1, 2, 1)),
                new ChainRefusal.UnknownEpoch(position(1, 2, 1), null));
    }

    @Test
    void absentEntryWhosePartsTheShardHoldsIsToldToBeAppended() {
        State state = with(ChainStates.empty(), position(1, 1, 0), false);
        EpochChain.BatchAt batch = upper -> batchWith(upper, hollow("n2600000/p1"));
        state = next(state, commit(state, position(1, 1, 1), batch));
        ChainPosition forgotten = position(2, 1, 1);
        Transition<CommitOutcome> transition = commit(state, forgotten, batch);
        assertRefused(
                transition, new ChainRefusal.UnknownEpoch(forgotten, new PartKey("n2600000/p1")));
        assertThat(((ChainRefusal) transition.result()).message())
                .contains("It was appended", "n2600000/p1");
    }

    @Test
    void forgottenCommitIsAppendedIfSomebodyVouchesForIt() {
        ChainPosition forgotten = position(2, 3, 7);
        Transition<CommitOutcome> transition =
                vouchedFor(
                        ChainStates.empty(),
                        forgotten,
                        upper -> batchWith(upper, hollow("n2600000/p9")));
        assertThat(transition.result()).isInstanceOf(CommitOutcome.Appended.class);
        State after = next(ChainStates.empty(), transition);
        WriterState entry = after.writers().get(epoch(2));
        assertThat(EpochToken.of(entry.token()))
                .isEqualTo(new EpochToken(EpochToken.tagOf(ChainStates.SINK), 3, false, 7));
        assertThat(entry.leaseMillis()).isEqualTo(5);
        assertThat(commit(after, position(2, 3, 8)).result())
                .isInstanceOf(CommitOutcome.Appended.class);
        assertThat(vouchedFor(after, forgotten, upper -> batchWith(upper, hollow("n2600000/p9"))))
                .isEqualTo(new Transition.NoOp<>(new CommitOutcome.AlreadyAppended(7)));
    }

    @Test
    void vouchingDoesNotHelpAgainstEvidenceOrALaterStart() {
        State state = with(ChainStates.empty(), position(1, 1, 0), false);
        EpochChain.BatchAt batch = upper -> batchWith(upper, hollow("n2600000/p1"));
        State appended = next(state, commit(state, position(1, 1, 1), batch));
        assertRefused(
                vouchedFor(appended, position(2, 2, 1), batch),
                new ChainRefusal.UnknownEpoch(position(2, 2, 1), new PartKey("n2600000/p1")));
        assertRefused(
                vouchedFor(
                        appended,
                        position(2, 1, 1),
                        upper -> batchWith(upper, hollow("n2600000/p9"))),
                new ChainRefusal.UnknownEpoch(position(2, 1, 1), null));
    }

    private static Transition<CommitOutcome> vouchedFor(
            State state, ChainPosition position, EpochChain.BatchAt batch) {
        return EpochChain.commitForgotten(
                state, new EpochChain.Commit(position, batch, NOW, Long.MAX_VALUE), "host", 5);
    }

    @Test
    void entryOfSomebodyElseIsRefused() {
        State state =
                with(ChainStates.empty(), new ChainPosition("payments", epoch(1), 2, 3), false);
        assertRefused(
                commit(state, position(1, 2, 4)),
                new ChainRefusal.ForeignEntry(
                        position(1, 2, 4), new HandleDebug("host", "flink sink payments")));
    }

    @Test
    void closedEpochIsFencedAndNamesWhoTookOver() {
        State state = with(ChainStates.empty(), position(1, 2, 3), true);
        state = with(state, position(3, 4, 1), false);
        state = with(state, position(2, 3, 1), true);
        assertRefused(
                commit(state, position(1, 2, 4)), new ChainRefusal.Fenced(position(1, 2, 4), 3, 3));
    }

    @Test
    void closedEpochIsFencedEvenIfItsSuccessorIsForgotten() {
        State state = with(ChainStates.empty(), position(1, 2, 3), true);
        assertRefused(
                commit(state, position(1, 2, 4)),
                new ChainRefusal.Fenced(position(1, 2, 4), 3, null));
    }

    @Test
    void gapInOrdinalsIsRefused() {
        State state = with(ChainStates.empty(), position(1, 2, 3), false);
        assertRefused(
                commit(state, position(1, 2, 5)),
                new ChainRefusal.MissingCommit(position(1, 2, 5), 3));
    }

    @Test
    void tooManyInlineBytesAreHandedBack() {
        State state = with(ChainStates.empty(), position(1, 1, 0), false);
        RunPart inline =
                new RunPart.Inline(
                        Bytes.takeArray(new byte[(int) INLINE_LIMIT]),
                        null,
                        null,
                        null,
                        Bytes.EMPTY);
        assertThat(commit(state, position(1, 1, 1), upper -> batchWith(upper, inline)))
                .isEqualTo(new Transition.NoOp<>(new CommitOutcome.InlineBackpressure()));
    }

    @Test
    void closedShardIsRefused() {
        State state = with(ChainStates.empty(), position(1, 1, 0), false);
        EpochChain.BatchAt last =
                upper ->
                        HollowBatch.empty(
                                new Description(upper, Antichain.empty(), Antichain.minimum()));
        State closed = next(state, commit(state, position(1, 1, 1), last));
        assertRefused(
                commit(closed, position(1, 1, 2)), new ChainRefusal.ShardClosed(position(1, 1, 2)));
        assertThat(commit(closed, position(1, 1, 1)).result())
                .isEqualTo(new CommitOutcome.AlreadyAppended(1));
    }
}
