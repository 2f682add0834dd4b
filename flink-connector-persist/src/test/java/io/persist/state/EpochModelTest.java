package io.persist.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.state.EpochModel.Restores;
import io.persist.state.EpochModel.Result;
import io.persist.state.EpochModel.Rules;
import io.persist.state.EpochModel.Size;

import org.junit.jupiter.api.Test;

class EpochModelTest {
    private static final Rules REAL = new Rules() {};

    @Test
    void appendedRowsJoinWhateverIsRestored() {
        Result result = new EpochModel(REAL, Restores.ANY, new Size(3, 2)).explore();
        assertThat(result.violation()).isNull();
        assertThat(result.worlds()).isGreaterThan(10_000);
    }

    @Test
    void jobsRestoredFromTheNewestSnapshotAreNeverRefused() {
        Result result = new EpochModel(REAL, Restores.NEWEST, new Size(3, 2)).explore();
        assertThat(result.violation()).isNull();
        assertThat(result.worlds()).isGreaterThan(500);
    }

    /** The model would notice: here a take-over leaves the parent open. */
    @Test
    void parentLeftOpenIsFound() {
        Rules parentLeftOpen =
                new Rules() {
                    @Override
                    public Transition<RegisterOutcome> register(
                            State state, EpochChain.Registration registration) {
                        Transition<RegisterOutcome> transition =
                                EpochChain.register(state, registration);
                        ChainPosition parent = registration.restored();
                        if (parent == null
                                || !(transition
                                        instanceof Transition.Changed<RegisterOutcome> changed)) {
                            return transition;
                        }
                        WriterState before = state.writers().get(parent.epoch());
                        return new Transition.Changed<>(
                                ChainStates.withWriter(changed.next(), parent.epoch(), before),
                                changed.result());
                    }
                };
        Result result = new EpochModel(parentLeftOpen, Restores.ANY, new Size(3, 2)).explore();
        assertThat(result.violation()).contains("do not join");
    }
}
