package io.persist.flink.sink;

import io.persist.batch.BatchConfig;
import io.persist.client.OnRewind;
import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.SinkChain;
import io.persist.client.SinkTime;
import io.persist.client.compaction.CompactionMetrics;
import io.persist.codec.ShardId;
import io.persist.shard.Profile;
import io.persist.shard.WriterLine;
import io.persist.store.uri.Stores;

import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.lineage.LineageUtils;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes a stream into one shard, exactly once. All rows of a checkpoint become visible at once, at
 * one time: the wall clock in milliseconds when it is committed, or the shard's upper if that is
 * later. A checkpoint without rows moves the upper on, so that readers see progress.
 *
 * <pre>{@code
 * stream.sinkTo(
 *         PersistSink.<String>builder()
 *                 .path("/data/shards")
 *                 .shardNamed("words")
 *                 .serializer(PersistRecordSerializer.ofKeys(() -> Codecs.STRING))
 *                 .build());
 * }</pre>
 *
 * <p>Streaming jobs commit with each completed checkpoint, so checkpointing must be on; bounded
 * ones also at their end. The shard is created by whoever opens it first. Several jobs may write to
 * one shard.
 *
 * <p>If the shard is ahead of the snapshot that a job is restored from, or an older start of the
 * job is still running, the job fails with {@link ChainRefusedException} and nothing is written.
 */
public final class PersistSink<IN>
        implements Sink<IN>,
                SupportsWriterState<IN, WriterLine>,
                SupportsPreCommitTopology<WriterResult, SealedCommit>,
                SupportsCommitter<SealedCommit>,
                LineageVertexProvider {
    private static final long serialVersionUID = 1L;

    private final SinkPlan<IN, ?, ?> plan;

    private PersistSink(SinkPlan<IN, ?, ?> plan) {
        this.plan = plan;
    }

    public static <IN> Builder<IN> builder() {
        return new Builder<>();
    }

    /** Collects what is written and how; location, shard and serializer are required. */
    public static final class Builder<IN> {
        /** Far from where milliseconds overflow. */
        private static final Duration LONGEST = Duration.ofDays(36_500);

        private @Nullable PersistLocation location;
        private @Nullable ShardId shard;
        private @Nullable PersistRecordSerializer<IN, ?, ?> serializer;
        private @Nullable String sinkId;
        private Profile newShards = Profile.P26;
        private int partTargetBytes = BatchConfig.builder().build().targetBytes();
        private int maxOutstandingParts = BatchConfig.builder().build().maxOutstandingParts();
        private Duration commitTimeout = Duration.ofMinutes(5);
        private Duration commitMemory = SinkChain.DEFAULT_MEMORY;
        private PersistConfig.Maintenance maintenance = PersistConfig.Maintenance.BACKGROUND;
        private @Nullable Duration historyRetention;
        private OnRewind onRewind = OnRewind.FAIL;
        private SinkTime time = SinkTime.COMMIT;

        private Builder() {}

        /** Where shards live; see {@link PersistLocation#parse}. */
        public Builder<IN> path(String path) {
            return location(PersistLocation.parse(path));
        }

        public Builder<IN> location(PersistLocation value) {
            location = value;
            return this;
        }

        public Builder<IN> shard(ShardId value) {
            shard = value;
            return this;
        }

        /** The shard that follows from a name: the same name is always the same shard. */
        public Builder<IN> shardNamed(String name) {
            return shard(ShardId.named(name));
        }

        public Builder<IN> serializer(PersistRecordSerializer<IN, ?, ?> value) {
            serializer = value;
            return this;
        }

        /**
         * Names this sink across submissions. With it, a start without a snapshot stops an earlier
         * run that was forgotten: that run's next commit is refused. Default: a random one per sink
         * object; a restored job keeps the one it began with.
         */
        public Builder<IN> sinkId(String value) {
            sinkId = value;
            return this;
        }

        /**
         * Profile of the shard if it does not exist yet. Change it to share it with 0.128 peers.
         */
        public Builder<IN> newShards(Profile value) {
            newShards = value;
            return this;
        }

        /** Size of a part before encoding. Smaller parts take less memory and read slower. */
        public Builder<IN> partTargetBytes(int value) {
            BatchConfig.builder().targetBytes(value).build();
            partTargetBytes = value;
            return this;
        }

        /** Parts uploading while the next one fills. More hide a slow store, for memory. */
        public Builder<IN> maxOutstandingParts(int value) {
            BatchConfig.builder().maxOutstandingParts(value).build();
            maxOutstandingParts = value;
            return this;
        }

        /**
         * How long a store that does not answer is tried before the job fails. Keep it below the
         * checkpoint timeout.
         */
        public Builder<IN> commitTimeout(Duration value) {
            commitTimeout = sensible("commitTimeout", value);
            return this;
        }

        /**
         * How long the shard remembers the sink after its last commit. A snapshot older than that
         * cannot be restored.
         */
        public Builder<IN> commitMemory(Duration value) {
            commitMemory = sensible("commitMemory", value);
            return this;
        }

        /**
         * What the job does to keep the shard in order, after commits and off their path: rollups,
         * garbage, compaction, the remains of failed attempts. What fails there is logged and never
         * fails the job. Say NONE if somebody else does it; without any, reading grows slower and
         * storage larger.
         */
        public Builder<IN> maintenance(PersistConfig.Maintenance value) {
            maintenance = value;
            return this;
        }

        /**
         * How far back the shard can be read, at least: what is older is forgotten by and by, so
         * that compaction can merge it. The longest time counts that any sink of the shard has
         * declared. Without one, nothing is forgotten. Keep it longer than the age of any snapshot
         * that may be restored with {@link OnRewind.Compensate}.
         */
        public Builder<IN> historyRetention(Duration value) {
            historyRetention = sensible("historyRetention", value);
            return this;
        }

        /**
         * What to do if the shard is ahead of the snapshot that the job is restored from. Change it
         * for one start, when an older snapshot is restored on purpose.
         */
        public Builder<IN> onRewind(OnRewind value) {
            onRewind = value;
            return this;
        }

        /**
         * At which times rows become visible. {@link SinkTime#EVENT} takes the timestamps of the
         * records, in milliseconds, or what the serializer says instead; each record must have one,
         * and those before 1970 count as 0.
         */
        public Builder<IN> time(SinkTime value) {
            time = value;
            return this;
        }

        /**
         * @throws NullPointerException if something required is missing
         * @throws IllegalArgumentException if a value is out of its range
         */
        public PersistSink<IN> build() {
            PersistLocation at = Objects.requireNonNull(location, "location or path");
            Stores.check(at.blob(), at.consensus());
            ShardId id = Objects.requireNonNull(shard, "shard or shardNamed");
            PersistRecordSerializer<IN, ?, ?> with =
                    Objects.requireNonNull(serializer, "serializer");
            if (sinkId != null && sinkId.isBlank()) {
                throw new IllegalArgumentException("sinkId must not be blank");
            }
            String submission = SinkChain.mintSinkId();
            return new PersistSink<>(
                    new SinkPlan<>(
                            new SinkPlan.Target(
                                    at.blob(),
                                    at.consensus(),
                                    id.toString(),
                                    newShards,
                                    partTargetBytes,
                                    maxOutstandingParts,
                                    maintenance,
                                    historyRetention),
                            with,
                            sinkId == null ? submission : sinkId,
                            submission,
                            commitTimeout,
                            commitMemory,
                            onRewind,
                            time,
                            PersistClient::open));
        }

        private static Duration sensible(String name, Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        name + " must be positive and at most " + LONGEST + ", is " + value);
            }
            return value;
        }
    }

    /** The same sink whose tasks open their clients in another way. */
    PersistSink<IN> with(SinkPlan.Clients clients) {
        return new PersistSink<>(plan.with(clients));
    }

    SinkPlan<IN, ?, ?> plan() {
        return plan;
    }

    @Override
    public StatefulSinkWriter<IN, WriterLine> createWriter(WriterInitContext context)
            throws IOException {
        return writer(
                plan,
                context,
                random ->
                        List.of(
                                WriterLine.begin(
                                        plan.submission(),
                                        context.getTaskInfo().getIndexOfThisSubtask(),
                                        context.getTaskInfo().getAttemptNumber())));
    }

    @Override
    public StatefulSinkWriter<IN, WriterLine> restoreWriter(
            WriterInitContext context, Collection<WriterLine> restored) throws IOException {
        int attempt = context.getTaskInfo().getAttemptNumber();
        return writer(
                plan,
                context,
                random -> {
                    List<WriterLine> lines = new ArrayList<>();
                    if (!plan.onRewind().equals(OnRewind.FAIL)) {
                        // A start that goes on from where the shard is may be overtaken by one from
                        // the same snapshot, whose parts must not pass for earlier ones. It still
                        // cleans up after those that it takes over from.
                        lines.add(WriterLine.random(random));
                    }
                    lines.addAll(WriterLine.resume(restored, attempt, random));
                    return lines;
                });
    }

    private interface Lines {
        List<WriterLine> of(UUID random);
    }

    private static <IN, K, V> PersistWriter<IN, K, V> writer(
            SinkPlan<IN, K, V> plan, WriterInitContext context, Lines lines) throws IOException {
        OpenShard<K, V> shard =
                plan.open(
                        SinkPlan.Role.WRITER,
                        SinkBatchMetrics.registerWriter(context.metricGroup(), System::nanoTime),
                        CompactionMetrics.NONE);
        return new PersistWriter<>(
                shard,
                plan.serializer(),
                plan.time(),
                context.metricGroup(),
                lines.of(shard.writer().id().uuid()));
    }

    @Override
    public SimpleVersionedSerializer<WriterLine> getWriterStateSerializer() {
        return MessageSerializer.lines();
    }

    @Override
    public DataStream<CommittableMessage<SealedCommit>> addPreCommitTopology(
            DataStream<CommittableMessage<WriterResult>> results) {
        UnsafeConfiguration.refuse(results);
        return results.global()
                .transform(
                        "Sealer",
                        CommittableMessageTypeInfo.of(MessageSerializer::sealedCommits),
                        new Sealer(plan))
                .setParallelism(1)
                .setMaxParallelism(1)
                .global();
    }

    @Override
    public SimpleVersionedSerializer<WriterResult> getWriteResultSerializer() {
        return MessageSerializer.writerResults();
    }

    @Override
    public Committer<SealedCommit> createCommitter(CommitterInitContext context) {
        return new PersistCommitter<>(plan, context);
    }

    @Override
    public SimpleVersionedSerializer<SealedCommit> getCommittableSerializer() {
        return MessageSerializer.sealedCommits();
    }

    @Override
    public LineageVertex getLineageVertex() {
        return LineageUtils.lineageVertexOf(
                LineageUtils.datasetOf(plan.target().shardId(), plan.target().blob(), List.of()));
    }
}
