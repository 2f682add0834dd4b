package io.persist.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.state.EpochModel.Restores;
import io.persist.state.EpochModel.Result;
import io.persist.state.EpochModel.Rules;
import io.persist.state.EpochModel.Size;

import org.junit.jupiter.api.Test;

class EpochModelTest {
    private static final Rules REAL = new Rules() {};
    private static final Size SIZE = new Size(3, 2);

    @Test
    void appendedRowsJoinWhateverIsRestored() {
        Result result = new EpochModel(REAL, Restores.ANY, SIZE).explore();
        assertThat(result.violation()).isNull();
        assertThat(result.worlds()).isGreaterThan(10_000);
    }

    @Test
    void jobsRestoredFromTheNewestSnapshotAreNeverRefused() {
        Result result = new EpochModel(REAL, Restores.NEWEST, SIZE).explore();
        assertThat(result.violation()).isNull();
        assertThat(result.worlds()).isGreaterThan(500);
    }

    // Below, one rule is taken away from the real transitions, and the model notices.

    private static void assertRowsDoNotJoin(Rules broken) {
        Result result = new EpochModel(broken, Restores.ANY, SIZE).explore();
        assertThat(result.violation()).contains("do not join");
    }

    @Test
    void parentLeftOpenIsFound() {
        assertRowsDoNotJoin(
                new Rules() {
                    @Override
                    public Transition<RegisterOutcome> register(
                            State state, EpochChain.Registration registration) {
                        Transition<RegisterOutcome> transition =
                                EpochChain.register(state, registration);
                        ChainPosition parent = registration.restored();
                        return parent == null
                                ? transition
                                : withEntryOf(state, parent.epoch(), transition);
                    }
                });
    }

    @Test
    void appendOnAnAbsentEntryIsFound() {
        assertRowsDoNotJoin(
                new Rules() {
                    @Override
                    public Transition<CommitOutcome> commit(State state, EpochChain.Commit commit) {
                        ChainPosition position = commit.position();
                        State known =
                                state.writers().containsKey(position.epoch())
                                        ? state
                                        : ChainStates.with(
                                                state, position.at(position.ordinal() - 1), false);
                        return EpochChain.commit(known, commit);
                    }
                });
    }

    @Test
    void gapInOrdinalsIsFound() {
        assertRowsDoNotJoin(
                new Rules() {
                    @Override
                    public Transition<CommitOutcome> commit(State state, EpochChain.Commit commit) {
                        ChainPosition position = commit.position();
                        Transition<CommitOutcome> verdict = EpochChain.commit(state, commit);
                        return verdict.result() instanceof ChainRefusal.MissingCommit
                                ? EpochChain.commit(
                                        ChainStates.with(
                                                state, position.at(position.ordinal() - 1), false),
                                        commit)
                                : verdict;
                    }
                });
    }

    @Test
    void parentWhoseOrdinalIsNotComparedIsFound() {
        assertRowsDoNotJoin(
                new Rules() {
                    @Override
                    public Transition<RegisterOutcome> register(
                            State state, EpochChain.Registration registration) {
                        ChainPosition parent = registration.restored();
                        WriterState entry =
                                parent == null ? null : state.writers().get(parent.epoch());
                        if (parent == null || entry == null) {
                            return EpochChain.register(state, registration);
                        }
                        EpochToken token = EpochToken.of(entry.token());
                        Transition<RegisterOutcome> transition =
                                EpochChain.register(
                                        ChainStates.with(state, parent, token.closed()),
                                        registration);
                        State closed = ChainStates.with(state, parent.at(token.ordinal()), true);
                        return withEntryOf(closed, parent.epoch(), transition);
                    }
                });
    }

    @Test
    void replacedEpochLeftOpenIsFound() {
        assertRowsDoNotJoin(
                new Rules() {
                    @Override
                    public Transition<RegisterOutcome> register(
                            State state, EpochChain.Registration registration) {
                        Transition<RegisterOutcome> transition =
                                EpochChain.register(state, registration);
                        for (WriterId epoch : state.writers().keySet()) {
                            if (transition instanceof Transition.Changed<RegisterOutcome> changed
                                    && !changed.next().writers().containsKey(epoch)) {
                                transition = withEntryOf(state, epoch, transition);
                            }
                        }
                        return transition;
                    }
                });
    }

    /** An ordinary restart, after a start that died before its first commit, would be refused. */
    @Test
    void childThatNeverAppendedCountedAsARewindIsFound() {
        Rules broken =
                new Rules() {
                    @Override
                    public Transition<RegisterOutcome> register(
                            State state, EpochChain.Registration registration) {
                        ChainPosition parent = registration.restored();
                        boolean child =
                                parent != null
                                        && state.writers().values().stream()
                                                .map(writer -> EpochToken.of(writer.token()))
                                                .anyMatch(
                                                        token ->
                                                                token.generation()
                                                                        > parent.generation());
                        return child
                                ? new Transition.NoOp<>(new ChainRefusal.Rewind(parent, 0, 0))
                                : EpochChain.register(state, registration);
                    }
                };
        Result result = new EpochModel(broken, Restores.NEWEST, SIZE).explore();
        assertThat(result.violation()).contains("refused", "Rewind");
    }

    /** The transition, but with an entry as {@code other} has it. */
    private static Transition<RegisterOutcome> withEntryOf(
            State other, WriterId epoch, Transition<RegisterOutcome> transition) {
        return transition instanceof Transition.Changed<RegisterOutcome> changed
                ? new Transition.Changed<>(
                        ChainStates.withWriter(changed.next(), epoch, other.writers().get(epoch)),
                        changed.result())
                : transition;
    }
}
