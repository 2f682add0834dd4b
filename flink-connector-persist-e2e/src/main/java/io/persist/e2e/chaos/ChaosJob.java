package io.persist.e2e.chaos;

import io.persist.client.PersistLocation;
import io.persist.codec.ShardId;
import io.persist.flink.sink.PersistSink;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The job that is disturbed, as a user would write it.
 *
 * @param lanes of the generator, and its parallelism at the first start
 * @param directory of the run: shards, checkpoints and savepoints lie below
 * @param jar with the classes of this package
 */
record ChaosJob(Api api, int lanes, int rowsPerSecond, Path directory, Path jar) {
    static final ShardId SHARD = ShardId.named("chaos");

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMillis(300);

    /** Small, so that a checkpoint has several parts. */
    private static final int PART_TARGET_BYTES = 16 << 10;

    private static final TypeInformation<Row> TYPE =
            Types.ROW_NAMED(
                    new String[] {"lane", "number", "payload"},
                    Types.INT,
                    Types.LONG,
                    Types.STRING);

    /** How the job is written. */
    enum Api {
        DATASTREAM,
        SQL
    }

    PersistLocation location() {
        return PersistLocation.parse(directory.resolve("shards").toUri().toString());
    }

    Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    Path savepoints() {
        return directory.resolve("savepoints");
    }

    /**
     * Submits the job to a cluster on this machine.
     *
     * @param snapshot checkpoint or savepoint to go on from
     */
    JobID submit(int restPort, int parallelism, @Nullable String snapshot) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createRemoteEnvironment(
                        "127.0.0.1",
                        restPort,
                        configuration(parallelism, snapshot),
                        jar.toString());
        DataStream<Row> changes =
                environment
                        .fromSource(
                                new DataGeneratorSource<>(
                                        index -> index,
                                        lanes * Lane.LENGTH,
                                        RateLimiterStrategy.perSecond(rowsPerSecond),
                                        Types.LONG),
                                WatermarkStrategy.noWatermarks(),
                                "numbers")
                        .uid("numbers")
                        .transform("changes", TYPE, new LaneChanges())
                        .uid("changes");
        if (api == Api.SQL) {
            return submitSql(environment, changes);
        }
        changes.sinkTo(
                        PersistSink.<Row>builder()
                                .location(location())
                                .shard(SHARD)
                                .serializer(new RowKeys())
                                .partTargetBytes(PART_TARGET_BYTES)
                                .build())
                .uid("shard")
                .name("shard");
        return environment.executeAsync("chaos").getJobID();
    }

    private JobID submitSql(StreamExecutionEnvironment environment, DataStream<Row> changes) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        tables.createTemporaryView(
                "changes",
                tables.fromChangelogStream(
                        changes,
                        Schema.newBuilder()
                                .column("lane", "INT")
                                .column("number", "BIGINT")
                                .column("payload", "STRING")
                                .build(),
                        ChangelogMode.newBuilder()
                                .addContainedKind(RowKind.INSERT)
                                .addContainedKind(RowKind.DELETE)
                                .build()));
        tables.executeSql(
                "CREATE TABLE chaos (lane INT, `number` BIGINT, payload STRING) WITH ('connector'"
                        + " = 'persist', 'path' = '"
                        + directory.resolve("shards").toUri()
                        + "', 'shard' = '"
                        + SHARD
                        + "')");
        return tables.executeSql("INSERT INTO chaos SELECT lane, `number`, payload FROM changes")
                .getJobClient()
                .orElseThrow(() -> new IllegalStateException("the statement has no job"))
                .getJobID();
    }

    private Configuration configuration(int parallelism, @Nullable String snapshot) {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints().toUri().toString());
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000_000);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
        if (snapshot != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, snapshot);
        }
        return configuration;
    }
}
