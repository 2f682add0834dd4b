package io.persist.state;

import io.persist.frontier.Antichain;
import io.persist.state.spine.MergeRequest;

import java.util.List;

/** What a compare-and-append did to a state. */
public sealed interface AppendOutcome {
    /**
     * @param merges requests to compact, to be run off the commit path or dropped
     */
    record Appended(List<MergeRequest> merges) implements AppendOutcome {
        public Appended {
            merges = List.copyOf(merges);
        }
    }

    /** The writer's last append had this very token. Nothing is written. */
    record AlreadyCommitted() implements AppendOutcome {}

    /**
     * @param writerUpper upper of the writer's last append, {@code [0]} if it has none
     */
    record UpperMismatch(Antichain shardUpper, Antichain writerUpper) implements AppendOutcome {}

    /** The state would hold too many inline bytes: write inline parts to blob and try again. */
    record InlineBackpressure() implements AppendOutcome {}

    record InvalidUsage(String reason) implements AppendOutcome {}
}
