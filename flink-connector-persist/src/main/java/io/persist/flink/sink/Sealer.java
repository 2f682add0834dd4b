package io.persist.flink.sink;

import io.persist.client.SinkChain;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.RegisterOutcome;
import io.persist.state.WriterId;
import io.persist.store.StoreException;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.runtime.jobgraph.JobType;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableSummary;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.util.SimpleVersionedListState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Joins what all writers hand over at a checkpoint into one commit, and numbers it. Runs once per
 * sink.
 *
 * <p>Every start is an epoch of its own. It is registered with the shard at the first barrier or
 * the end of input, whichever comes first, before anything is sealed: then all tasks are running,
 * so the restored commits have been made, and a start that fails earlier leaves nothing behind.
 *
 * <p>A checkpoint that is declined is not told of and changes nothing: its commit stays with the
 * committer and goes out with the next one. Leftovers that arrive under other checkpoint ids are
 * sealed with whatever is sealed next.
 */
final class Sealer extends AbstractStreamOperator<CommittableMessage<SealedCommit>>
        implements OneInputStreamOperator<
                        CommittableMessage<WriterResult>, CommittableMessage<SealedCommit>>,
                BoundedOneInput {
    private static final long serialVersionUID = 1L;
    private static final String STATE_NAME = "persist-sealer";

    private final SinkPlan<?, ?, ?> plan;

    private transient @Nullable ListState<ChainPosition> positions;
    private transient List<WriterResult> collected = new ArrayList<>();
    private transient boolean registered;
    private transient boolean ended;

    /** Last sealed commit; before the epoch is registered where the restored one ended. */
    private transient @Nullable ChainPosition position;

    private transient long lastCheckpointId;
    private transient long largestCheckpointId;
    private transient long watermark;

    Sealer(SinkPlan<?, ?, ?> plan) {
        this.plan = plan;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        collected = new ArrayList<>();
        watermark = Watermark.UNINITIALIZED.getTimestamp();
        lastCheckpointId = context.getRestoredCheckpointId().orElse(0);
        positions =
                new SimpleVersionedListState<>(
                        context.getOperatorStateStore()
                                .getListState(
                                        new ListStateDescriptor<>(
                                                STATE_NAME, BytePrimitiveArraySerializer.INSTANCE)),
                        MessageSerializer.positions());
        for (ChainPosition restored : positions.get()) {
            position = restored;
        }
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<WriterResult>> element) {
        CommittableMessage<WriterResult> message = element.getValue();
        largestCheckpointId = Math.max(largestCheckpointId, message.getCheckpointId());
        if (message instanceof CommittableWithLineage<WriterResult> handedOver) {
            collected.add(handedOver.getCommittable());
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        super.processWatermark(mark);
        watermark = mark.getTimestamp();
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        // Barriers go on after the end of input, but nothing is left to be sealed.
        if (!ended) {
            seal(checkpointId);
        }
    }

    @Override
    public void endInput() throws Exception {
        requireFinalCheckpoint();
        ended = true;
        seal(Math.max(lastCheckpointId + 1, largestCheckpointId));
    }

    /** Without a checkpoint after the end of input Flink never makes the last commit. */
    private void requireFinalCheckpoint() {
        boolean checkpointing =
                CheckpointingOptions.isCheckpointingEnabled(
                        getContainingTask().getJobConfiguration());
        boolean finalCheckpoint =
                getContainingTask()
                        .getConfiguration()
                        .getConfiguration()
                        .get(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH);
        if (!isBatch() && checkpointing && !finalCheckpoint) {
            throw new IllegalStateException(UnsafeConfiguration.NO_FINAL_CHECKPOINT);
        }
    }

    private boolean isBatch() {
        return getContainingTask().getEnvironment().getJobType() == JobType.BATCH;
    }

    private void seal(long checkpointId) throws IOException, InterruptedException {
        if (!registered) {
            position = register(checkpointId);
            registered = true;
        }
        ChainPosition last = positionOrThrow();
        position = last.at(last.ordinal() + 1);
        output.collect(new StreamRecord<>(new CommittableSummary<>(0, 1, checkpointId, 1, 0)));
        output.collect(
                new StreamRecord<>(
                        new CommittableWithLineage<>(
                                sealed(positionOrThrow(), checkpointId), checkpointId, 0)));
        collected.clear();
        lastCheckpointId = checkpointId;
    }

    private SealedCommit sealed(ChainPosition at, long checkpointId) {
        List<Bytes> batches = new ArrayList<>();
        List<WriterLine> lines = new ArrayList<>();
        long updates = 0;
        long bytes = 0;
        for (WriterResult result : collected) {
            if (result.hasBatch()) {
                batches.add(result.batch());
            }
            lines.addAll(result.lines());
            updates += result.updates();
            bytes += result.bytes();
        }
        return new SealedCommit(
                at,
                batches,
                lines,
                updates,
                bytes,
                watermark,
                jobId().toString(),
                checkpointId,
                ended);
    }

    private ChainPosition register(long checkpointId) throws IOException, InterruptedException {
        // A restored sink id wins: the chain goes on under the id it was begun with.
        String sinkId = position == null ? plan.sinkId() : position.sinkId();
        try (OpenShard<?, ?> shard = plan.open(SinkPlan.Role.SEALER)) {
            WriterId epoch = isBatch() ? batchEpoch(sinkId) : shard.writer().id();
            RegisterOutcome outcome =
                    shard.chain(plan.time())
                            .register(
                                    new SinkChain.Start(
                                            sinkId,
                                            epoch,
                                            position,
                                            plan.commitMemory(),
                                            plan.onRewind()),
                                    plan.commitTimeout());
            if (outcome instanceof RegisterOutcome.Registered done) {
                LOG.info("Registered {} with {}", done.start(), plan.target().shardId());
                return done.start();
            }
            if (outcome instanceof ChainRefusal refusal) {
                discardCollected(shard);
                throw new ChainRefusedException(refusal, plan.target(), jobId(), checkpointId);
            }
            throw new AssertionError(outcome);
        } catch (CorruptDataException | IncompatibleShardException e) {
            throw new IOException(
                    "shard " + plan.target().shardId() + " cannot be written: " + e.getMessage(),
                    e);
        }
    }

    /** What writers handed over and nobody has sealed is known to nobody else. Best effort. */
    private void discardCollected(OpenShard<?, ?> shard) throws InterruptedException {
        try {
            for (WriterResult result : collected) {
                if (result.hasBatch()) {
                    shard.writer().batchFromTransmittable(result.batch()).delete();
                }
            }
        } catch (StoreException | CorruptDataException | IncompatibleShardException e) {
            LOG.warn(
                    "Parts of a refused start stay behind in {}: {}",
                    plan.target().shardId(),
                    e.toString());
        }
        collected.clear();
    }

    /**
     * In batch execution this operator may be run again after its commit was appended, without
     * state. Its epoch follows from the job then; where the deployment fixes the job's id, from
     * what the writers handed over.
     */
    private WriterId batchEpoch(String sinkId) {
        JobID job = jobId();
        List<String> names = new ArrayList<>(List.of("persist-sink", sinkId));
        if (job.equals(new JobID(0, 0))) {
            collected.stream()
                    .filter(WriterResult::hasBatch)
                    .map(result -> result.batchId().toString())
                    .sorted()
                    .forEach(names::add);
        } else {
            names.add(job.toString());
        }
        byte[] name = String.join("/", names).getBytes(StandardCharsets.UTF_8);
        return new WriterId(UUID.nameUUIDFromBytes(name));
    }

    private JobID jobId() {
        return getRuntimeContext().getJobInfo().getJobId();
    }

    private ChainPosition positionOrThrow() {
        if (position == null) {
            throw new IllegalStateException("no epoch was registered");
        }
        return position;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        if (positions != null) {
            positions.update(List.of(positionOrThrow()));
        }
    }
}
