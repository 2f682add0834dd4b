package io.persist.shard;

import io.persist.codec.CorruptDataException;
import io.persist.state.State;
import io.persist.state.spine.MergeRequest;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;

/**
 * Work that a commit calls for, to be run off the commit path by {@link Machine#perform}. Losing
 * one is harmless, and so is doing it twice.
 */
public sealed interface MaintenanceTask {
    /** Write {@code state} to blob, so that loading starts from it. */
    record WriteRollup(State state) implements MaintenanceTask {}

    /**
     * Delete what only states before {@code upTo} refer to, and the log below.
     *
     * @param upTo not above any reader's hold
     */
    record CollectGarbage(SeqNo upTo) implements MaintenanceTask {}

    /** Delete the parts that earlier incarnations have left behind. */
    record DeleteAborted(LeftBehind parts) implements MaintenanceTask {}

    /**
     * Give up history that nobody is to keep any longer.
     *
     * @param how by whoever knows how much that is
     */
    record MoveSince(Moving how) implements MaintenanceTask {}

    /** Does what a {@link MoveSince} asks for. Any thread. */
    @FunctionalInterface
    interface Moving {
        void move(Machine machine)
                throws StoreException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException;
    }

    /**
     * Merge some batches into one.
     *
     * @param how by whoever knows the codecs
     */
    record Compact(MergeRequest request, Compacting how) implements MaintenanceTask {}

    /** Does what a {@link Compact} asks for. Any thread. */
    @FunctionalInterface
    interface Compacting {
        void compact(Machine machine, MergeRequest request)
                throws StoreException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException;
    }
}
