package io.persist.state.encoding;

import io.persist.state.State;
import io.persist.store.SeqNo;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The whole state at one seqno.
 *
 * @param diffs log entries since the previous rollup; null only in old rollups
 */
public record Rollup(State state, @Nullable InlinedDiffs diffs) {
    /**
     * A rollup of {@code state} with the log entries since its latest rollup.
     *
     * @param entries the log's, exactly from the seqno after the latest rollup to the state's
     * @throws IllegalArgumentException if they are others
     */
    public static Rollup of(State state, List<Versioned> entries) {
        SeqNo lower = state.latestRollupSeqno().next();
        SeqNo upper = state.seqno().next();
        SeqNo next = lower;
        for (Versioned entry : entries) {
            if (!entry.seqno().equals(next)) {
                throw new IllegalArgumentException(
                        "log entry " + entry.seqno() + " for a rollup, expected " + next);
            }
            next = next.next();
        }
        if (!next.equals(upper)) {
            throw new IllegalArgumentException(
                    "log entries up to " + next + " (exclusive) for a rollup, expected " + upper);
        }
        return new Rollup(state, new InlinedDiffs(lower, upper, entries));
    }

    /**
     * @param lower inclusive
     * @param upper exclusive
     * @param entries exactly as in the log
     */
    public record InlinedDiffs(SeqNo lower, SeqNo upper, List<Versioned> entries) {
        public InlinedDiffs {
            entries = List.copyOf(entries);
        }
    }
}
