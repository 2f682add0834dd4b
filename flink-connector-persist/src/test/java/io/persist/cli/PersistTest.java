package io.persist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.Update;
import io.persist.client.WriteHandle;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.testing.GoldenShards;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The command line, called as a shell would call it, on shards of the original client and of ours.
 */
class PersistTest {
    private static final String SHARD = "s00000000-1111-4222-8333-444444444444";

    @TempDir private Path folder;

    private record Call(int exitCode, String out, String err) {
        List<JsonNode> json() throws IOException {
            List<JsonNode> nodes = new ArrayList<>();
            for (String line : out.lines().toList()) {
                nodes.add(Output.JSON.readTree(line));
            }
            return nodes;
        }
    }

    private static Call call(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
        int exitCode = Persist.run(texts, new PrintWriter(out), new PrintWriter(err));
        return new Call(exitCode, out.toString(), err.toString());
    }

    private Path location() {
        return folder.resolve("location");
    }

    private void write(List<Update<String, String>> updates, long lower, long upper)
            throws Exception {
        try (PersistClient client =
                        PersistClient.open(PersistLocation.parse(location().toString()));
                WriteHandle<String, String> writer =
                        client.openWriter(
                                ShardId.parse(SHARD), Codecs.STRING, Codecs.STRING, "test")) {
            writer.compareAndAppend(updates, Antichain.of(lower), Antichain.of(upper)).orThrow();
        }
    }

    @Test
    void readPrintsTheNewestReadableTimeByDefaultAndAnyOtherOnRequest() throws Exception {
        write(List.of(new Update<>("a", "1", 0, 1), new Update<>("b", "é", 1, 2)), 0, 2);
        write(List.of(new Update<>("a", "1", 2, -1)), 2, 5);

        assertThat(call("read", location(), SHARD, "--json").out())
                .isEqualTo("{\"key\":\"b\",\"value\":\"é\",\"time\":4,\"diff\":2}\n");
        assertThat(call("read", location(), SHARD, "--json", "--as-of", 0).out())
                .isEqualTo("{\"key\":\"a\",\"value\":\"1\",\"time\":0,\"diff\":1}\n");
        assertThat(call("read", location(), SHARD, "--json", "--raw").out())
                .isEqualTo("{\"key\":\"62\",\"value\":\"c3a9\",\"time\":4,\"diff\":2}\n");
        assertThat(call("read", location(), SHARD).out()).isEqualTo("+2  \"b\"  \"é\"\n");
    }

    @Test
    void readLeavesNoTrace() throws Exception {
        write(List.of(new Update<>("a", "1", 0, 1)), 0, 2);
        Map<String, Bytes> before = files();
        assertThat(call("read", location(), SHARD).exitCode()).isZero();
        assertThat(call("inspect", location(), SHARD).exitCode()).isZero();
        assertThat(call("shards", location()).exitCode()).isZero();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void readRefusesTimesThatAreNotThere() throws Exception {
        write(List.of(new Update<>("a", "1", 0, 1)), 0, 2);
        Call late = call("read", location(), SHARD, "--as-of", 2);
        assertThat(late.exitCode()).isEqualTo(1);
        assertThat(late.err()).contains("as of [2]", "its upper is [2]");
        assertThat(late.out()).isEmpty();
        assertThat(call("read", location(), SHARD, "--as-of", -1).err()).contains("-1 is no time");
        assertThat(call("read", location(), SHARD, "--as-of", "noon").exitCode()).isEqualTo(2);
    }

    @Test
    void inspectTellsFrontiersBatchesAndHandles() throws Exception {
        write(List.of(new Update<>("a", "x".repeat(10_000), 0, 1)), 0, 2);
        JsonNode report = call("inspect", location(), SHARD, "--json").json().get(0);
        assertThat(report.get("upper").toString()).isEqualTo("[2]");
        assertThat(report.get("since").toString()).isEqualTo("[0]");
        assertThat(report.get("label").asText()).isEqualTo("26.0.0");
        JsonNode part = report.at("/batches/0/runs/0/parts/0");
        assertThat(part.get("kind").asText()).isEqualTo("blob");
        assertThat(part.get("encoded_bytes").asLong()).isGreaterThan(10_000);
        assertThat(part.at("/stats/len").asLong()).isEqualTo(1);
        assertThat(report.get("rollups")).hasSize(1);

        String text = call("inspect", location(), SHARD).out();
        assertThat(text)
                .contains(SHARD, "upper", "[2]", part.get("key").asText(), "rollups", "writers");
    }

    @Test
    void shardsListsWhatIsThere() throws Exception {
        write(List.of(new Update<>("a", "1", 0, 1)), 0, 2);
        JsonNode line = call("shards", location(), "--json").json().get(0);
        assertThat(line.get("shard").asText()).isEqualTo(SHARD);
        assertThat(line.get("updates").asLong()).isEqualTo(1);
        assertThat(call("shards", location()).out()).contains(SHARD, "String");
    }

    @Test
    void aShardOfOursSurvivesExportAndImportUnchanged() throws Exception {
        write(
                List.of(new Update<>("a", "x".repeat(10_000), 0, 1), new Update<>("b", "", 1, 2)),
                0,
                2);
        write(List.of(new Update<>("a", "x".repeat(10_000), 2, -1)), 2, 5);
        Path dump = folder.resolve("dump");
        assertThat(call("export", location(), SHARD, dump).exitCode()).isZero();
        Path other = folder.resolve("other");
        assertThat(call("import", dump, other).exitCode()).isZero();
        Path again = folder.resolve("again");
        assertThat(
                        call("export", other, SHARD, again, "--json")
                                .json()
                                .get(0)
                                .get("shard")
                                .asText())
                .isEqualTo(SHARD);
        assertThat(files(again)).isEqualTo(files(dump)).isNotEmpty();
        for (String asOf : List.of("1", "4")) {
            assertThat(call("read", other, SHARD, "--json", "--as-of", asOf).out())
                    .isEqualTo(call("read", location(), SHARD, "--json", "--as-of", asOf).out());
        }
        Call twice = call("import", dump, other);
        assertThat(twice.exitCode()).isEqualTo(1);
        assertThat(twice.err()).contains(SHARD);
    }

    @Test
    void aGoldenShardReadsAsItsWriterReadsIt() throws Exception {
        for (String generation : List.of("p26", "p128")) {
            GoldenShards.Shard golden = GoldenShards.named(generation, "kv-parts");
            Path target = folder.resolve(generation);
            assertThat(call("import", GoldenDumps.of(golden, folder), target).err()).isEmpty();
            for (var snapshot : golden.expected().get("read").get("snapshots")) {
                if (!snapshot.has("updates")) {
                    continue;
                }
                List<String> expected = new ArrayList<>();
                snapshot.get("updates").forEach(u -> expected.add(u.toString()));
                List<String> found = new ArrayList<>();
                Call read =
                        call(
                                "read",
                                target,
                                golden.shard(),
                                "--json",
                                "--as-of",
                                snapshot.get("as_of").asText());
                for (JsonNode row : read.json()) {
                    found.add(
                            "["
                                    + row.get("key")
                                    + ","
                                    + row.get("value")
                                    + ","
                                    + row.get("time")
                                    + ","
                                    + row.get("diff")
                                    + "]");
                }
                assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        Call nowhere = call("shards", folder.resolve("nowhere"));
        assertThat(nowhere.exitCode()).isEqualTo(1);
        assertThat(nowhere.err()).contains("nowhere");
        assertThat(folder.resolve("nowhere")).doesNotExist();

        write(List.of(), 0, 1);
        String other = SHARD.replace('4', '5');
        Call missing = call("inspect", location(), other);
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains("no shard " + other);
        Call malformed = call("read", location(), "s123");
        assertThat(malformed.exitCode()).isEqualTo(2);
        assertThat(malformed.err()).contains("s123");
        assertThat(call("read", location()).exitCode()).isEqualTo(2);
        assertThat(call().exitCode()).isEqualTo(2);
        assertThat(call("shards", location(), "--jsn").exitCode()).isEqualTo(2);
    }

    @Test
    void aDumpIsNotTakenForALocation() throws Exception {
        write(List.of(), 0, 1);
        Path dump = folder.resolve("dump");
        assertThat(call("export", location(), SHARD, dump).exitCode()).isZero();
        Call read = call("read", dump, SHARD);
        assertThat(read.exitCode()).isEqualTo(1);
        assertThat(read.err()).contains("is a dump", "persist import");
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(call("--help").out()).contains("shards", "inspect", "read", "export", "import");
    }

    private Map<String, Bytes> files() throws IOException {
        return files(location());
    }

    private static Map<String, Bytes> files(Path root) throws IOException {
        Map<String, Bytes> contents = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                contents.put(
                        root.relativize(file).toString(),
                        Bytes.takeArray(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    @Test
    void rowsOfAllTypesAreReadAndInspected() throws Exception {
        Assumptions.assumeTrue(GoldenShards.isComplete());
        for (String generation : List.of("p26", "p128")) {
            GoldenShards.Shard golden = GoldenShards.named(generation, "source-all-types");
            Path target = folder.resolve(generation);
            assertThat(call("import", GoldenDumps.of(golden, folder), target).err()).isEmpty();
            for (String option : List.of("--json", "--raw")) {
                Call read = call("read", target, golden.shard(), option);
                assertThat(read.exitCode()).as(read.err()).isZero();
                assertThat(read.out()).isNotEmpty();
            }
            for (JsonNode update : call("read", target, golden.shard(), "--json").json()) {
                JsonNode key = update.get("key");
                assertThat(key.has("err") || key.size() == 44).isTrue();
            }
            Call inspect = call("inspect", target, golden.shard());
            assertThat(inspect.exitCode()).as(inspect.err()).isZero();
            assertThat(inspect.out())
                    .contains(
                            "protobuf[SourceData]",
                            "\"c11 time\"  nulls 7  00:00:00 .. 23:59:59.999999",
                            "\"c12 timestamp\"  nulls 7  ",
                            "\"err\"  nulls 38  0x0a .. 0x23");
        }
    }
}
