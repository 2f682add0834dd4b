package io.persist.shard;

import io.persist.batch.HollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.state.AppendOutcome;
import io.persist.state.Appends;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.store.StoreException;

import java.util.function.Function;

/**
 * One shard: its newest known state, and the loop that changes it. Shared by all handles of a
 * client on the shard; any thread. (Skeleton.)
 *
 * <p>Here, and nowhere else, it is decided what an indeterminate answer meant.
 */
public final class Machine {
    private Machine() {}

    public ShardId shard() {
        throw new AssertionError("skeleton");
    }

    /** The newest state seen so far. No I/O; never moves backwards. */
    public State state() {
        throw new AssertionError("skeleton");
    }

    /** The state as of a moment after this call began. */
    public State refresh() throws StoreException, CorruptDataException, InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** The profile of the shard, by the label of its state. */
    public Profile profile() {
        throw new AssertionError("skeleton");
    }

    /** The wall clock that commits are stamped with. */
    public long nowMillis() {
        throw new AssertionError("skeleton");
    }

    /**
     * Runs a command until its effect is durable or it has none. The command must be safe to run
     * again on a later state, also when an earlier run of it took effect: when an answer of
     * consensus is lost and cannot be found out, that is what happens. It is given the state that
     * will be committed, with its seqno and wall time already moved on.
     *
     * @return the result of the run that took effect; or of a no-op, judged by a state not older
     *     than this call
     * @throws StoreException.Indeterminate if the store did not answer in time, and the command may
     *     have taken effect
     * @throws IncompatibleShardException if the shard's label forbids writing; nothing was written
     */
    public <R> R apply(Function<State, Transition<R>> command)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * {@link #apply} of a command that appends: it may be asked to collect garbage even while the
     * shard has writers.
     */
    public <R> R applyAppend(Function<State, Transition<R>> command)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * Appends {@code batch} if the shard's upper is its lower. One token names one append: after a
     * lost answer the state tells whether it is the writer's last one.
     *
     * @param inlineTotalMaxBytes exclusive limit of inline bytes in the state
     * @throws StoreException.Indeterminate if it cannot be told any more whether the append
     *     happened: then the batch's blobs must not be deleted
     */
    public AppendOutcome compareAndAppend(
            HollowBatch batch, Appends.Writer writer, long inlineTotalMaxBytes)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** Runs a piece of maintenance that some commit called for. Running it twice is harmless. */
    public void perform(MaintenanceTask task)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }
}
