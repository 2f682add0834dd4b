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
                snapshot = job.write(rows[row]).barrier(row + 1);
            }
            write(snapshot, directory);
        }
    }

    /** A shard of the same kind that no sink has written. */
    public static void open(Path location, ShardId shard) throws Exception {
        try (PersistClient client =
                PersistClient.open(PersistLocation.parse(location.toString()))) {
            client.openWriter(shard, Codecs.STRING, Codecs.UNIT, "test").close();
        }
    }

    static void write(SinkHarness.Snapshot snapshot, Path directory) throws IOException {
        List<OperatorState> operators = new ArrayList<>();
        operators.add(operator(1, snapshot.sealer()));
        operators.add(operator(2, snapshot.committer()));
        Files.createDirectories(directory);
        try (OutputStream out = Files.newOutputStream(directory.resolve("_metadata"))) {
            Checkpoints.storeCheckpointMetadata(
                    new CheckpointMetadata(snapshot.checkpointId(), operators, List.of()), out);
        }
    }

    private static OperatorState operator(long id, OperatorSubtaskState subtask) {
        OperatorState operator = new OperatorState("name", "uid", new OperatorID(id, id), 1, 1);
        operator.putState(0, subtask);
        return operator;
    }
}
