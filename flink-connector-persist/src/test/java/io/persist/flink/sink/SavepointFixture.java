package io.persist.flink.sink;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;

import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A job of one sink that is stopped at a checkpoint, whose snapshot is left in a directory. */
public final class SavepointFixture {
    private SavepointFixture() {}

    /**
     * Commits the first row; all others stay pending, one a checkpoint.
     *
     * @param location of the shard
     * @param directory of the snapshot
     */
    public static void write(Path location, ShardId shard, Path directory, String... rows)
            throws Exception {
        write(directory, snapshot(location, shard, rows));
    }

    /** The same of two sinks of one job, the second of which has no rows after the first one. */
    public static void writeTwo(
            Path location, ShardId shard, ShardId other, Path directory, String... rows)
            throws Exception {
        String[] empty = new String[rows.length];
        empty[0] = rows[0];
        write(directory, snapshot(location, shard, rows), snapshot(location, other, empty));
    }

    /** A checkpoint for each row, or without one where it is null. */
    private static SinkHarness.Snapshot snapshot(Path location, ShardId shard, String... rows)
            throws Exception {
        PersistSink<String> sink =
                PersistSink.<String>builder()
                        .path(location.toString())
                        .shard(shard)
                        .sinkId("orders")
                        .serializer(PersistRecordSerializer.ofKeys(() -> Codecs.STRING))
                        .build();
        try (SinkHarness job = SinkHarness.start(sink, null)) {
            SinkHarness.Snapshot snapshot = job.write(rows[0]).checkpoint(1);
            for (int row = 1; row < rows.length; row++) {
                if (rows[row] != null) {
                    job.write(rows[row]);
                }
                snapshot = job.barrier(row + 1);
            }
            return snapshot;
        }
    }

    /** A shard of the same kind that no sink has written. */
    public static void open(Path location, ShardId shard) throws Exception {
        try (PersistClient client =
                PersistClient.open(PersistLocation.parse(location.toString()))) {
            client.openWriter(shard, Codecs.STRING, Codecs.UNIT, "test").close();
        }
    }

    static void write(Path directory, SinkHarness.Snapshot... snapshots) throws IOException {
        List<OperatorState> operators = new ArrayList<>();
        for (SinkHarness.Snapshot snapshot : snapshots) {
            operators.add(operator(operators.size() + 1, snapshot.sealer()));
            operators.add(operator(operators.size() + 1, snapshot.committer()));
        }
        long checkpointId = snapshots[0].checkpointId();
        Files.createDirectories(directory);
        try (OutputStream out = Files.newOutputStream(directory.resolve("_metadata"))) {
            Checkpoints.storeCheckpointMetadata(
                    new CheckpointMetadata(checkpointId, operators, List.of()), out);
        }
    }

    private static OperatorState operator(long id, OperatorSubtaskState subtask) {
        OperatorState operator = new OperatorState("name", "uid", new OperatorID(id, id), 1, 1);
        operator.putState(0, subtask);
        return operator;
    }
}
