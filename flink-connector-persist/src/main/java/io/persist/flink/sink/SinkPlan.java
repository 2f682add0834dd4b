package io.persist.flink.sink;

import io.persist.batch.BatchConfig;
import io.persist.client.BatchMetricSets;
import io.persist.client.OnRewind;
import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.SinkTime;
import io.persist.client.compaction.CompactionConfig;
import io.persist.client.compaction.CompactionMetrics;
import io.persist.codec.ShardId;
import io.persist.shard.Profile;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.time.Duration;

/**
 * What a sink does, as plain values that travel with the job.
 *
 * @param sinkId which logical sink: it names the chain of commits
 * @param submission random, minted with the sink object: the same in every attempt of one
 *     submission
 * @param commitTimeout how long an operation on the stores is tried
 * @param commitMemory how long the shard remembers an epoch after its last commit
 * @param time of the rows
 * @param clients how tasks open clients of their own
 */
record SinkPlan<IN, K, V>(
        Target target,
        PersistRecordSerializer<IN, K, V> serializer,
        String sinkId,
        String submission,
        Duration commitTimeout,
        Duration commitMemory,
        OnRewind onRewind,
        SinkTime time,
        Clients clients)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * Which shard is written, and how.
     *
     * @param blob as in {@link PersistLocation}
     * @param consensus as in {@link PersistLocation}
     * @param shardId text form
     * @param newShard profile if the shard does not exist yet
     * @param maintenance what the committer does to keep the shard in order
     * @param historyRetention what it lets the shard forget; null for nothing
     */
    record Target(
            String blob,
            String consensus,
            String shardId,
            Profile newShard,
            int partTargetBytes,
            int maxOutstandingParts,
            PersistConfig.Maintenance maintenance,
            @Nullable Duration historyRetention)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        ShardId shard() {
            return ShardId.parse(shardId);
        }
    }

    /** Makes the client of a task, which closes it. */
    @FunctionalInterface
    interface Clients extends Serializable {
        PersistClient open(PersistLocation location, PersistConfig config) throws StoreException;
    }

    /** The same with other clients. */
    SinkPlan<IN, K, V> with(Clients others) {
        return new SinkPlan<>(
                target,
                serializer,
                sinkId,
                submission,
                commitTimeout,
                commitMemory,
                onRewind,
                time,
                others);
    }

    /** Who in the job opens the shard. Maintenance follows commits, so it is the committer's. */
    enum Role {
        WRITER,
        SEALER,
        COMMITTER
    }

    /** The same as {@link #open(Role, BatchMetricSets, CompactionMetrics)}, measuring nothing. */
    OpenShard<K, V> open(Role role) throws IOException {
        return open(role, BatchMetricSets.NONE, CompactionMetrics.NONE);
    }

    /** Opens the shard with a client of its own; the caller closes it. */
    OpenShard<K, V> open(Role role, BatchMetricSets metrics, CompactionMetrics compactions)
            throws IOException {
        PersistConfig config =
                PersistConfig.builder()
                        .newShards(target.newShard())
                        .batch(
                                BatchConfig.builder()
                                        .targetBytes(target.partTargetBytes())
                                        .maxOutstandingParts(target.maxOutstandingParts())
                                        .build())
                        // Uploads are bounded by the outstanding parts anyway.
                        .ioThreads(Math.max(2, target.maxOutstandingParts()))
                        .operationTimeout(commitTimeout)
                        .maintenance(
                                role == Role.COMMITTER
                                        ? target.maintenance()
                                        : PersistConfig.Maintenance.NONE)
                        .metrics(metrics)
                        .compaction(CompactionConfig.builder().metrics(compactions).build())
                        .build();
        try {
            return OpenShard.open(
                    clients.open(new PersistLocation(target.blob(), target.consensus()), config),
                    target.shard(),
                    serializer,
                    "flink sink " + sinkId);
        } catch (StoreException e) {
            throw new IOException(
                    "shard " + target.shardId() + " cannot be opened: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted =
                    new InterruptedIOException("interrupted while opening " + target.shard());
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}
