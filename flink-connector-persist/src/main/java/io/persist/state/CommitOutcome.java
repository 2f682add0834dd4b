package io.persist.state;

import io.persist.frontier.Antichain;
import io.persist.state.spine.MergeRequest;

import java.util.List;

/** The verdict on a sealed commit. */
public sealed interface CommitOutcome
        permits CommitOutcome.Appended,
                CommitOutcome.AlreadyAppended,
                CommitOutcome.InlineBackpressure,
                ChainRefusal {
    /**
     * Appended now.
     *
     * @param upper the shard's upper after it
     * @param merges requests to compact, to be run off the commit path or dropped
     */
    record Appended(Antichain upper, List<MergeRequest> merges) implements CommitOutcome {
        public Appended {
            merges = List.copyOf(merges);
        }
    }

    /**
     * Appended earlier; nothing is written.
     *
     * @param lastOrdinal the newest commit of the epoch
     */
    record AlreadyAppended(long lastOrdinal) implements CommitOutcome {}

    /** The state would hold too many inline bytes: write inline parts to blob and try again. */
    record InlineBackpressure() implements CommitOutcome {}
}
