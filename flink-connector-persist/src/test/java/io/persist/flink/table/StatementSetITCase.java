package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.codec.ShardId;

import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CollectionUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Several INSERTs that run as one job, each in a region of its own. */
@Timeout(120)
class StatementSetITCase {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(4)
                            .build());

    private static final List<String> TABLES = List.of("failing", "steady");

    /** Far more than come before the failure, and fewer than come in the time of a test. */
    private static final int ROWS = 60_000;

    private static final int FAILS_AT = 100;

    @TempDir private Path directory;

    /** The same number, which fails the first time that it is {@link #FAILS_AT}. */
    public static final class FailOnce extends ScalarFunction {
        private static final long serialVersionUID = 1L;

        private final String marker;

        FailOnce(Path marker) {
            this.marker = marker.toString();
        }

        public Long eval(Long n) throws IOException {
            if (n == FAILS_AT) {
                try {
                    Files.createFile(Path.of(marker));
                } catch (FileAlreadyExistsException e) {
                    return n;
                }
                throw new IOException("injected failure at " + n);
            }
            return n;
        }
    }

    private TableEnvironment tables(EnvironmentSettings.Builder settings) {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, 1);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        TableEnvironment tables =
                TableEnvironment.create(settings.withConfiguration(configuration).build());
        for (String table : TABLES) {
            tables.executeSql(
                    "CREATE TABLE %s (n BIGINT) WITH ('connector' = 'persist', 'path' = '%s')"
                            .formatted(table, directory.resolve("shards")));
        }
        return tables;
    }

    private JobClient start() {
        TableEnvironment tables = tables(EnvironmentSettings.newInstance().inStreamingMode());
        tables.createTemporarySystemFunction(
                "fail_once", new FailOnce(directory.resolve("has failed")));
        for (String table : TABLES) {
            tables.executeSql(
                    ("CREATE TABLE %s_numbers (n BIGINT) WITH ('connector' = 'datagen',"
                                    + " 'rows-per-second' = '400', 'fields.n.kind' = 'sequence',"
                                    + " 'fields.n.start' = '1', 'fields.n.end' = '%d')")
                            .formatted(table, ROWS));
        }
        StatementSet inserts = tables.createStatementSet();
        inserts.addInsertSql("INSERT INTO failing SELECT fail_once(n) FROM failing_numbers");
        inserts.addInsertSql("INSERT INTO steady SELECT ABS(n) FROM steady_numbers");
        return inserts.execute().getJobClient().orElseThrow();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(1, TimeUnit.MINUTES);
    }

    private long committed(String table) throws Exception {
        ShardId shard = ShardId.named("`default_catalog`.`default_database`.`%s`".formatted(table));
        try (PersistClient client =
                PersistClient.open(PersistLocation.parse(directory.resolve("shards").toString()))) {
            return client.inspect(shard).orElseThrow().updateCount();
        }
    }

    /** Names of tasks that were begun more than once. */
    private static Set<String> restarted(MiniCluster cluster, JobClient job) throws Exception {
        Set<String> restarted = new TreeSet<>();
        for (AccessExecutionJobVertex vertex :
                get(cluster.getExecutionGraph(job.getJobID())).getVerticesTopologically()) {
            for (AccessExecutionVertex task : vertex.getTaskVertices()) {
                if (task.getCurrentExecutionAttempt().getAttemptNumber() > 0) {
                    restarted.add(vertex.getName());
                }
            }
        }
        return restarted;
    }

    @Test
    void aRegionThatFailsIsRestartedAlone(@InjectMiniCluster MiniCluster cluster) throws Exception {
        JobClient job = start();
        CommonTestUtils.waitForAllTaskRunning(cluster, job.getJobID(), false);
        CommonTestUtils.waitUntilCondition(
                () -> committed("failing") > FAILS_AT && committed("steady") > FAILS_AT, 20L);
        Set<String> restarted = restarted(cluster, job);
        get(
                job.stopWithSavepoint(
                        false,
                        directory.resolve("savepoints").toUri().toString(),
                        SavepointFormatType.CANONICAL));

        assertThat(restarted)
                .anyMatch(task -> task.contains("failing"))
                .noneMatch(task -> task.contains("steady"));
        TableEnvironment batch = tables(EnvironmentSettings.newInstance().inBatchMode());
        for (String table : TABLES) {
            List<Long> numbers =
                    CollectionUtil.iteratorToList(
                                    batch.executeSql("SELECT n FROM " + table).collect())
                            .stream()
                            .map(row -> (Long) row.getField("n"))
                            .sorted()
                            .toList();
            assertThat(numbers)
                    .as(table)
                    .hasSizeGreaterThan(FAILS_AT)
                    .isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
        }
    }
}
