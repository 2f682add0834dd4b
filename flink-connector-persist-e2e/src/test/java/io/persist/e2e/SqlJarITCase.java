package io.persist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The SQL jar works as users get it: beside Flink, with everything it bundles under other names.
 */
class SqlJarITCase {
    @TempDir Path folder;

    @Test
    void aTableIsWrittenAndReadWithTheShadedJarAlone() throws Exception {
        assertThat(System.getProperty("java.class.path"))
                .as("only the shaded jar may be here")
                .doesNotContain("arrow-", "parquet-", "protobuf-java");

        TableEnvironment streaming = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        String table =
                "CREATE TABLE t (word STRING, n BIGINT NOT NULL, total DECIMAL(10, 3), seen"
                        + " TIMESTAMP(3)) WITH ('connector' = 'persist', 'path' = '"
                        + folder.toUri()
                        + "')";
        streaming.executeSql(table);
        streaming
                .executeSql(
                        "INSERT INTO t SELECT w, COUNT(*), SUM(x), MAX(ts) FROM (VALUES"
                                + " ('a', 1.5, TIMESTAMP '2026-01-02 03:04:05.678'),"
                                + " ('b', 2.25, TIMESTAMP '2026-01-02 03:04:05.679'),"
                                + " ('a', 3.0, TIMESTAMP '2026-01-02 03:04:05.680'))"
                                + " AS v(w, x, ts) GROUP BY w")
                .await();

        TableEnvironment batch = TableEnvironment.create(EnvironmentSettings.inBatchMode());
        batch.executeSql(table);
        List<String> rows = new ArrayList<>();
        CloseableIterator<Row> all = batch.executeSql("SELECT * FROM t").collect();
        all.forEachRemaining(row -> rows.add(row.toString()));
        all.close();
        assertThat(rows)
                .containsExactlyInAnyOrder(
                        "+I[a, 2, 4.500, 2026-01-02T03:04:05.680]",
                        "+I[b, 1, 2.250, 2026-01-02T03:04:05.679]");
    }
}
