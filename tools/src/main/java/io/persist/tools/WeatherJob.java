package io.persist.tools;

import io.persist.codec.ShardId;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CollectionUtil;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The SQL of the quickstart. */
final class WeatherJob {
    private static final int PARALLELISM = 2;
    private static final long CHECKPOINT_MILLIS = 500;

    /** About eight checkpoints for the whole file. */
    private static final int DAYS_PER_CHECKPOINT = 200;

    /** Sums and averages of decimals are exact, so batch and streaming agree to the last digit. */
    private static final String SUMMARY =
            """
            SELECT CAST(EXTRACT(MONTH FROM `date`) AS INT) AS `month`,
                   weather,
                   COUNT(*) AS days,
                   SUM(precipitation) AS precipitation,
                   MIN(temp_min) AS coldest,
                   MAX(temp_max) AS warmest,
                   AVG(temp_max) AS avg_temp_max
            FROM days
            GROUP BY CAST(EXTRACT(MONTH FROM `date`) AS INT), weather
            """;

    /** Flink's CSV format has no notion of a header line. */
    private static final String DAYS_OF_CSV =
            """
            CREATE VIEW days AS
            SELECT CAST(`date` AS DATE) AS `date`,
                   CAST(precipitation AS DECIMAL(5, 1)) AS precipitation,
                   CAST(temp_max AS DECIMAL(4, 1)) AS temp_max,
                   CAST(temp_min AS DECIMAL(4, 1)) AS temp_min,
                   weather
            FROM csv
            WHERE `date` <> 'date'
            """;

    private static final String COLUMNS =
            """
            `month` INT,
              weather STRING,
              days BIGINT,
              precipitation DECIMAL(38, 1),
              coldest DECIMAL(4, 1),
              warmest DECIMAL(4, 1),
              avg_temp_max DECIMAL(38, 6)\
            """;

    static final List<String> OVERVIEW_HEADER =
            List.of(
                    "month", "days", "sun", "rain", "fog", "drizzle", "snow", "mm", "min °C",
                    "max °C");

    private static final String OVERVIEW =
            """
            SELECT `month`,
                   SUM(days),
                   SUM(CASE weather WHEN 'sun' THEN days ELSE 0 END),
                   SUM(CASE weather WHEN 'rain' THEN days ELSE 0 END),
                   SUM(CASE weather WHEN 'fog' THEN days ELSE 0 END),
                   SUM(CASE weather WHEN 'drizzle' THEN days ELSE 0 END),
                   SUM(CASE weather WHEN 'snow' THEN days ELSE 0 END),
                   SUM(precipitation),
                   MIN(coldest),
                   MAX(warmest)
            FROM weather_by_month /*+ OPTIONS('scan.as-of' = '%s') */
            GROUP BY `month`
            ORDER BY `month`
            """;

    private final Path csv;
    private final Path directory;

    WeatherJob(Path csv, Path directory) {
        this.csv = csv;
        this.directory = directory;
    }

    /** The table, as a user would declare it: its shard follows from its name. */
    String createTable() {
        return createTable("");
    }

    /** The same for another catalog or name. */
    String createTableOf(ShardId shard) {
        return createTable(",\n  'shard' = '" + shard + "'");
    }

    private String createTable(String moreOptions) {
        return "CREATE TABLE weather_by_month (\n  "
                + COLUMNS
                + "\n) WITH (\n  'connector' = 'persist',\n  'path' = '"
                + quoted(directory.toString())
                + "'"
                + moreOptions
                + "\n)";
    }

    private static String quoted(String text) {
        return text.replace("'", "''");
    }

    /** Starts the streaming job. */
    JobClient start(int days) {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, PARALLELISM);
        configuration.set(
                CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(CHECKPOINT_MILLIS));
        // A failure should be seen here, not be repaired.
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        DataStream<Row> stream =
                environment.fromSource(
                        new DataGeneratorSource<>(
                                new WeatherRows(csv),
                                days,
                                RateLimiterStrategy.perCheckpoint(DAYS_PER_CHECKPOINT),
                                WeatherRows.TYPE),
                        WatermarkStrategy.noWatermarks(),
                        "seattle-weather.csv");
        tables.createTemporaryView("days", stream, WeatherRows.SCHEMA);
        tables.executeSql(createTable());
        return tables.executeSql("INSERT INTO weather_by_month " + SUMMARY)
                .getJobClient()
                .orElseThrow(() -> new IllegalStateException("the job has no client"));
    }

    /** An environment for bounded queries, with the table and the file. */
    TableEnvironment batch() {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, PARALLELISM);
        TableEnvironment tables =
                TableEnvironment.create(
                        EnvironmentSettings.newInstance()
                                .inBatchMode()
                                .withConfiguration(configuration)
                                .build());
        tables.executeSql(createTable());
        tables.executeSql(
                "CREATE TABLE csv (`date` STRING, precipitation STRING, temp_max STRING, temp_min"
                        + " STRING, wind STRING, weather STRING) WITH ('connector' = 'filesystem',"
                        + " 'format' = 'csv', 'path' = '"
                        + quoted(csv.toUri().toString())
                        + "')");
        tables.executeSql(DAYS_OF_CSV);
        return tables;
    }

    /** The summary as Flink computes it from the file, in order. */
    static List<Row> expected(TableEnvironment tables) {
        return sorted(rows(tables, SUMMARY));
    }

    /** The summary as the table has it, in order. */
    static List<Row> stored(TableEnvironment tables) {
        return sorted(rows(tables, "SELECT * FROM weather_by_month"));
    }

    /** The table as of a commit, one line a month. */
    static List<Row> overview(TableEnvironment tables, long asOf) {
        return rows(tables, OVERVIEW.formatted(Long.toString(asOf)));
    }

    private static List<Row> rows(TableEnvironment tables, String query) {
        return CollectionUtil.iteratorToList(tables.executeSql(query).collect());
    }

    private static List<Row> sorted(List<Row> rows) {
        List<Row> sorted = new ArrayList<>(rows);
        Collections.sort(sorted, (a, b) -> a.toString().compareTo(b.toString()));
        return sorted;
    }
}
