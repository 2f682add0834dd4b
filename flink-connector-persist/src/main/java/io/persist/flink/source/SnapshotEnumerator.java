package io.persist.flink.source;

import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Fixes the time of the snapshot, holds the shard's history at it, and hands out splits.
 *
 * <p>All methods run in the coordinator's thread; what touches the stores runs in the context's
 * worker thread.
 */
final class SnapshotEnumerator implements SplitEnumerator<SnapshotSplit, SnapshotPlan> {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotEnumerator.class);

    /** Well below the lease of a reader. */
    private static final Duration HEARTBEAT = Duration.ofMinutes(1);

    private final ShardRead<?, ?, ?> read;
    private final SplitEnumeratorContext<SnapshotSplit> context;

    /** What the user asked for; null for the newest time. */
    private final @Nullable Long asked;

    /** The time to read; null until decided. */
    private @Nullable Long asOf;

    private final ArrayDeque<SnapshotSplit> pending;

    /** Readers that asked before the time was decided, in order. */
    private final Set<Integer> waiting = new TreeSet<>();

    /** Readers that were told that there is nothing more. */
    private final Set<Integer> finished = new HashSet<>();

    /** Whether a hold is needed: it is open or being opened. Read by whoever closes. */
    private volatile boolean holding;

    /** The open hold. Set by the worker thread, taken by whoever ends it. */
    private final AtomicReference<@Nullable SnapshotHold> hold = new AtomicReference<>();

    /** Set once, by close; tells a late opening that nobody will end its hold. */
    private volatile boolean closed;

    /**
     * @param asked the time to read if the plan has not decided; null for the newest
     */
    SnapshotEnumerator(
            ShardRead<?, ?, ?> read,
            @Nullable Long asked,
            SnapshotPlan plan,
            SplitEnumeratorContext<SnapshotSplit> context) {
        this.read = read;
        this.context = context;
        this.asked = asked;
        this.asOf = plan.asOf();
        this.pending = new ArrayDeque<>(plan.pending());
    }

    @Override
    public void start() {
        acquireHold();
        long millis = HEARTBEAT.toMillis();
        context.callAsync(this::heartbeat, this::orFail, millis, millis);
    }

    private void acquireHold() {
        if (!holding) {
            holding = true;
            Long wanted = asOf == null ? asked : asOf;
            context.callAsync(() -> openHold(wanted), this::onHold);
        }
    }

    /** In the worker thread. Only failures of the stores are worth a restart of the job. */
    private long openHold(@Nullable Long wanted) throws StoreException, InterruptedException {
        SnapshotHold opened;
        try {
            opened = SnapshotHold.open(read, wanted);
        } catch (StoreException e) {
            throw e;
        } catch (IOException
                | CorruptDataException
                | IncompatibleShardException
                | IllegalArgumentException e) {
            throw new SuppressRestartsException(e);
        }
        hold.set(opened);
        if (closed) {
            closeHold();
        }
        return opened.asOf();
    }

    private void onHold(@Nullable Long held, @Nullable Throwable failure) {
        orFail(held, failure);
        if (asOf == null && held != null) {
            asOf = held;
            pending.add(new SnapshotSplit("0", read.shard(), held, 0));
            LOG.info("reading shard {} as of {}", read.shard(), Long.toUnsignedString(held));
        }
        List<Integer> readers = new ArrayList<>(waiting);
        waiting.clear();
        readers.forEach(this::serve);
    }

    private void orFail(@Nullable Object result, @Nullable Throwable failure) {
        if (failure != null) {
            throw new FlinkRuntimeException("cannot read shard " + read.shardId(), failure);
        }
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
        if (asOf == null) {
            waiting.add(subtask);
        } else {
            serve(subtask);
        }
    }

    private void serve(int subtask) {
        if (!context.registeredReaders().containsKey(subtask)) {
            return; // It failed meanwhile; its successor asks again.
        }
        SnapshotSplit split = pending.poll();
        if (split != null) {
            context.assignSplit(split, subtask);
            return;
        }
        context.signalNoMoreSplits(subtask);
        finished.add(subtask);
        if (finished.size() == context.currentParallelism() && holding) {
            holding = false;
            context.callAsync(this::releaseHold, this::orFail);
        }
    }

    @Override
    public void addSplitsBack(List<SnapshotSplit> splits, int subtask) {
        finished.remove(subtask);
        pending.addAll(splits);
        if (!splits.isEmpty()) {
            acquireHold();
        }
    }

    @Override
    public void addReader(int subtask) {
        // Readers ask for splits when they start.
    }

    @Override
    public SnapshotPlan snapshotState(long checkpointId) {
        return new SnapshotPlan(asOf, List.copyOf(pending));
    }

    /** In the worker thread. */
    private @Nullable Void heartbeat()
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        SnapshotHold held = hold.get();
        if (held != null) {
            held.heartbeat();
        }
        return null;
    }

    /** In the worker thread, or in that which closes, if the job's end has overtaken it. */
    private @Nullable Void releaseHold()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        SnapshotHold held = hold.get();
        if (held != null) {
            held.release();
            closeHold();
        }
        return null;
    }

    private void closeHold() {
        SnapshotHold held = hold.getAndSet(null);
        if (held != null) {
            held.close();
        }
    }

    /**
     * Keeps the lease unless everything was read: this may be a restart, after which the snapshot
     * is read on.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        try {
            if (!holding) {
                releaseHold();
            }
        } catch (StoreException | CorruptDataException | IncompatibleShardException e) {
            LOG.warn("the hold on shard {} stays until its lease runs out", read.shardId(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeHold();
        }
    }
}
