package io.persist.state;

import io.persist.store.PartKey;

import org.jspecify.annotations.Nullable;

/**
 * Why a commit or a registration cannot continue the chain of its sink. Nothing was changed, and
 * asking again gives the same answer unless said otherwise.
 */
public sealed interface ChainRefusal extends RegisterOutcome, CommitOutcome {
    /** The commit refused; for a registration the restored position. */
    ChainPosition position();

    /** For people: what was asked for, what the shard holds, and what it means. */
    String message();

    /**
     * The epoch has no entry.
     *
     * @param appendedPart a part of the commit that the shard holds: proof that it was appended
     */
    record UnknownEpoch(ChainPosition position, @Nullable PartKey appendedPart)
            implements ChainRefusal {
        @Override
        public String message() {
            String evidence =
                    appendedPart == null
                            ? "Whether it was appended cannot be told."
                            : "It was appended: the shard refers to its part " + appendedPart + ".";
            return "UnknownEpoch: the shard does not know "
                    + position
                    + ": its memory has expired, a later start replaced it, or a tool removed it. "
                    + evidence;
        }
    }

    /**
     * The entry belongs to somebody else.
     *
     * @param owner who made the entry
     */
    record ForeignEntry(ChainPosition position, HandleDebug owner) implements ChainRefusal {
        @Override
        public String message() {
            return "ForeignEntry: the entry of "
                    + position
                    + " belongs to '"
                    + owner.purpose()
                    + "' on host '"
                    + owner.hostname()
                    + "'";
        }
    }

    /**
     * Earlier commits of the epoch are not in the shard. A registration that meets this may ask
     * again: their replay can still be on its way.
     *
     * @param appendedOrdinal the newest commit of the epoch in the shard
     */
    record MissingCommit(ChainPosition position, long appendedOrdinal) implements ChainRefusal {
        @Override
        public String message() {
            return "MissingCommit: for "
                    + position
                    + " the shard holds the epoch's commits up to ordinal "
                    + appendedOrdinal
                    + " only. The commits between were lost, for instance with state that was"
                    + " dropped on restore.";
        }
    }

    /**
     * A later epoch took over.
     *
     * @param appendedOrdinal the newest commit of the epoch in the shard
     * @param takenOverBy the generation that did; null if it is not known any more
     */
    record Fenced(ChainPosition position, long appendedOrdinal, @Nullable Integer takenOverBy)
            implements ChainRefusal {
        @Override
        public String message() {
            String by = takenOverBy == null ? "a later generation" : "generation " + takenOverBy;
            return "Fenced: "
                    + position
                    + " was closed after ordinal "
                    + appendedOrdinal
                    + " by "
                    + by
                    + ": another start of this sink took over";
        }
    }

    /**
     * The shard is ahead of the restored snapshot.
     *
     * @param commitsAhead commits in the shard that the snapshot does not know
     * @param newestMillis wall clock of the newest of them
     */
    record Rewind(ChainPosition position, long commitsAhead, long newestMillis)
            implements ChainRefusal {
        @Override
        public String message() {
            return "Rewind: the shard is ahead of the restored snapshot at "
                    + position
                    + " by "
                    + commitsAhead
                    + " commits, the newest at "
                    + newestMillis
                    + " ms since 1970. Going on would append the rows between a second time."
                    + " Restore from the newest checkpoint or savepoint instead, such as that of a"
                    + " stop that was interrupted, or say with sink.on-rewind how"
                    + " to go on: 'append', or 'compensate' with sink.rewind-to (`persist history`"
                    + " lists the times).";
        }
    }

    /**
     * The shard is ahead of the restored snapshot, and what it is ahead must not be undone.
     *
     * @param keepUpTo time of the last commit that was to be kept
     */
    record NotCompensable(ChainPosition position, long keepUpTo, String reason)
            implements ChainRefusal {
        @Override
        public String message() {
            return "NotCompensable: the shard is ahead of the restored snapshot at "
                    + position
                    + ", but what came after time "
                    + Long.toUnsignedString(keepUpTo)
                    + " cannot be undone: "
                    + reason;
        }
    }

    /** The shard's upper is the empty frontier: nothing can be appended any more. */
    record ShardClosed(ChainPosition position) implements ChainRefusal {
        @Override
        public String message() {
            return "ShardClosed: " + position + " cannot go on: the shard was closed for good";
        }
    }
}
