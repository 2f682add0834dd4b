package io.persist.shard;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.state.AppendOutcome;
import io.persist.state.Appends;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.state.Transition;
import io.persist.state.encoding.NewerVersionException;
import io.persist.state.encoding.StateDiffEncoding;
import io.persist.state.maintenance.Claims;
import io.persist.state.maintenance.CommandKind;
import io.persist.state.maintenance.Compactions;
import io.persist.state.maintenance.Maintenance;
import io.persist.store.CasResult;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One shard: its newest known state, and the loop that changes it. Shared by all handles of a
 * client on the shard; any thread. No store is called under a lock: threads that change the state
 * at once meet in the compare-and-set, as processes do.
 *
 * <p>Here, and nowhere else, it is decided what an indeterminate answer meant.
 */
public final class Machine {
    private final ShardId shard;
    private final ShardAccess access;
    private final StateVersions versions;

    private final AtomicLong abortedPartsDeleted = new AtomicLong();
    private final Object lock = new Object();

    /** The newest state seen; moves forward only. */
    @GuardedBy("lock")
    private State current;

    Machine(ShardId shard, ShardAccess access, StateVersions versions, State state) {
        this.shard = shard;
        this.access = access;
        this.versions = versions;
        this.current = state;
    }

    public ShardId shard() {
        return shard;
    }

    /** The newest state seen so far. No I/O; never moves backwards. */
    public State state() {
        synchronized (lock) {
            return current;
        }
    }

    /** The state as of a moment after this call began. */
    public State refresh()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return advance(versions.refresh(state()));
    }

    /** How many entries the shard's log holds now. */
    public int fetchLiveDiffs() throws StoreException, InterruptedException {
        return versions.scan(new SeqNo(0), Integer.MAX_VALUE).size();
    }

    /** Visits every live state, the oldest first: those that readers may still go by. */
    public void visitLiveStates(Consumer<State> visitor)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        StateVersions.LiveStates live = versions.fetchAllLive();
        State at = live.earliest();
        visitor.accept(at);
        for (Versioned row : live.rows()) {
            at = versions.applyRow(at, row);
            visitor.accept(at);
        }
    }

    /** The profile of the shard, by the label of its state. */
    public Profile profile() {
        return Profile.ofLabel(state().applierVersion());
    }

    /** How appends record compactions, and take them over. */
    public Claims claims() {
        return access.settings().claims();
    }

    /** The wall clock that commits are stamped with. */
    public long nowMillis() {
        return access.surroundings().nowMillis();
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
        return run(CommandKind.OTHER, command).result();
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
        return run(CommandKind.APPEND, command).result();
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
        Applied<AppendOutcome> applied =
                run(
                        CommandKind.APPEND,
                        state ->
                                claims().afterAppend(
                                                Appends.compareAndAppend(
                                                        state, batch, writer, inlineTotalMaxBytes),
                                                batch.len(),
                                                writer.token(),
                                                writer.nowMillis()));
        if (applied.doubt()
                && applied.result() instanceof AppendOutcome.UpperMismatch mismatch
                && batch.upper().lessEqual(mismatch.writerUpper())) {
            throw new StoreException.Indeterminate(
                    "append of "
                            + batch.desc()
                            + " to shard "
                            + shard
                            + " by writer "
                            + writer.id()
                            + ": an answer was lost and the log moved on; the shard's upper is now "
                            + mismatch.shardUpper());
        }
        return applied.result();
    }

    /**
     * Moves a critical reader up if its token is {@code expected}; see {@link CriticalReaders}.
     *
     * @throws StoreException.Indeterminate also if {@code replacement} is there, but it cannot be
     *     told any more whether this call or someone else put it there
     */
    public DowngradeOutcome compareAndDowngrade(
            CriticalReaderId id, Opaque expected, Opaque replacement, Antichain newSince)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Applied<DowngradeOutcome> applied =
                run(
                        CommandKind.OTHER,
                        state ->
                                CriticalReaders.compareAndDowngrade(
                                        state, id, expected, replacement, newSince));
        if (applied.doubt()
                && applied.result() instanceof DowngradeOutcome.OpaqueMismatch mismatch
                && mismatch.stored().equals(replacement)) {
            throw new StoreException.Indeterminate(
                    "critical reader "
                            + id
                            + " of shard "
                            + shard
                            + " has the token "
                            + replacement
                            + " now, but an answer was lost and the log moved on: it may be"
                            + " another's");
        }
        return applied.result();
    }

    /**
     * Puts the output of a compaction in the place of the batches that it was made of. Once any try
     * may have taken effect, the answer is {@link Compactions.Outcome#APPLIED}: the state may refer
     * to the output's blobs, so they must stay.
     *
     * @param fence whether the caller may still compact, in the state that would be changed
     * @throws StoreException.Indeterminate if it cannot be told any more whether it was applied:
     *     then the output's blobs must not be deleted either
     */
    public Compactions.Outcome applyCompaction(HollowBatch output, Predicate<State> fence)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Applied<Compactions.Outcome> applied =
                run(
                        CommandKind.OTHER,
                        state ->
                                fence.test(state)
                                        ? Compactions.apply(state, output)
                                        : new Transition.NoOp<>(Compactions.Outcome.FENCED));
        return applied.doubt() ? Compactions.Outcome.APPLIED : applied.result();
    }

    /** What the live log tells of the shard's commits, oldest first. */
    public List<ShardCommit> fetchHistory()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ShardCommit.history(this);
    }

    /** Parts that no live state leads to. */
    public List<OrphanedPart> fetchOrphans()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return new AbortedParts(this, access).orphans();
    }

    /**
     * Deletes those that still are orphans; whoever staged them must not append them any more.
     *
     * @return how many were deleted
     */
    public long deleteOrphans(List<OrphanedPart> orphans)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return new AbortedParts(this, access).delete(orphans);
    }

    /** Hands maintenance to whoever runs it for this client. */
    public void offer(MaintenanceTask task) {
        access.maintenance().offer(this, task);
    }

    /** Parts that were never appended and that this machine has deleted. */
    public long abortedPartsDeleted() {
        return abortedPartsDeleted.get();
    }

    /** Runs a piece of maintenance that some commit called for. Running it twice is harmless. */
    public void perform(MaintenanceTask task)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (task instanceof MaintenanceTask.WriteRollup rollup) {
            new RollupWriter(this, access, versions).write(rollup.state());
        } else if (task instanceof MaintenanceTask.CollectGarbage garbage) {
            new GarbageCollector(this, access, versions).collect(garbage.upTo());
        } else if (task instanceof MaintenanceTask.DeleteAborted aborted) {
            cleanUp(aborted.parts());
        } else if (task instanceof MaintenanceTask.MoveSince since) {
            since.how().move(this);
        } else if (task instanceof MaintenanceTask.Compact compact) {
            compact.how().compact(this, compact.request());
        } else {
            throw new AssertionError(task);
        }
    }

    private void cleanUp(LeftBehind parts)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<WriterLine> lines = parts.lines();
        if (!lines.isEmpty()) {
            abortedPartsDeleted.addAndGet(new AbortedParts(this, access).deleteBefore(lines));
            parts.cleaned(lines);
        }
    }

    /**
     * @param doubt whether an earlier run of the command may have taken effect unseen
     */
    record Applied<R>(R result, boolean doubt) {}

    <R> Applied<R> run(CommandKind kind, Function<State, Transition<R>> command)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        CommitAttempts<R> attempts =
                new CommitAttempts<>(
                        "command on shard " + shard,
                        access.surroundings(),
                        access.settings().commandTimeoutMillis());
        @Nullable SeqNo judged = null;
        while (true) {
            State base = state();
            Commit<R> commit = prepare(kind, base, command);
            if (commit.row() == null) {
                if (base.seqno().equals(judged)) {
                    return new Applied<>(commit.result(), attempts.doubt());
                }
                judged = refreshWith(attempts).seqno();
            } else {
                Profile.requireWritable(shard, base.applierVersion());
                if (tryCommit(base, commit, attempts)) {
                    return took(commit, attempts);
                }
                judged = refreshWith(attempts).seqno();
            }
            Optional<Commit<R>> earlier = attempts.resolve(judged, versions);
            if (earlier.isPresent()) {
                return took(earlier.get(), attempts);
            }
        }
    }

    private <R> Applied<R> took(Commit<R> commit, CommitAttempts<R> attempts) {
        advance(commit.next());
        commit.maintenance().forEach(task -> access.maintenance().offer(this, task));
        return new Applied<>(commit.result(), attempts.doubt());
    }

    /** Whether the commit was confirmed; if not, it was refused or its fate is unknown. */
    private <R> boolean tryCommit(State base, Commit<R> commit, CommitAttempts<R> attempts)
            throws StoreException, InterruptedException {
        while (true) {
            try {
                CasResult result =
                        access.consensus().compareAndSet(shard, base.seqno(), commit.rowOrThrow());
                if (result == CasResult.MISMATCH) {
                    attempts.lostRace();
                }
                return result == CasResult.COMMITTED;
            } catch (StoreException.Determinate e) {
                attempts.pauseAfter(e);
            } catch (StoreException.Indeterminate e) {
                attempts.inDoubt(commit);
                attempts.pauseAfter(e);
                return false;
            }
        }
    }

    /** While an attempt is in doubt, no failure may pass for a determinate one. */
    private State refreshWith(CommitAttempts<?> attempts)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        try {
            return refresh();
        } catch (StoreException e) {
            throw attempts.asFailure(e);
        }
    }

    /** Computes the step from {@code base}: command, expiry of leases, maintenance, diff. */
    private <R> Commit<R> prepare(
            CommandKind kind, State base, Function<State, Transition<R>> command) {
        long now = nowMillis();
        State successor = base.successor(access.settings().hostname(), now);
        Transition<R> transition = command.apply(successor);
        if (!(transition instanceof Transition.Changed<R> changed)) {
            return new Commit<>(base, null, transition.result(), List.of());
        }
        if (base.isTombstone() && !kind.changesTombstones()) {
            throw new IllegalStateException("command changed the finished shard " + shard);
        }
        Maintenance.Assigned assigned =
                Maintenance.assign(changed.next(), kind, now, access.settings().rollupThreshold());
        State next = assigned.state();
        Bytes row = StateDiffEncoding.encode(StateDiff.between(base, next));
        assert isFaithful(base, row, next) : "entry " + next.seqno() + " of shard " + shard;
        List<MaintenanceTask> tasks = new ArrayList<>();
        if (assigned.writeRollup()) {
            tasks.add(new MaintenanceTask.WriteRollup(next));
        }
        if (assigned.collectUpTo() != null) {
            tasks.add(new MaintenanceTask.CollectGarbage(assigned.collectUpTo()));
        }
        return new Commit<>(next, new Versioned(next.seqno(), row), changed.result(), tasks);
    }

    /** Whether everybody who applies the row comes to the same state. */
    private static boolean isFaithful(State base, Bytes row, State next) {
        try {
            return base.apply(StateDiffEncoding.decode(row)).equals(next);
        } catch (CorruptDataException | NewerVersionException e) {
            throw new AssertionError(e);
        }
    }

    /** Remembers {@code seen} if it is newer. Returns the newest. */
    private State advance(State seen) {
        synchronized (lock) {
            if (seen.seqno().compareTo(current.seqno()) > 0) {
                current = seen;
            }
            return current;
        }
    }

    /** One computed step. {@code row} is null if nothing is to be written. */
    record Commit<R>(
            State next, @Nullable Versioned row, R result, List<MaintenanceTask> maintenance) {
        Versioned rowOrThrow() {
            if (row == null) {
                throw new IllegalStateException("a no-op has no row");
            }
            return row;
        }
    }
}
