package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ShardReport;
import io.persist.codec.ShardId;
import io.persist.flink.sink.PendingCommits;
import io.persist.frontier.Antichain;

import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CollectionUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** SQL jobs that are restored with another declaration of their table. */
@Timeout(120)
class TableEvolutionITCase {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(4)
                            .build());

    private static final ShardId T = ShardId.named("`default_catalog`.`default_database`.`t`");

    /** One number after the other, more than come within the time of a test. */
    private static final String NUMBERS =
            "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' ="
                    + " '400', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1',"
                    + " 'fields.n.end' = '60000')";

    @TempDir private Path directory;
    private MiniCluster cluster;

    @BeforeEach
    void useCluster(@InjectMiniCluster MiniCluster running) {
        cluster = running;
    }

    /** Checkpoints are taken when the test says so. */
    private TableEnvironment tables(String columns, @Nullable String savepoint) {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, 1);
        configuration.set(
                CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(Long.MAX_VALUE));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        TableEnvironment tables =
                TableEnvironment.create(
                        EnvironmentSettings.newInstance()
                                .inStreamingMode()
                                .withConfiguration(configuration)
                                .build());
        declare(tables, columns);
        tables.executeSql(NUMBERS);
        return tables;
    }

    private void declare(TableEnvironment tables, String columns) {
        tables.executeSql(
                "CREATE TABLE t "
                        + columns
                        + " WITH ('connector' = 'persist', 'path' = '"
                        + directory.resolve("shards")
                        + "')");
    }

    private static JobClient start(TableEnvironment tables, String query) {
        return tables.executeSql("INSERT INTO t " + query).getJobClient().orElseThrow();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(1, TimeUnit.MINUTES);
    }

    private String savepoints() {
        return directory.resolve("savepoints").toUri().toString();
    }

    /** Of a job that is cancelled afterwards: what the savepoint has pending is in no shard. */
    private String savepointWithPendingRows(JobClient job) throws Exception {
        awaitRunning(job);
        while (true) {
            String savepoint =
                    get(job.triggerSavepoint(savepoints(), SavepointFormatType.CANONICAL));
            if (pendingRows(savepoint) > 0) {
                get(job.cancel());
                return savepoint;
            }
        }
    }

    private static long pendingRows(String savepoint) throws Exception {
        return PendingCommits.of(savepoint).stream()
                .mapToLong(PendingCommits.Pending::updates)
                .sum();
    }

    private void awaitRunning(JobClient job) throws Exception {
        CommonTestUtils.waitForAllTaskRunning(cluster, job.getJobID(), false);
    }

    /** A job that has made a commit, perhaps without rows. */
    private JobClient startAndCommit(String columns, String query) throws Exception {
        JobClient job = start(tables(columns, null), query);
        awaitRunning(job);
        get(cluster.triggerCheckpoint(job.getJobID()));
        CommonTestUtils.waitUntilCondition(
                () -> Antichain.minimum().lessThan(inspect().upper()), 5L);
        return job;
    }

    private List<Row> rows(String columns) {
        TableEnvironment batch =
                TableEnvironment.create(EnvironmentSettings.newInstance().inBatchMode().build());
        declare(batch, columns);
        List<Row> rows =
                CollectionUtil.iteratorToList(batch.executeSql("SELECT * FROM t").collect());
        rows.sort(Comparator.comparing(row -> (Long) row.getField("n")));
        return rows;
    }

    private ShardReport inspect() throws Exception {
        try (PersistClient client =
                PersistClient.open(PersistLocation.parse(directory.resolve("shards").toString()))) {
            return client.inspect(T).orElseThrow();
        }
    }

    @Test
    void aTableGetsMoreColumnsWhileACommitIsPending() throws Exception {
        JobClient narrow = startAndCommit("(n BIGINT)", "SELECT ABS(n) FROM numbers");
        String savepoint = savepointWithPendingRows(narrow);
        long pending = pendingRows(savepoint);
        long before = inspect().updateCount();

        String columns = "(n BIGINT, text STRING)";
        JobClient wide =
                start(tables(columns, savepoint), "SELECT ABS(n), CAST(n AS STRING) FROM numbers");
        awaitRunning(wide);
        CommonTestUtils.waitUntilCondition(
                () -> {
                    get(cluster.triggerCheckpoint(wide.getJobID()));
                    return inspect().updateCount() > before + pending;
                },
                5L);
        get(wide.stopWithSavepoint(false, savepoints(), SavepointFormatType.CANONICAL));

        List<Row> rows = rows(columns);
        assertThat(rows).hasSizeGreaterThan((int) (before + pending));
        for (int row = 0; row < rows.size(); row++) {
            long n = row + 1L;
            String text = n > before + pending ? String.valueOf(n) : null;
            assertThat(rows.get(row)).isEqualTo(Row.of(n, text));
        }
        assertThat(inspect().schemas()).hasSize(2);
    }

    @Test
    void columnsThatDoNotFitAreRefusedAndLoseNothing() throws Exception {
        JobClient job = startAndCommit("(n BIGINT)", "SELECT ABS(n) FROM numbers");
        String savepoint = savepointWithPendingRows(job);
        long pending = pendingRows(savepoint);
        ShardReport before = inspect();

        assertThatThrownBy(
                        () ->
                                start(
                                        tables("(n STRING)", savepoint),
                                        "SELECT CAST(n AS STRING) FROM numbers"))
                .hasStackTraceContaining(
                        "column 1 is declared as 'n' text, but stored as 'n' int8");
        assertThatThrownBy(
                        () ->
                                start(
                                        tables("(n BIGINT, text STRING NOT NULL)", savepoint),
                                        "SELECT n, CAST(n AS STRING) FROM numbers"))
                .hasStackTraceContaining("column 2 is declared as 'text' text not null, but not")
                .hasStackTraceContaining("declare it without NOT NULL");
        assertThat(inspect().upper()).isEqualTo(before.upper());

        JobClient again = start(tables("(n BIGINT)", savepoint), "SELECT ABS(n) FROM numbers");
        awaitRunning(again);
        get(again.stopWithSavepoint(false, savepoints(), SavepointFormatType.CANONICAL));
        assertThat(rows("(n BIGINT)").size()).isGreaterThanOrEqualTo((int) pending);
        assertThat(rows("(n BIGINT)")).doesNotHaveDuplicates();
    }
}
