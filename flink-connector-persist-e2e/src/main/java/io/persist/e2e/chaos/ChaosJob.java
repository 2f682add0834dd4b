package io.persist.e2e.chaos;

import io.persist.client.OnRewind;
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
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The job that is disturbed, as a user would write it: one or more pipelines, which fail apart from
 * each other and write to one shard.
 *
 * @param lanes of the generator of a region, and its parallelism at the first start
 * @param rowsPerSecond of all regions
 * @param flink configuration beyond what is needed
 * @param directory of the run: shards, checkpoints and savepoints lie below
 * @param jar with the classes of this package
 */
record ChaosJob(
        Api api,
        int regions,
        int lanes,
        int rowsPerSecond,
        Map<String, String> flink,
        Path directory,
        Path jar) {
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

    private static final TypeInformation<Row> SLOT_TYPE =
            Types.ROW_NAMED(
                    new String[] {"lane", "slot", "number"}, Types.INT, Types.LONG, Types.LONG);

    private static final ChangelogMode RETRACTIONS =
            ChangelogMode.newBuilder()
                    .addContainedKind(RowKind.INSERT)
                    .addContainedKind(RowKind.DELETE)
                    .build();

    /** Marks are groups of their own. */
    private static final String BUCKET =
            "CASE WHEN `number` < 0 THEN `number` ELSE MOD(`number`, "
                    + TableAccount.BUCKETS
                    + ") END";

    /** How the job is written. */
    enum Api {
        /** Rows and retractions of rows, from a stream. */
        DATASTREAM,
        /** The same through a table. */
        SQL,
        /** An aggregation, whose updates retract what it said before. */
        TOTALS,
        /** An upsert changelog into a table with a key. */
        SLOTS;

        /** Whether what is in the shard can be told after the job has gone back in time. */
        boolean tellsGenerations() {
            return this == DATASTREAM || this == SQL;
        }
    }

    /**
     * How a start of the job differs from others.
     *
     * @param snapshot checkpoint or savepoint to go on from
     * @param generation how often the job was made to go on from an old snapshot
     */
    record Start(
            int parallelism,
            @Nullable String snapshot,
            OnRewind onRewind,
            int generation,
            Failures failures) {
        enum Failures {
            RESTART,
            END
        }
    }

    /** Where the stores of blobs and of states lie in files. */
    Path stores() {
        return directory.resolve("shards");
    }

    PersistLocation location() {
        return PersistLocation.parse(stores().toUri().toString());
    }

    Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    Path savepoints() {
        return directory.resolve("savepoints");
    }

    /** A task of the region fails when it finds this file, which it deletes. */
    Path failure(int region) {
        return directory.resolve("fail-" + region);
    }

    /** In the names of the tasks of a region. */
    static String changesOf(int region) {
        return "changes-" + region;
    }

    /** Submits the job to a cluster on this machine. */
    JobID submit(int restPort, Start start) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createRemoteEnvironment(
                        "127.0.0.1", restPort, configuration(start), jar.toString());
        if (api != Api.DATASTREAM) {
            return submitSql(environment, start);
        }
        for (int region = 0; region < regions; region++) {
            changes(environment, region, start)
                    .sinkTo(
                            PersistSink.<Row>builder()
                                    .location(location())
                                    .shard(SHARD)
                                    .serializer(new RowKeys())
                                    .partTargetBytes(PART_TARGET_BYTES)
                                    .onRewind(start.onRewind)
                                    .build())
                    .uid("shard-" + region)
                    .name("shard-" + region);
        }
        return environment.executeAsync("chaos").getJobID();
    }

    private DataStream<Row> changes(
            StreamExecutionEnvironment environment, int region, Start start) {
        return environment
                .fromSource(
                        new DataGeneratorSource<>(
                                index -> index,
                                lanes * Lane.LENGTH,
                                RateLimiterStrategy.perSecond((double) rowsPerSecond / regions),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers-" + region)
                .uid("numbers-" + region)
                .transform(
                        changesOf(region),
                        api == Api.SLOTS ? SLOT_TYPE : TYPE,
                        new LaneChanges(
                                api == Api.SLOTS ? LaneChanges.Form.SLOTS : LaneChanges.Form.ROWS,
                                region * lanes,
                                start.generation,
                                failure(region)))
                .uid(changesOf(region));
    }

    private JobID submitSql(StreamExecutionEnvironment environment, Start start) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        // One sink would join the regions.
        tables.getConfig().set("table.optimizer.reuse-sink-enabled", "false");
        tables.executeSql(
                "CREATE TABLE chaos ("
                        + columns()
                        + ") WITH ('connector' = 'persist', 'path' = '"
                        + stores().toUri()
                        + "', 'shard' = '"
                        + SHARD
                        + "'"
                        + policy(start.onRewind)
                        + ")");
        StatementSet statements = tables.createStatementSet();
        for (int region = 0; region < regions; region++) {
            String view = "changes" + region;
            tables.createTemporaryView(
                    view,
                    tables.fromChangelogStream(
                            changes(environment, region, start),
                            inputSchema(),
                            api == Api.SLOTS ? ChangelogMode.upsert() : RETRACTIONS));
            statements.addInsertSql("INSERT INTO chaos " + query() + " FROM " + view + grouping());
        }
        return statements
                .execute()
                .getJobClient()
                .orElseThrow(() -> new IllegalStateException("the statement has no job"))
                .getJobID();
    }

    private String columns() {
        return switch (api) {
            case TOTALS -> "lane INT, bucket BIGINT, numbers BIGINT, total BIGINT";
            case SLOTS ->
                    "lane INT, slot BIGINT, `number` BIGINT, PRIMARY KEY (lane, slot) NOT ENFORCED";
            default -> "lane INT, `number` BIGINT, payload STRING";
        };
    }

    private Schema inputSchema() {
        Schema.Builder schema = Schema.newBuilder();
        if (api == Api.SLOTS) {
            return schema.column("lane", "INT NOT NULL")
                    .column("slot", "BIGINT NOT NULL")
                    .column("number", "BIGINT")
                    .primaryKey("lane", "slot")
                    .build();
        }
        return schema.column("lane", "INT")
                .column("number", "BIGINT")
                .column("payload", "STRING")
                .build();
    }

    private String query() {
        return switch (api) {
            case TOTALS -> "SELECT lane, " + BUCKET + ", COUNT(*), SUM(`number`)";
            case SLOTS -> "SELECT lane, slot, `number`";
            default -> "SELECT lane, `number`, payload";
        };
    }

    private String grouping() {
        return api == Api.TOTALS ? " GROUP BY lane, " + BUCKET : "";
    }

    private static String policy(OnRewind onRewind) {
        if (onRewind instanceof OnRewind.Compensate compensate) {
            return ", 'sink.on-rewind' = 'compensate', 'sink.rewind-to' = '"
                    + compensate.keepUpTo()
                    + "'";
        }
        return onRewind instanceof OnRewind.Append ? ", 'sink.on-rewind' = 'append'" : "";
    }

    private Configuration configuration(Start start) {
        Configuration configuration = Configuration.fromMap(flink);
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, start.parallelism);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints().toUri().toString());
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        if (start.failures == Start.Failures.END) {
            configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        } else {
            configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
            configuration.set(
                    RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000_000);
            configuration.set(
                    RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                    Duration.ofMillis(100));
        }
        if (start.snapshot != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, start.snapshot);
        }
        return configuration;
    }
}
