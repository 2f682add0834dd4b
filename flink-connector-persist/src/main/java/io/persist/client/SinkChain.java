package io.persist.client;

import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.batch.build.AppendBounds;
import io.persist.batch.build.Batch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.BatchCombiner;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.CommitOutcome;
import io.persist.state.EpochChain;
import io.persist.state.RegisterOutcome;
import io.persist.state.Transition;
import io.persist.state.WriterId;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Appends the commits of a sink as one unbroken chain, whatever is restored, doubled or delayed
 * (docs/architecture.md, "Exactly once"). A start of the sink registers an epoch; its commits are
 * numbered from 1 and carry batches that were staged anywhere, at any time before the commit.
 *
 * <p>Every method may be repeated after any failure: what happened is found in the shard. One
 * thread.
 */
public final class SinkChain<K, V> {
    private final PersistClient client;
    private final WriteHandle<K, V> writer;

    private SinkChain(PersistClient client, WriteHandle<K, V> writer) {
        this.client = client;
        this.writer = writer;
    }

    /** Works through {@code writer}, which stays the caller's, as does the client it is of. */
    public static <K, V> SinkChain<K, V> of(PersistClient client, WriteHandle<K, V> writer) {
        return new SinkChain<>(client, writer);
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
     */
    public record Start(
            String sinkId, WriterId epoch, @Nullable ChainPosition restored, Duration memory) {}

    /** Where a commit comes from. */
    public enum Origin {
        /** It was sealed a moment ago. */
        LIVE,
        /** It comes from a snapshot: its blobs may have been deleted meanwhile. */
        RESTORED
    }

    /**
     * Adds an epoch to the chain and takes over from the restored one.
     *
     * @param patience how long to wait for restored commits that are still on their way
     * @throws StoreException if the store does not answer; it may have been registered
     */
    public RegisterOutcome register(Start start, Duration patience)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Waiting waiting = new Waiting(PollPolicy.DEFAULT, client.surroundings(), patience);
        while (true) {
            RegisterOutcome outcome =
                    writer.machine()
                            .apply(
                                    state ->
                                            EpochChain.register(
                                                    state,
                                                    new EpochChain.Registration(
                                                            start.sinkId(),
                                                            start.epoch(),
                                                            start.restored(),
                                                            writer.debug().hostname(),
                                                            writer.machine().nowMillis(),
                                                            start.memory().toMillis())));
            if (!(outcome instanceof ChainRefusal.MissingCommit) || !waiting.pause()) {
                return outcome;
            }
        }
    }

    /**
     * Appends all batches as one, at one time: the wall clock, or the shard's upper if that is
     * later. Without batches only the upper moves on. Never gives {@link
     * CommitOutcome.InlineBackpressure}.
     *
     * @param batches transmittable ({@link Batch#toTransmittable}), staged with lower {@code [0]}
     * @throws MissingBlobException if a blob of a restored commit does not exist; nothing is
     *     appended
     * @throws StoreException if the store does not answer; it may have been appended
     * @throws IncompatibleShardException if the shard's schema is not that of the batches; nothing
     *     is appended
     */
    public CommitOutcome commit(ChainPosition position, List<Bytes> batches, Origin origin)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<Batch> staged = new ArrayList<>();
        for (Bytes message : batches) {
            staged.add(writer.batchFromTransmittable(message));
        }
        SchemaId schema = staged.isEmpty() ? null : writer.ensureSchema().orElse(null);
        requireSchema(position, staged, schema);
        Appending appending =
                new Appending(
                        position,
                        staged,
                        schema,
                        writer.machine(),
                        writer.batchConfig().inlineTotalMaxBytes());
        if (origin == Origin.RESTORED && appending.isDue()) {
            requireBlobs(staged);
        }
        CommitOutcome outcome = appending.apply();
        if (outcome instanceof CommitOutcome.InlineBackpressure) {
            for (Batch batch : staged) {
                batch.flushToBlob();
            }
            outcome = appending.apply();
            if (outcome instanceof CommitOutcome.InlineBackpressure) {
                throw new IllegalStateException(
                        "commit of " + position + " has inline parts after they were flushed");
            }
        }
        // Appended, or of no use to anybody who has not appended them: never deleted here, for an
        // earlier attempt may have appended them unseen.
        staged.forEach(Batch::markConsumed);
        return outcome;
    }

    private static void requireSchema(
            ChainPosition position, List<Batch> staged, @Nullable SchemaId schema)
            throws IncompatibleShardException {
        String violation =
                schema == null
                        ? null
                        : BatchCombiner.violation(
                                staged.stream().map(Batch::hollow).toList(), schema);
        if (violation != null) {
            throw new IncompatibleShardException(
                    "commit of " + position + " was staged for another schema: " + violation);
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

    /** One commit on its way into the shard. */
    private record Appending(
            ChainPosition position,
            List<Batch> staged,
            @Nullable SchemaId schema,
            Machine machine,
            long inlineTotalMaxBytes) {
        /** Whether the newest state would take the commit. Writes nothing. */
        boolean isDue()
                throws StoreException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException {
            return EpochChain.commit(machine.refresh(), command()) instanceof Transition.Changed;
        }

        CommitOutcome apply()
                throws StoreException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException {
            return machine.applyAppend(state -> EpochChain.commit(state, command()));
        }

        private EpochChain.Commit command() {
            long now = machine.nowMillis();
            return new EpochChain.Commit(
                    position, upper -> at(upper, now), now, inlineTotalMaxBytes);
        }

        private HollowBatch at(Antichain shardUpper, long nowMillis) {
            Antichain time = shardUpper.join(Antichain.of(nowMillis));
            Antichain next = Antichain.of(time.element() + 1);
            List<HollowBatch> retimed =
                    staged.stream().map(batch -> retimed(batch.hollow(), time, next)).toList();
            String violation = AppendBounds.violation(retimed, shardUpper, next);
            if (violation != null) {
                throw new IllegalStateException("commit of " + position + ": " + violation);
            }
            return BatchCombiner.combine(
                    retimed, new Description(shardUpper, next, Antichain.minimum()), schema);
        }

        /** Moves every time in the batch, in the metadata only; the batch itself stays as it is. */
        private static HollowBatch retimed(HollowBatch batch, Antichain time, Antichain next) {
            List<Run> runs = new ArrayList<>();
            for (Run run : batch.runs()) {
                List<RunPart> parts = new ArrayList<>();
                for (RunPart part : run.parts()) {
                    if (!(part instanceof RunPart.Single single)) {
                        throw new IllegalStateException(
                                "staged batch " + batch.desc() + " has a run in blob");
                    }
                    parts.add(single.withTsRewrite(time));
                }
                runs.add(new Run(run.meta(), parts));
            }
            Description desc = new Description(batch.lower(), next, batch.desc().since());
            return new HollowBatch(desc, batch.len(), runs, batch.unknown());
        }
    }
}
