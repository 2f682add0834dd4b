package io.persist.state.maintenance;

import io.persist.batch.HollowBatch;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.state.spine.MergeResult;

/** The command that records a compaction. */
public final class Compactions {
    private Compactions() {}

    /** What became of the output. Unless it was applied, its blobs are nobody's. */
    public enum Outcome {
        APPLIED,
        /** The batches it was made of are no longer together in the spine. */
        NO_MATCH,
        /** Somebody compacted better already. */
        TOO_MANY_UPDATES,
        /** Its diffs do not add up to those of the batches it was made of. */
        DIFFS_DIFFER,
        /** Whoever compacted must not any more. */
        FENCED
    }

    /**
     * Puts {@code output} in the place of the batches that it was made of.
     *
     * <p>Whoever runs this again after a lost answer must count every run: if one of them applied,
     * the output may be referenced, whatever later ones say.
     */
    public static Transition<Outcome> apply(State state, HollowBatch output) {
        if (state.isTombstone()) {
            return new Transition.NoOp<>(Outcome.NO_MATCH);
        }
        MergeResult result = MergeResult.apply(state.trace(), output);
        if (result instanceof MergeResult.AppliedExact exact) {
            return new Transition.Changed<>(
                    state.toBuilder().trace(exact.next()).build(), Outcome.APPLIED);
        }
        if (result instanceof MergeResult.AppliedSubset subset) {
            return new Transition.Changed<>(
                    state.toBuilder().trace(subset.next()).build(), Outcome.APPLIED);
        }
        if (result instanceof MergeResult.TooManyUpdates) {
            return new Transition.NoOp<>(Outcome.TOO_MANY_UPDATES);
        }
        return new Transition.NoOp<>(
                result instanceof MergeResult.DiffsDiffer
                        ? Outcome.DIFFS_DIFFER
                        : Outcome.NO_MATCH);
    }
}
