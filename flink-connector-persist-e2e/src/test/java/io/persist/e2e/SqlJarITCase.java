package io.persist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.e2e.cluster.FlinkCluster;

import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The SQL jar works as users get it: beside Flink on a cluster of processes, with everything it
 * bundles under other names, for statements that bring no class of their own.
 */
class SqlJarITCase {
    private static final int NUMBERS = 3_000;

    @TempDir private Path folder;

    @Test
    void aTableIsWrittenAndReadWithTheShadedJarAlone() throws Exception {
        assertThat(System.getProperty("java.class.path"))
                .as("only the shaded jar may be here")
                .doesNotContain("arrow-", "parquet-", "protobuf-java");

        Files.createDirectories(folder.resolve("cluster"));
        try (FlinkCluster cluster =
                new FlinkCluster(
                        folder.resolve("cluster"),
                        new FlinkCluster.Size(1, 2),
                        FlinkCluster.Recovery.NONE)) {
            cluster.start();
            Configuration remote = new Configuration();
            remote.set(DeploymentOptions.TARGET, "remote");
            remote.set(RestOptions.ADDRESS, "127.0.0.1");
            remote.set(RestOptions.PORT, cluster.restPort());
            remote.set(CoreOptions.DEFAULT_PARALLELISM, 2);
            remote.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
            write(
                    TableEnvironment.create(
                            EnvironmentSettings.newInstance()
                                    .inStreamingMode()
                                    .withConfiguration(remote)
                                    .build()));
            remote.removeConfig(CheckpointingOptions.CHECKPOINTING_INTERVAL);
            assertThat(
                            read(
                                    TableEnvironment.create(
                                            EnvironmentSettings.newInstance()
                                                    .inBatchMode()
                                                    .withConfiguration(remote)
                                                    .build())))
                    .containsExactlyInAnyOrderElementsOf(totals());
        }
    }

    private String table() {
        return "CREATE TABLE totals (word STRING, n BIGINT NOT NULL, total DECIMAL(20, 2)) WITH"
                + " ('connector' = 'persist', 'path' = '"
                + folder.resolve("shards").toUri()
                + "')";
    }

    /** Takes some checkpoints, each of which brings updates of all groups. */
    private void write(TableEnvironment tables) throws Exception {
        tables.executeSql(
                "CREATE TABLE numbers (i BIGINT) WITH ('connector' = 'datagen', 'rows-per-second'"
                        + " = '1000', 'fields.i.kind' = 'sequence', 'fields.i.start' = '1',"
                        + " 'fields.i.end' = '"
                        + NUMBERS
                        + "')");
        tables.executeSql(table());
        tables.executeSql(
                        "INSERT INTO totals SELECT word, COUNT(*), SUM(part) FROM (SELECT"
                                + " CONCAT('word-', CAST(MOD(i, 7) AS STRING)) AS word, CAST(i AS"
                                + " DECIMAL(10, 2)) / 4 AS part FROM numbers) GROUP BY word")
                .await();
    }

    private List<String> read(TableEnvironment tables) throws Exception {
        tables.executeSql(table());
        List<String> rows = new ArrayList<>();
        CloseableIterator<Row> all = tables.executeSql("SELECT * FROM totals").collect();
        all.forEachRemaining(row -> rows.add(row.toString()));
        all.close();
        return rows;
    }

    private static List<String> totals() {
        long[] counts = new long[7];
        long[] sums = new long[7];
        for (int i = 1; i <= NUMBERS; i++) {
            counts[i % 7]++;
            sums[i % 7] += i;
        }
        List<String> rows = new ArrayList<>();
        for (int word = 0; word < 7; word++) {
            BigDecimal total =
                    BigDecimal.valueOf(sums[word]).divide(BigDecimal.valueOf(4)).setScale(2);
            rows.add("+I[word-" + word + ", " + counts[word] + ", " + total + "]");
        }
        return rows;
    }
}
