package io.persist.flink.sink;

import io.persist.batch.TransmittableBatchEncoding;
import io.persist.client.SinkChain;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;

import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.metrics.groups.InternalSinkCommitterMetricGroup;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.streaming.runtime.operators.sink.committables.CheckpointCommittableManager;
import org.apache.flink.streaming.runtime.operators.sink.committables.CommittableCollector;
import org.apache.flink.streaming.runtime.operators.sink.committables.CommittableCollectorSerializer;
import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The commits that a snapshot of a job, a checkpoint or a savepoint, has pending: whoever restores
 * it makes them, unless the shard has them already. For tools that look into a snapshot.
 */
public final class PendingCommits {
    /** Where Flink's committer keeps them. */
    private static final String COMMITTER_STATE = "streaming_committer_raw_states";

    private PendingCommits() {}

    /**
     * One of them.
     *
     * @param shard of its batches; null if it has none
     * @param updates that it appends
     * @param bytes that they take
     * @param jobId of the job that sealed it
     * @param checkpointId under which it was sealed
     */
    public record Pending(
            SinkChain.Sealed commit,
            @Nullable ShardId shard,
            long updates,
            long bytes,
            String jobId,
            long checkpointId) {}

    /**
     * Reads the snapshot in a directory, in the order in which its commits are to be made. Sinks of
     * other connectors are left out.
     *
     * @throws IOException if there is no snapshot, or none that this build can read
     */
    public static List<Pending> of(String snapshot) throws IOException, InterruptedException {
        Path metadata = new Path(snapshot, "_metadata");
        FileSystem files = metadata.getFileSystem();
        if (!files.exists(metadata)) {
            throw new IOException("there is no snapshot here: " + metadata + " does not exist");
        }
        List<Pending> pending = new ArrayList<>();
        List<IOException> unread = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(files.open(metadata))) {
            CheckpointMetadata read =
                    Checkpoints.loadCheckpointMetadata(
                            in, PendingCommits.class.getClassLoader(), snapshot);
            for (OperatorState operator : read.getOperatorStates()) {
                for (OperatorSubtaskState subtask : operator.getStates()) {
                    for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
                        read(handle, pending, unread);
                    }
                }
            }
        }
        if (pending.isEmpty() && !unread.isEmpty()) {
            throw unread.get(0);
        }
        pending.sort(
                Comparator.comparing((Pending one) -> one.commit.position().sinkId())
                        .thenComparing(one -> one.commit.position().generation())
                        .thenComparing(one -> one.commit.position().ordinal()));
        return List.copyOf(pending);
    }

    private static void read(
            OperatorStateHandle handle, List<Pending> pending, List<IOException> unread)
            throws IOException, InterruptedException {
        OperatorStateHandle.StateMetaInfo state =
                handle.getStateNameToPartitionOffsets().get(COMMITTER_STATE);
        if (state == null) {
            return;
        }
        try (FSDataInputStream in = handle.openInputStream()) {
            for (long offset : state.getOffsets()) {
                in.seek(offset);
                DataInputViewStreamWrapper view = new DataInputViewStreamWrapper(in);
                byte[] bytes = new byte[view.readInt()];
                view.readFully(bytes);
                read(bytes, pending, unread);
            }
        }
    }

    private static void read(byte[] collected, List<Pending> pending, List<IOException> unread)
            throws IOException, InterruptedException {
        InternalSinkCommitterMetricGroup unregistered =
                InternalSinkCommitterMetricGroup.wrap(
                        UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup());
        CommittableCollector<SealedCommit> collector;
        try {
            collector =
                    SimpleVersionedSerialization.readVersionAndDeSerialize(
                            new CommittableCollectorSerializer<>(
                                    MessageSerializer.sealedCommits(), 0, 1, unregistered),
                            collected);
        } catch (IOException e) {
            // Of a sink of another connector, if any commit in the snapshot is ours.
            unread.add(e);
            return;
        }
        for (CheckpointCommittableManager<SealedCommit> checkpoint :
                collector.getCheckpointCommittablesUpTo(Long.MAX_VALUE)) {
            checkpoint.commit(new Recorder(pending), 0);
        }
    }

    /** Makes no commit, but writes it down. */
    private record Recorder(List<Pending> pending) implements Committer<SealedCommit> {
        @Override
        public void commit(Collection<CommitRequest<SealedCommit>> requests) throws IOException {
            for (CommitRequest<SealedCommit> request : requests) {
                SealedCommit sealed = request.getCommittable();
                pending.add(
                        new Pending(
                                new SinkChain.Sealed(
                                        sealed.position(),
                                        sealed.batches(),
                                        sealed.watermark(),
                                        sealed.lines()),
                                shard(sealed),
                                sealed.updates(),
                                sealed.bytes(),
                                sealed.jobId(),
                                sealed.checkpointId()));
            }
        }

        private static @Nullable ShardId shard(SealedCommit sealed) throws IOException {
            if (sealed.batches().isEmpty()) {
                return null;
            }
            try {
                return TransmittableBatchEncoding.decode(sealed.batches().get(0)).shard();
            } catch (CorruptDataException e) {
                throw new IOException(
                        "the batches of "
                                + sealed.position()
                                + " cannot be read: "
                                + e.getMessage(),
                        e);
            }
        }

        @Override
        public void close() {}
    }
}
