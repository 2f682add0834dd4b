package io.persist.client;

import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.client.critical.HistoryRetention;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.shard.BatchCombiner;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.LeftBehind;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.CommitOutcome;
import io.persist.state.EpochChain;
import io.persist.state.IdempotencyToken;
import io.persist.state.RegisterOutcome;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.state.WriterId;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Appends the commits of a sink as one unbroken chain, whatever is restored, doubled or delayed
 * (docs/architecture.md, "Exactly once"). A start of the sink registers an epoch; its commits are
 * numbered from 1 and carry batches that were staged anywhere, at any time before the commit.
 *
 * <p>Every method may be repeated after any failure: what happened is found in the shard. One
 * thread.
 */
public final class SinkChain<K, V> {
    private static final Logger LOG = LoggerFactory.getLogger(SinkChain.class);

    /** How often the shard may move on under a compensation. */
    private static final int MAX_REWINDS = 10;

    /** How long a shard remembers an epoch whose sink has no other wish, or one not known. */
    public static final Duration DEFAULT_MEMORY = Duration.ofDays(90);

    private final PersistClient client;
    private final WriteHandle<K, V> writer;
    private final SinkTime time;
    private final @Nullable HistoryRetention retention;
    private final LeftBehind leftBehind = new LeftBehind();
    private final AtomicLong tries = new AtomicLong();
    private final AtomicLong overtaken = new AtomicLong();
    private @Nullable EpochCompactions compactions;

    private SinkChain(
            PersistClient client,
            WriteHandle<K, V> writer,
            SinkTime time,
            @Nullable HistoryRetention retention) {
        this.client = client;
        this.writer = writer;
        this.time = time;
        this.retention = retention;
    }

    /** Works through {@code writer}, which stays the caller's, as does the client it is of. */
    public static <K, V> SinkChain<K, V> of(
            PersistClient client, WriteHandle<K, V> writer, SinkTime time) {
        return new SinkChain<>(client, writer, time, null);
    }

    /**
     * The same, not yet used, whose commits let the shard forget what is older than {@code kept};
     * see {@link HistoryRetention}.
     */
    public SinkChain<K, V> withHistoryRetention(Duration kept) {
        PersistConfig config = client.config();
        return new SinkChain<>(
                client,
                writer,
                time,
                new HistoryRetention(kept, config.critical(), config.hostname()));
    }

    /** A random sink id. */
    public static String mintSinkId() {
        return UUID.randomUUID().toString();
    }

    /**
     * A start of a sink.
     *
     * @param epoch never used by another start
     * @param restored where the restored snapshot left the chain; null if nothing was restored
     * @param memory how long the shard remembers the epoch after its last commit
     * @param onRewind what to do if the shard is ahead of the snapshot
     */
    public record Start(
            String sinkId,
            WriterId epoch,
            @Nullable ChainPosition restored,
            Duration memory,
            OnRewind onRewind) {}

    /**
     * What is appended as one.
     *
     * @param batches transmittable ({@link Batch#toTransmittable}), staged with lower {@code [0]};
     *     without any only the upper moves on
     * @param watermark of the stream; {@link Long#MIN_VALUE} if there is none
     * @param lines of the writers that staged them, each told once an epoch: what earlier
     *     incarnations of these left behind is deleted after the commit
     */
    public record Sealed(
            ChainPosition position, List<Bytes> batches, long watermark, List<WriterLine> lines) {
        public Sealed {
            batches = List.copyOf(batches);
            lines = List.copyOf(lines);
        }

        public Sealed(ChainPosition position, List<Bytes> batches) {
            this(position, batches, Long.MIN_VALUE, List.of());
        }
    }

    /** Where a commit comes from. */
    public enum Origin {
        /** It was sealed a moment ago. */
        LIVE,
        /** It comes from a snapshot: its blobs may have been deleted meanwhile. */
        RESTORED,
        /**
         * It comes from a snapshot, and somebody knows that it was not appended, should the shard
         * have forgotten its epoch.
         */
        VOUCHED_FOR
    }

    /**
     * Adds an epoch to the chain and takes over from the restored one.
     *
     * @param patience how long to wait for restored commits that are still on their way
     * @return never {@link RegisterOutcome.ShardMoved}
     * @throws StoreException if the store does not answer; it may have been registered
     */
    public RegisterOutcome register(Start start, Duration patience)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Waiting waiting = new Waiting(PollPolicy.DEFAULT, client.surroundings(), patience);
        for (int attempt = 1; attempt <= MAX_REWINDS; ) {
            RegisterOutcome outcome =
                    writer.machine()
                            .apply(state -> EpochChain.register(state, registration(start)));
            if (outcome instanceof ChainRefusal.MissingCommit && waiting.pause()) {
                continue;
            }
            if (outcome instanceof ChainRefusal.Rewind rewind) {
                outcome = rewind(start, rewind);
            }
            if (!(outcome instanceof RegisterOutcome.ShardMoved)) {
                return outcome;
            }
            attempt++;
        }
        throw new StoreException.Determinate(
                "shard "
                        + writer.shard()
                        + " moved on "
                        + MAX_REWINDS
                        + " times while sink '"
                        + start.sinkId()
                        + "' compensated; is an earlier start of the sink still running?");
    }

    private RegisterOutcome rewind(Start start, ChainRefusal.Rewind rewind)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (start.onRewind() instanceof OnRewind.Fail) {
            return rewind;
        }
        RegisterOutcome outcome =
                start.onRewind() instanceof OnRewind.Compensate compensate
                        ? new Compensations<>(client, writer, time)
                                .compensate(registration(start), rewind, compensate.keepUpTo())
                        : writer.machine()
                                .apply(
                                        state ->
                                                EpochChain.registerAhead(
                                                        state, registration(start)));
        if (outcome instanceof RegisterOutcome.Registered) {
            LOG.warn("{} {}: {}", start.onRewind(), writer.shard(), rewind.message());
        }
        return outcome;
    }

    private EpochChain.Registration registration(Start start) {
        return new EpochChain.Registration(
                start.sinkId(),
                start.epoch(),
                start.restored(),
                writer.debug().hostname(),
                writer.machine().nowMillis(),
                start.memory().toMillis());
    }

    /**
     * Appends everything as one, at the times that {@link SinkTime} says. Never gives {@link
     * CommitOutcome.InlineBackpressure}.
     *
     * @throws MissingBlobException if a blob of a restored commit does not exist; nothing is
     *     appended
     * @throws StoreException if the store does not answer; it may have been appended
     * @throws IncompatibleShardException if the shard does not know the schema of a batch; nothing
     *     is appended
     */
    public CommitOutcome commit(Sealed sealed, Origin origin)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<Batch> staged = new ArrayList<>();
        for (Bytes message : sealed.batches()) {
            staged.add(writer.batchFromTransmittable(message));
        }
        SchemaId schema = staged.isEmpty() ? null : writer.ensureSchema().orElse(null);
        requireSchemas(sealed.position(), staged);
        Appending appending =
                new Appending(
                        sealed,
                        staged,
                        schema,
                        time,
                        writer.machine(),
                        writer.batchConfig().inlineTotalMaxBytes(),
                        origin,
                        writer.debug().hostname(),
                        new Tries());
        if (origin != Origin.LIVE && appending.isDue()) {
            requireBlobs(staged);
        }
        CommitOutcome outcome = applied(appending);
        // Appended, or of no use to anybody who has not appended them: never deleted here, for an
        // earlier attempt may have appended them unseen.
        staged.forEach(Batch::markConsumed);
        if (outcome instanceof CommitOutcome.Appended appended) {
            EpochCompactions compactions = compactions(sealed.position());
            if (!sealed.lines().isEmpty()) {
                // The epoch has taken over, so nothing of earlier incarnations can be appended.
                leftBehind.add(sealed.lines());
                leftBehind.add(List.of(compactions.line()));
            }
            if (!leftBehind.isEmpty()) {
                writer.machine().offer(new MaintenanceTask.DeleteAborted(leftBehind));
            }
            writer.offerCompactions(
                    appended.merges(),
                    writer.compactor(compactions.partIds(), compactions.fence()));
            if (retention != null) {
                retention.committed(writer.machine(), compactions.fence());
            }
        }
        return outcome;
    }

    /** With its inline parts moved to blob if the state has no room for them. */
    private CommitOutcome applied(Appending appending)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        CommitOutcome outcome = appending.apply();
        if (!(outcome instanceof CommitOutcome.InlineBackpressure)) {
            return outcome;
        }
        // Not combined: the times of a combined batch could not follow the shard's upper.
        writer.inlineRelief().flushEach(appending.staged());
        outcome = appending.apply();
        if (outcome instanceof CommitOutcome.InlineBackpressure) {
            throw new IllegalStateException(
                    "commit of "
                            + appending.sealed().position()
                            + " has inline parts after they were flushed");
        }
        return outcome;
    }

    private EpochCompactions compactions(ChainPosition position) {
        if (compactions == null || !compactions.isOf(position)) {
            compactions = new EpochCompactions(position, client.surroundings().ids().get());
        }
        return compactions;
    }

    /** What {@link #commit} would come to now. Writes nothing. */
    public CommitOutcome verdict(Sealed sealed)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Machine machine = writer.machine();
        return EpochChain.commit(
                        machine.refresh(),
                        new EpochChain.Commit(
                                sealed.position(),
                                upper -> time.retimed(List.of(), upper, 0, Long.MIN_VALUE, null),
                                machine.nowMillis(),
                                Long.MAX_VALUE))
                .result();
    }

    /**
     * Takes a commit's place on the chain without its rows, which are deleted: to whoever restores
     * it later, it is appended already.
     */
    public CommitOutcome drop(Sealed sealed)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        CommitOutcome outcome = commit(new Sealed(sealed.position(), List.of()), Origin.RESTORED);
        if (outcome instanceof CommitOutcome.Appended) {
            for (Bytes message : sealed.batches()) {
                writer.batchFromTransmittable(message).delete();
            }
        }
        return outcome;
    }

    /** How often a commit was tried on a state of the shard. Any thread. */
    public long tries() {
        return tries.get();
    }

    /** How many of the {@link #tries} others made necessary by moving the upper. Any thread. */
    public long overtaken() {
        return overtaken.get();
    }

    /** The shard's upper as last seen here. No I/O. Any thread. */
    public Antichain upper() {
        return writer.machine().state().upper();
    }

    /** Pieces of maintenance that failed so far; each was logged. Any thread. */
    public long maintenanceFailures() {
        return client.maintenanceFailures();
    }

    /** Parts of earlier incarnations that were deleted so far. Any thread. */
    public long abortedPartsDeleted() {
        return writer.machine().abortedPartsDeleted();
    }

    /** Schemas of a shard are compatible with each other; one that it has not is of another. */
    private void requireSchemas(ChainPosition position, List<Batch> staged)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        for (Batch batch : staged) {
            for (SchemaId id : BatchCombiner.schemas(batch.hollow())) {
                if (!writer.machine().state().schemas().containsKey(id)
                        && !writer.machine().refresh().schemas().containsKey(id)) {
                    throw new IncompatibleShardException(
                            "commit of "
                                    + position
                                    + " was staged under schema "
                                    + id
                                    + ", which shard "
                                    + writer.shard()
                                    + " does not have");
                }
            }
        }
    }

    private void requireBlobs(List<Batch> staged)
            throws StoreException, MissingBlobException, InterruptedException {
        BatchStore store = writer.batchStore();
        for (Batch batch : staged) {
            for (RunPart part : batch.hollow().parts().toList()) {
                if (part instanceof RunPart.Hollow hollow) {
                    requireBlob(store, store.blobKey(hollow.key()));
                }
            }
        }
    }

    /** By listing, which moves no data. */
    private static void requireBlob(BatchStore store, BlobKey key)
            throws StoreException, MissingBlobException, InterruptedException {
        boolean exists =
                store.retry()
                        .call(
                                "look for " + key,
                                () -> {
                                    Set<BlobKey> found = new HashSet<>();
                                    store.blob().list(key.text(), (k, size) -> found.add(k));
                                    return found.contains(key);
                                });
        if (!exists) {
            throw new MissingBlobException(key);
        }
    }

    /** Those of one commit. */
    private final class Tries {
        private @Nullable Antichain last;

        void tried(Antichain upper) {
            tries.incrementAndGet();
            if (last != null && !last.equals(upper)) {
                overtaken.incrementAndGet();
            }
            last = upper;
        }
    }

    /** One commit on its way into the shard. */
    private record Appending(
            Sealed sealed,
            List<Batch> staged,
            @Nullable SchemaId schema,
            SinkTime time,
            Machine machine,
            long inlineTotalMaxBytes,
            Origin origin,
            String hostname,
            SinkChain<?, ?>.Tries tries) {
        /** Whether the newest state would take the commit. Writes nothing. */
        boolean isDue()
                throws StoreException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException {
            return transition(machine.refresh()) instanceof Transition.Changed;
        }

        CommitOutcome apply()
                throws StoreException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException {
            long len = staged.stream().mapToLong(batch -> batch.hollow().len()).sum();
            return machine.applyAppend(
                    state -> {
                        tries.tried(state.upper());
                        return machine.claims()
                                .afterCommit(
                                        transition(state),
                                        len,
                                        new IdempotencyToken(sealed.position().epoch().uuid()),
                                        machine.nowMillis());
                    });
        }

        private Transition<CommitOutcome> transition(State state) {
            return origin == Origin.VOUCHED_FOR
                    ? EpochChain.commitForgotten(
                            state, command(), hostname, DEFAULT_MEMORY.toMillis())
                    : EpochChain.commit(state, command());
        }

        private EpochChain.Commit command() {
            long now = machine.nowMillis();
            List<HollowBatch> batches = staged.stream().map(Batch::hollow).toList();
            return new EpochChain.Commit(
                    sealed.position(),
                    upper -> time.retimed(batches, upper, now, sealed.watermark(), schema),
                    now,
                    inlineTotalMaxBytes);
        }
    }
}
