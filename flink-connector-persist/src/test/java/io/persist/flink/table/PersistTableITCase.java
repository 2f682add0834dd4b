package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.Listen;
import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ReadHandle;
import io.persist.client.ShardReport;
import io.persist.client.Update;
import io.persist.client.WriteHandle;
import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CollectionUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;

/** SQL jobs on Flink's embedded cluster, shards in local files. */
@Timeout(120) // A job that restarts for ever is a failure.
class PersistTableITCase {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(4)
                            .build());

    private static final ShardId T = ShardId.named("`default_catalog`.`default_database`.`t`");

    private static final String FRUIT =
            "(VALUES ('apple', 3), ('pear', 4), ('apple', 5), ('fig', CAST(NULL AS INT)), ('pear',"
                    + " -4), ('apple', 1)) AS fruit (name, amount)";

    private static final String SUMMARY =
            "SELECT name, COUNT(*), SUM(amount) FROM " + FRUIT + " GROUP BY name";

    private static final String COLUMNS = "(name STRING, rows_seen BIGINT NOT NULL, total INT)";

    @TempDir private Path directory;

    private TableEnvironment streaming;
    private TableEnvironment batch;

    @BeforeEach
    void createEnvironments() {
        streaming = environment(EnvironmentSettings.newInstance().inStreamingMode());
        batch = environment(EnvironmentSettings.newInstance().inBatchMode());
    }

    private static TableEnvironment environment(EnvironmentSettings.Builder settings) {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, 2);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
        // Fails a job that should not be restarted within the time of the test.
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMinutes(1));
        return TableEnvironment.create(settings.withConfiguration(configuration).build());
    }

    private void createTable(String columns, String... options) {
        String more = options.length == 0 ? "" : ", " + String.join(", ", options);
        for (TableEnvironment tables : List.of(streaming, batch)) {
            tables.executeSql(
                    "CREATE TABLE t "
                            + columns
                            + " WITH ('connector' = 'persist', 'path' = '"
                            + directory
                            + "'"
                            + more
                            + ")");
        }
    }

    private static void run(TableEnvironment tables, String insert)
            throws InterruptedException, ExecutionException {
        tables.executeSql(insert).await();
    }

    private static List<Row> rows(TableEnvironment tables, String query) {
        return CollectionUtil.iteratorToList(tables.executeSql(query).collect());
    }

    private PersistClient client() throws Exception {
        return PersistClient.open(PersistLocation.parse(directory.toString()));
    }

    @Test
    void settingsThatWouldLoseTheLastRowsAreRefusedBeforeTheJobStarts() throws Exception {
        createTable("(a INT)");
        streaming
                .getConfig()
                .set(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH, false);
        assertThatThrownBy(() -> streaming.executeSql("INSERT INTO t VALUES (1)"))
                .hasStackTraceContaining(
                        CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH.key()
                                + "' is false");
        try (PersistClient client = client()) {
            assertThat(client.listShards()).isEmpty();
        }
    }

    /** The last commit of a statement calls for it, and the statement waits for that. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void historyIsForgottenOnceItIsOlderThanTheTableKeeps(boolean streamed) throws Exception {
        createTable("(name STRING)", "'history.retention' = '1 h'");
        run(streamed ? streaming : batch, "INSERT INTO t VALUES ('apple')");
        ShardReport report = inspect();
        long kept = Duration.ofHours(1).toMillis();
        long since = report.since().element();
        assertThat(report.upper().element() - since)
                .isBetween(kept, kept + Duration.ofMinutes(5).toMillis());
        String past = "SELECT * FROM t /*+ OPTIONS('scan.as-of' = '" + (since - 1) + "') */";
        assertThatThrownBy(() -> rows(batch, past))
                .hasStackTraceContaining("no longer told apart")
                .hasStackTraceContaining("since [" + since + "]");
        assertThat(rows(batch, "SELECT * FROM t")).isNotEmpty();
    }

    @Test
    void rowsBecomeVisibleAtTheirRowtime() throws Exception {
        createTable("(name STRING, ts TIMESTAMP_LTZ(3))", "'sink.time' = 'event'");
        StreamExecutionEnvironment stream = StreamExecutionEnvironment.getExecutionEnvironment();
        // In order, for a checkpoint may come between any two rows.
        stream.setParallelism(1);
        stream.enableCheckpointing(100);
        StreamTableEnvironment tables = StreamTableEnvironment.create(stream);
        tables.createTemporaryView(
                "events",
                stream.fromData(Row.of("a", 1000L), Row.of("b", 2000L), Row.of("c", 3000L))
                        .returns(Types.ROW(Types.STRING, Types.LONG)),
                Schema.newBuilder()
                        .columnByExpression("ts", "TO_TIMESTAMP_LTZ(f1, 3)")
                        .watermark("ts", "ts - INTERVAL '5' SECOND")
                        .build());
        tables.executeSql(
                "CREATE TEMPORARY TABLE t (name STRING, ts TIMESTAMP_LTZ(3)) WITH ('connector' ="
                        + " 'persist', 'path' = '"
                        + directory
                        + "', 'sink.time' = 'event', 'shard' = '"
                        + T
                        + "')");
        tables.executeSql("INSERT INTO t SELECT f0, ts FROM events").await();
        for (int rows = 1; rows <= 3; rows++) {
            assertThat(
                            rows(
                                    batch,
                                    "SELECT name FROM t /*+ OPTIONS('scan.as-of' = '"
                                            + 1000 * rows
                                            + "') */"))
                    .hasSize(rows);
        }
    }

    private static final String TIMED =
            "(name STRING, ts TIMESTAMP_LTZ(3) METADATA FROM 'persist_timestamp')";

    private static final String TIMED_ROWS =
            "SELECT name, TO_TIMESTAMP_LTZ(millis, 3) FROM (VALUES ('c', 3000), ('a', 1000), ('b',"
                    + " 2000)) AS v (name, millis)";

    @Test
    void rowsBecomeVisibleAtTheTimeInTheirMetadataColumn() throws Exception {
        createTable(TIMED, "'sink.time' = 'event'");

        run(batch, "INSERT INTO t " + TIMED_ROWS);

        assertThat(rowsAsOf(1000)).containsExactlyInAnyOrder("a");
        assertThat(rowsAsOf(2999)).containsExactlyInAnyOrder("a", "b");
        assertThat(rowsAsOf(3000)).containsExactlyInAnyOrder("a", "b", "c");
    }

    /** Names of the rows that are there at a time, which is also what each says of itself. */
    private List<Object> rowsAsOf(long time) {
        List<Row> rows =
                rows(batch, "SELECT ts, name FROM t /*+ OPTIONS('scan.as-of' = '" + time + "') */");
        assertThat(rows).allMatch(row -> Instant.ofEpochMilli(time).equals(row.getField("ts")));
        return rows.stream().map(row -> row.getField("name")).toList();
    }

    @Test
    void aCompiledPlanKeepsTheMetadataColumn() throws Exception {
        createTable(TIMED, "'sink.time' = 'event'");
        String plan = streaming.compilePlanSql("INSERT INTO t " + TIMED_ROWS).asJsonString();

        streaming.loadPlan(PlanReference.fromJsonString(plan)).execute().await();

        assertThat(rowsAsOf(inspectedUpper() - 1)).containsExactlyInAnyOrder("a", "b", "c");
        // Rows that a checkpoint left behind come at the upper, which the last one bounds.
        assertThat(inspectedUpper()).isBetween(3001L, 3003L);
    }

    private long inspectedUpper() throws Exception {
        try (PersistClient client = client();
                WriteHandle<?, ?> writer = client.openWriterAsStored(T, "test").orElseThrow()) {
            return writer.fetchRecentUpper().element();
        }
    }

    @Test
    void retractionsOfTimedRowsFindThem() throws Exception {
        createTable(
                "(name STRING, total INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'persist_timestamp')",
                "'sink.time' = 'event'");

        run(
                streaming,
                "INSERT INTO t SELECT name, SUM(amount), TO_TIMESTAMP_LTZ(1000 * COUNT(*), 3) FROM "
                        + FRUIT
                        + " GROUP BY name");

        assertThat(rows(batch, "SELECT name, total FROM t"))
                .containsExactlyInAnyOrderElementsOf(
                        rows(batch, "SELECT name, SUM(amount) FROM " + FRUIT + " GROUP BY name"));
    }

    @Test
    void metadataOfASnapshotIsItsTimeAndOne() throws Exception {
        createTable(
                "(a INT, persist_diff BIGINT METADATA VIRTUAL, ts TIMESTAMP_LTZ(3) METADATA FROM"
                        + " 'persist_timestamp' VIRTUAL, b INT)");
        run(streaming, "INSERT INTO t VALUES (1, 2), (1, 2), (3, 4)");
        long time = lastCommit();
        String from = " FROM t /*+ OPTIONS('scan.as-of' = '" + time + "') */";

        Instant ts = Instant.ofEpochMilli(time);
        assertThat(rows(batch, "SELECT *" + from))
                .containsExactlyInAnyOrder(
                        Row.of(1, 1L, ts, 2), Row.of(1, 1L, ts, 2), Row.of(3, 1L, ts, 4));
        assertThat(rows(streaming, "SELECT b, ts" + from))
                .containsExactlyInAnyOrder(Row.of(2, ts), Row.of(2, ts), Row.of(4, ts));
        assertThat(rows(batch, "SELECT SUM(persist_diff) FROM t")).containsExactly(Row.of(3L));
    }

    @Test
    void aRetractingChangelogIsReadBackAsTheBatchResult() throws Exception {
        createTable(COLUMNS);

        run(streaming, "INSERT INTO t " + SUMMARY);

        List<Row> expected = rows(batch, SUMMARY);
        assertThat(expected).hasSize(3);
        assertThat(rows(batch, "SELECT * FROM t")).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(rows(streaming, "SELECT * FROM t"))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void batchJobsWriteAndReadToo() throws Exception {
        createTable(COLUMNS);

        run(batch, "INSERT INTO t " + SUMMARY);

        assertThat(rows(batch, "SELECT * FROM t"))
                .containsExactlyInAnyOrderElementsOf(rows(batch, SUMMARY));
    }

    @Test
    void duplicatesAndNullsAreKept() throws Exception {
        createTable("(a INT, b STRING)");

        run(
                streaming,
                "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (CAST(NULL AS INT), CAST(NULL AS"
                        + " STRING)), (1, 'x')");

        assertThat(rows(batch, "SELECT * FROM t"))
                .containsExactlyInAnyOrder(
                        Row.of(1, "x"), Row.of(1, "x"), Row.of(1, "x"), Row.of(null, null));
    }

    @Test
    void computedColumnsAreComputedWhenRead() throws Exception {
        createTable("(a INT, twice AS a * 2, b STRING)");

        run(streaming, "INSERT INTO t VALUES (3, 'x')");

        assertThat(rows(batch, "SELECT b, twice, a FROM t")).containsExactly(Row.of("x", 6, 3));
    }

    @Test
    void allTypesComeBackThroughSql() throws Exception {
        createTable(
                "(a BOOLEAN, b TINYINT, c SMALLINT, d DECIMAL(20, 4), e CHAR(4), f VARBINARY(3), g"
                        + " DATE, h TIME(3), i TIMESTAMP(6), j TIMESTAMP_LTZ(3), k DOUBLE, l"
                        + " FLOAT)");
        String values =
                "SELECT TRUE, CAST(-1 AS TINYINT), CAST(2 AS SMALLINT), CAST(1.5 AS DECIMAL(20,"
                        + " 4)), CAST('ab' AS CHAR(4)), x'0102', DATE '2012-02-29', TIME"
                        + " '01:02:03', TIMESTAMP '1969-12-31 23:59:59.123456',"
                        + " TO_TIMESTAMP_LTZ(1234567890123, 3), CAST(0.1 AS DOUBLE), CAST(0.5 AS"
                        + " FLOAT)";

        run(streaming, "INSERT INTO t " + values);

        assertThat(rows(batch, "SELECT * FROM t").toString())
                .isEqualTo(rows(batch, values).toString());
    }

    @Test
    void anEarlierCommitCanBeRead() throws Exception {
        createTable("(a INT)");
        run(streaming, "INSERT INTO t VALUES (1)");
        long first = lastCommit();
        run(streaming, "INSERT INTO t VALUES (2)");

        assertThat(rows(batch, "SELECT * FROM t")).containsExactlyInAnyOrder(Row.of(1), Row.of(2));
        assertThat(rows(batch, "SELECT * FROM t /*+ OPTIONS('scan.as-of' = '" + first + "') */"))
                .containsExactly(Row.of(1));
        // Before anything was committed there was nothing.
        assertThat(rows(batch, "SELECT * FROM t /*+ OPTIONS('scan.as-of' = '5') */")).isEmpty();
    }

    /** The time of the last commit that brought rows. */
    private long lastCommit() throws Exception {
        try (PersistClient client = client();
                ReadHandle<?, ?> reader = client.openReaderAsStored(T, "test").orElseThrow()) {
            TreeSet<Long> times = new TreeSet<>();
            collectTimes(reader, times);
            reader.expire();
            return times.last();
        }
    }

    private static <K, V> void collectTimes(ReadHandle<K, V> reader, Set<Long> times)
            throws Exception {
        Antichain upper = reader.fetchRecentUpper();
        Listen<K, V> listen = reader.listen(reader.since()).orThrow();
        while (listen.frontier().lessThan(upper)) {
            for (Update<K, V> update : listen.next(Duration.ZERO).orThrow().updates()) {
                times.add(update.time());
            }
        }
    }

    @Test
    void timesThatCannotBeReadFailTheJobNamingSinceAndUpper() throws Exception {
        createTable("(a INT)");
        run(streaming, "INSERT INTO t VALUES (1)");
        String future = "SELECT * FROM t /*+ OPTIONS('scan.as-of' = '9000000000000') */";

        for (TableEnvironment tables : List.of(streaming, batch)) {
            assertThatThrownBy(() -> rows(tables, future))
                    .hasStackTraceContaining("shard " + T)
                    .hasStackTraceContaining("as of 9000000000000")
                    .hasStackTraceContaining("not complete yet")
                    .hasStackTraceContaining("upper [");
        }
    }

    @Test
    void aShardThatDoesNotExistFailsTheJobAndIsNotCreated() throws Exception {
        createTable("(a INT)");

        assertThatThrownBy(() -> rows(streaming, "SELECT * FROM t"))
                .hasStackTraceContaining("shard " + T + " does not exist")
                .hasStackTraceContaining(directory.toString());
        try (PersistClient client = client()) {
            assertThat(client.listShards()).isEmpty();
        }
    }

    @Test
    void aLocationThatNamesNoStoreFailsTheJob() {
        streaming.executeSql(
                "CREATE TABLE nowhere (a INT) WITH ('connector' = 'persist', 'path' ="
                        + " 'gopher://x/y')");

        assertThatThrownBy(() -> rows(streaming, "SELECT * FROM nowhere"))
                .hasStackTraceContaining("gopher://x/y");
    }

    @Test
    void aShardWithoutCommitsFailsTheJob() throws Exception {
        createTable("(a INT)");
        try (PersistClient client = client();
                WriteHandle<RowData, Unit> writer = writer(client)) {
            assertThat(writer.upper()).isEqualTo(Antichain.minimum());
        }

        assertThatThrownBy(() -> rows(batch, "SELECT * FROM t"))
                .hasStackTraceContaining("shard " + T)
                .hasStackTraceContaining("nothing was ever committed");
    }

    private static WriteHandle<RowData, Unit> writer(PersistClient client) throws Exception {
        RowType type =
                (RowType) DataTypes.ROW(DataTypes.FIELD("a", DataTypes.INT())).getLogicalType();
        Codec<RowData> codec = new TableColumns(type).codec();
        return client.openWriter(T, codec, Codecs.UNIT, "test");
    }

    @Test
    void negativeMultiplicityFailsTheJobNamingShardTimeAndRow() throws Exception {
        createTable("(a INT)");
        try (PersistClient client = client();
                WriteHandle<RowData, Unit> writer = writer(client)) {
            writer.compareAndAppend(
                            List.of(new Update<>(GenericRowData.of(42), Unit.UNIT, 7, -1)),
                            Antichain.minimum(),
                            Antichain.of(8))
                    .orThrow();
        }

        assertThatThrownBy(() -> rows(batch, "SELECT * FROM t"))
                .hasStackTraceContaining("shard " + T)
                .hasStackTraceContaining("as of 7")
                .hasStackTraceContaining("42")
                .hasStackTraceContaining("-1 times");
    }

    @Test
    void aTableDeclaredWithOtherColumnsIsNeitherWrittenNorRead() throws Exception {
        createTable("(a INT)");
        run(streaming, "INSERT INTO t VALUES (1)");
        ShardReport before = inspect();
        streaming.executeSql(
                "CREATE TABLE other (b INT) WITH ('connector' = 'persist', 'path' = '"
                        + directory
                        + "', 'shard' = '"
                        + T
                        + "')");

        String difference = "column 1 is declared as 'b' int4, but stored as 'a' int4";
        assertThatThrownBy(() -> run(streaming, "INSERT INTO other VALUES (2)"))
                .hasStackTraceContaining(difference);
        assertThatThrownBy(() -> rows(streaming, "SELECT * FROM other"))
                .hasStackTraceContaining(difference);
        assertThat(inspect().upper()).isEqualTo(before.upper());
    }

    private ShardReport inspect() throws Exception {
        try (PersistClient client = client()) {
            return client.inspect(T).orElseThrow();
        }
    }

    @Test
    void aTableMayGetMoreNullableColumns() throws Exception {
        createTable("(a INT)");
        run(batch, "INSERT INTO t VALUES (1)");
        batch.executeSql(
                "CREATE TABLE wide (a INT, b STRING) WITH ('connector' = 'persist', 'path' = '"
                        + directory
                        + "', 'shard' = '"
                        + T
                        + "')");

        assertThat(rows(batch, "SELECT * FROM wide")).containsExactly(Row.of(1, null));
        run(batch, "INSERT INTO wide VALUES (2, 'x')");
        // A job that knows nothing of the new column goes on.
        run(batch, "INSERT INTO t VALUES (3)");

        assertThat(rows(batch, "SELECT * FROM wide"))
                .containsExactlyInAnyOrder(Row.of(1, null), Row.of(2, "x"), Row.of(3, null));
        assertThatThrownBy(() -> rows(batch, "SELECT * FROM t"))
                .hasStackTraceContaining("1 columns are declared, but 2 stored");
    }

    @Test
    void aShardOfAnotherKindIsRefused() throws Exception {
        createTable("(a INT)");
        try (PersistClient client = client();
                WriteHandle<String, Unit> writer =
                        client.openWriter(T, Codecs.STRING, Codecs.UNIT, "test")) {
            writer.compareAndAppend(
                            List.of(new Update<>("k", Unit.UNIT, 1, 1)),
                            Antichain.minimum(),
                            Antichain.of(2))
                    .orThrow();
        }

        for (String statement : List.of("INSERT INTO t VALUES (1)", "SELECT * FROM t")) {
            assertThatThrownBy(() -> rows(streaming, statement))
                    .hasStackTraceContaining("shard " + T)
                    .hasStackTraceContaining("String");
        }
    }

    @Test
    void theProfileOfANewShardIsTheTables() throws Exception {
        createTable("(a INT)", "'profile' = 'P128'");

        run(streaming, "INSERT INTO t VALUES (1)");

        assertThat(inspect().label()).isEqualTo("0.128.0");
        assertThat(rows(batch, "SELECT * FROM t")).containsExactly(Row.of(1));
    }

    @Test
    void theSinkIdNamesTheWriterInTheShard() throws Exception {
        createTable("(a INT)", "'sink.id' = 'nightly'");

        run(streaming, "INSERT INTO t VALUES (1)");

        assertThat(inspect().writers()).anyMatch(w -> w.purpose().contains("nightly"));
    }

    @Test
    void aValueThatDoesNotFitFailsTheJobAndCommitsNothing() throws Exception {
        createTable("(a TIMESTAMP(9))");
        streaming.getConfig().set(RestartStrategyOptions.RESTART_STRATEGY, "none");

        assertThatThrownBy(
                        () ->
                                run(
                                        streaming,
                                        "INSERT INTO t VALUES (TIMESTAMP '2026-01-01"
                                                + " 00:00:00.123456789')"))
                .hasStackTraceContaining("'a' of type TIMESTAMP(9)")
                .hasStackTraceContaining("CAST it to precision 6");
        assertThat(inspect().updateCount()).isZero();
    }

    @Test
    void readersLeaveNoHoldBehind() throws Exception {
        createTable("(a INT)");
        run(streaming, "INSERT INTO t VALUES (1)");

        assertThat(rows(batch, "SELECT * FROM t")).hasSize(1);

        assertThat(inspect().readers()).isEmpty();
    }

    @Test
    void resultsCanBeReadBackByADifferentName() throws Exception {
        createTable("(a INT)");
        run(streaming, "INSERT INTO t VALUES (1)");
        batch.executeSql(
                "CREATE TABLE renamed (a INT) WITH ('connector' = 'persist', 'path' = '"
                        + directory
                        + "', 'shard' = '"
                        + T
                        + "')");

        assertThat(rows(batch, "SELECT * FROM renamed")).containsExactly(Row.of(1));
    }
}
