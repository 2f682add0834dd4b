package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.OnRewind;
import io.persist.client.PersistConfig;
import io.persist.client.SinkTime;
import io.persist.codec.ShardId;
import io.persist.shard.Profile;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.factories.FactoryUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class PersistDynamicTableFactoryTest {
    private static final ObjectIdentifier NAME = ObjectIdentifier.of("cat", "db", "t");

    @TempDir private Path directory;

    private static ResolvedCatalogTable table(Map<String, String> options, Column... columns) {
        Map<String, String> all = new HashMap<>(options);
        all.put("connector", "persist");
        ResolvedSchema schema = ResolvedSchema.of(columns);
        return new ResolvedCatalogTable(
                CatalogTable.newBuilder()
                        .schema(
                                org.apache.flink.table.api.Schema.newBuilder()
                                        .fromResolvedSchema(schema)
                                        .build())
                        .options(all)
                        .build(),
                schema);
    }

    private static PersistTableSink sink(Map<String, String> options, Column... columns) {
        return (PersistTableSink)
                FactoryUtil.createDynamicTableSink(
                        null,
                        NAME,
                        table(options, columns),
                        Map.of(),
                        new Configuration(),
                        PersistDynamicTableFactoryTest.class.getClassLoader(),
                        false);
    }

    private static PersistTableSource source(Map<String, String> options) {
        return (PersistTableSource)
                FactoryUtil.createDynamicTableSource(
                        null,
                        NAME,
                        table(options, A),
                        Map.of(),
                        new Configuration(),
                        PersistDynamicTableFactoryTest.class.getClassLoader(),
                        false);
    }

    private static final Column A = Column.physical("a", DataTypes.INT());

    @Test
    void optionsReachTheSink() {
        String shard = "s11111111-1111-1111-1111-111111111111";
        PersistTableSink sink =
                sink(
                        Map.of(
                                "path", "mem:x",
                                "blob", "file:///b",
                                "consensus", "file:///c",
                                "shard", shard,
                                "profile", "p128",
                                "sink.id", "nightly",
                                "sink.on-rewind", "compensate",
                                "sink.rewind-to", "17",
                                "sink.time", "event",
                                "sink.parallelism", "3"),
                        A);

        assertThat(sink.shard().location().blob()).isEqualTo("file:///b");
        assertThat(sink.shard().location().consensus()).isEqualTo("file:///c");
        assertThat(sink.shard().shard()).isEqualTo(ShardId.parse(shard));
        assertThat(sink.settings().profile()).isEqualTo(Profile.P128);
        assertThat(sink.settings().policy())
                .isEqualTo(new SinkPolicy("nightly", new OnRewind.Compensate(17), SinkTime.EVENT));
        assertThat(sink(Map.of("path", "mem:x", "sink.on-rewind", "append"), A).settings().policy())
                .isEqualTo(new SinkPolicy(null, OnRewind.APPEND, SinkTime.COMMIT));
        assertThat(sink.settings().parallelism()).isEqualTo(3);
    }

    @Test
    void effortReachesTheSink() {
        Map<String, String> options =
                Map.of(
                        "path", "mem:x",
                        "sink.part-target", "1 mb",
                        "sink.max-outstanding-parts", "5",
                        "sink.commit-timeout", "7 s",
                        "sink.commit-memory", "3 d",
                        "sink.maintenance", "none",
                        "history.retention", "7 d");

        assertThat(sink(options, A).settings().effort())
                .isEqualTo(
                        new SinkEffort(
                                MemorySize.ofMebiBytes(1),
                                5,
                                Duration.ofSeconds(7),
                                Duration.ofDays(3),
                                PersistConfig.Maintenance.NONE,
                                Duration.ofDays(7)));
        assertThat(sink(Map.of("path", "mem:x"), A).settings().effort())
                .isEqualTo(new SinkEffort(null, null, null, null, null, null));
        assertRefused(Map.of("path", "mem:x", "sink.part-target", "3 gb"), "'sink.part-target'");
        assertRefused(
                Map.of("path", "mem:x", "sink.max-outstanding-parts", "-1"),
                "'sink.max-outstanding-parts' is -1");
        assertRefused(
                Map.of("path", "mem:x", "sink.commit-timeout", "0 s"), "'sink.commit-timeout'");
        assertRefused(Map.of("path", "mem:x", "sink.commit-memory", "0 s"), "'sink.commit-memory'");
        assertRefused(Map.of("path", "mem:x", "sink.maintenance", "some"), "sink.maintenance");
        assertRefused(
                Map.of("path", "mem:x", "history.retention", "0 s"), "'history.retention' is PT0S");
    }

    @Test
    void theDocumentedOptionsAreThoseThatThereAre() throws IOException {
        Set<String> documented = new TreeSet<>();
        Matcher row =
                Pattern.compile("(?m)^\\| (`[^|]+`) \\|")
                        .matcher(section(Files.readString(Path.of("../docs/sql.md"))));
        while (row.find()) {
            Collections.addAll(documented, row.group(1).replace("`", "").split(", "));
        }
        PersistDynamicTableFactory factory = new PersistDynamicTableFactory();

        assertThat(documented)
                .isEqualTo(
                        Stream.of(factory.requiredOptions(), factory.optionalOptions())
                                .flatMap(Set::stream)
                                .map(ConfigOption::key)
                                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static String section(String page) {
        int start = page.indexOf("## Options");
        return page.substring(start, page.indexOf("\n## ", start));
    }

    @Test
    void optionsReachTheSource() {
        assertThat(source(Map.of("path", "mem:x", "scan.as-of", "17")).asOf()).isEqualTo(17);
        assertThat(source(Map.of("path", "mem:x")).asOf()).isNull();
    }

    @Test
    void theShardFollowsFromTheFullNameForEver() {
        assertThat(sink(Map.of("path", "mem:x"), A).shard().shard())
                .isEqualTo(ShardId.named("`cat`.`db`.`t`"))
                .hasToString("se7654bd0-bdfc-3dda-8c89-853eae7a4246");
    }

    @Test
    void theSinkAsksForEveryKindOfRowWhateverIsOffered() {
        PersistTableSink sink = sink(Map.of("path", "mem:x"), A);

        assertThat(sink.getChangelogMode(ChangelogMode.upsert())).isEqualTo(ChangelogMode.all());
        assertThat(sink.getChangelogMode(ChangelogMode.insertOnly()))
                .isEqualTo(ChangelogMode.all());
    }

    @Test
    void wrongOptionsAreRefusedByName() {
        assertRefused(Map.of(), "path");
        assertRefused(Map.of("path", "mem:x", "pth", "y"), "pth");
        assertRefused(Map.of("path", "mem:x", "shard", "me"), "'shard' is 'me'");
        assertRefused(Map.of("path", "mem:x", "profile", "P1"), "profile");
        assertRefused(Map.of("path", "mem:x", "sink.id", " "), "sink.id");
        assertRefused(Map.of("path", "mem:x", "sink.on-rewind", "maybe"), "sink.on-rewind");
        assertRefused(Map.of("path", "mem:x", "sink.on-rewind", "compensate"), "sink.rewind-to");
        assertRefused(Map.of("path", "mem:x", "sink.rewind-to", "5"), "sink.on-rewind");
        assertRefused(Map.of("path", "mem:x", "sink.time", "arrival"), "sink.time");
        assertRefused(Map.of("path", " "), "empty path");
        assertThatThrownBy(() -> source(Map.of("path", "mem:x", "scan.as-of", "-1")))
                .hasStackTraceContaining("'scan.as-of' is -1");
    }

    private static void assertRefused(Map<String, String> options, String what) {
        assertThatThrownBy(() -> sink(options, A))
                .isInstanceOf(ValidationException.class)
                .hasStackTraceContaining(what);
    }

    private TableEnvironment sql(String with) {
        TableEnvironment tables =
                TableEnvironment.create(
                        EnvironmentSettings.newInstance().inStreamingMode().build());
        tables.executeSql(
                "CREATE TABLE t (a INT, b AS a + 1) WITH ('connector' = 'persist', " + with);
        tables.executeSql("CREATE TEMPORARY VIEW v AS SELECT x FROM (VALUES (1), (2)) AS w (x)");
        return tables;
    }

    @Test
    void aChangelogWithoutKeyIsPlannedWithoutUpsertsOrMaterializer() {
        TableEnvironment tables = sql("'path' = 'mem:planned')");

        String plan =
                tables.explainSql(
                        "INSERT INTO t SELECT CAST(COUNT(*) AS INT) FROM v GROUP BY x",
                        org.apache.flink.table.api.ExplainDetail.CHANGELOG_MODE);

        assertThat(plan).contains("changelogMode=[I,UB,UA").doesNotContain("Materialize");
    }

    @Test
    void planningRefusesALocationThatCannotBeWritten() throws IOException {
        Path file = Files.createFile(directory.resolve("a file"));
        TableEnvironment tables = sql("'path' = '" + file + "')");

        assertThatThrownBy(() -> tables.explainSql("INSERT INTO t SELECT x FROM v"))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("cannot be opened")
                .hasMessageContaining(file.toString());
    }

    @Test
    void planningRefusesALocationThatNamesNoStore() {
        for (String path : List.of("gopher://x/y", "file:// no uri")) {
            TableEnvironment tables = sql("'path' = '" + path + "')");

            assertThatThrownBy(() -> tables.explainSql("INSERT INTO t SELECT x FROM v"))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining(path);
        }
    }

    @Test
    void planningRefusesATypeWithColumnTypeAndCure() {
        TableEnvironment tables = sql("'path' = 'mem:x')");
        tables.executeSql(
                "CREATE TABLE r (a ARRAY<INT>) WITH ('connector' = 'persist', 'path' = 'mem:x')");

        for (String statement : List.of("SELECT * FROM r", "INSERT INTO r SELECT ARRAY[1]")) {
            assertThatThrownBy(() -> tables.explainSql(statement))
                    .isInstanceOf(ValidationException.class)
                    .hasStackTraceContaining("'a' of type ARRAY<INT>");
        }
    }

    private String planned(String columns, String options, String statement) {
        TableEnvironment tables = sql("'path' = 'mem:x')");
        tables.executeSql(
                "CREATE TABLE m "
                        + columns
                        + " WITH ('connector' = 'persist', 'path' = 'mem:x'"
                        + options
                        + ")");
        return tables.explainSql(statement);
    }

    @Test
    void aColumnOfTimesIsWrittenOnlyIfTheyAreHeeded() {
        String timed = "(a INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'persist_timestamp')";
        String insert = "INSERT INTO m SELECT x, CURRENT_TIMESTAMP FROM v";

        assertThatThrownBy(() -> planned(timed, "", insert))
                .isInstanceOf(ValidationException.class)
                .hasStackTraceContaining("'persist_timestamp'")
                .hasStackTraceContaining("'sink.time' = 'event'")
                .hasStackTraceContaining("VIRTUAL");
        assertThat(planned(timed, ", 'sink.time' = 'event'", insert))
                .contains("fields=[a, persist_timestamp]");
        // Read only.
        String virtual = timed.replace("timestamp')", "timestamp' VIRTUAL)");
        assertThat(planned(virtual, "", "INSERT INTO m SELECT x FROM v")).contains("Sink");
    }

    @Test
    void metadataThatThereIsNotIsRefusedByName() {
        assertThatThrownBy(
                        () ->
                                planned(
                                        "(a INT, d BIGINT METADATA FROM 'persist_diff')",
                                        "",
                                        "INSERT INTO m SELECT x, 1 FROM v"))
                .hasStackTraceContaining("Invalid metadata key 'persist_diff'")
                .hasStackTraceContaining("persist_timestamp");
        assertThatThrownBy(
                        () ->
                                planned(
                                        "(a INT, d BIGINT METADATA FROM 'persist_part')",
                                        "",
                                        "SELECT * FROM m"))
                .hasStackTraceContaining("Invalid metadata key 'persist_part'");
    }

    @Test
    void partitionsAreRefused() {
        TableEnvironment tables = sql("'path' = 'mem:x')");
        tables.executeSql(
                "CREATE TABLE p (a INT) PARTITIONED BY (a) WITH ('connector' = 'persist', 'path' ="
                        + " 'mem:x')");

        assertThatThrownBy(() -> tables.explainSql("SELECT * FROM p"))
                .hasStackTraceContaining("PARTITIONED BY [a]");
    }
}
