package io.persist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.persist.codec.Bytes;
import io.persist.testing.GoldenShards;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;

/** The command line shows of every golden shard what its writer sees in it. */
class GoldenShardsShownTest {
    @TempDir private Path folder;

    static List<GoldenShards.Shard> all() {
        return GoldenShards.all();
    }

    private static String call(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
        int exitCode = Persist.run(texts, new PrintWriter(out), new PrintWriter(err));
        assertThat(exitCode).as(err.toString()).isZero();
        return out.toString();
    }

    /** The tree in the Jackson of the command line. */
    private static JsonNode expected(GoldenShards.Shard golden) throws IOException {
        return Output.JSON.readTree(golden.path().resolve("expected.json").toFile());
    }

    @ParameterizedTest
    @MethodSource("all")
    void isReadAndInspectedAsItsWriterSeesIt(GoldenShards.Shard golden) throws Exception {
        Path location = folder.resolve("location");
        call("import", GoldenDumps.of(golden, folder), location);
        JsonNode expected = expected(golden);
        assertRead(location, golden, expected);
        assertInspected(location, golden, expected);
    }

    private static void assertRead(Path location, GoldenShards.Shard golden, JsonNode expected) {
        boolean isText = expected.get("codec").asText().equals("string");
        List<JsonNode> snapshots = new ArrayList<>();
        expected.at("/read/snapshots").forEach(snapshots::add);
        snapshots.removeIf(snapshot -> !snapshot.has("updates"));
        // The first and the last one; those between are read by tests of the client.
        for (int i = 0; i < snapshots.size(); i += Math.max(1, snapshots.size() - 1)) {
            JsonNode snapshot = snapshots.get(i);
            String asOf = snapshot.get("as_of").asText();
            List<String> wanted = new ArrayList<>();
            snapshot.get("updates")
                    .forEach(
                            u ->
                                    wanted.add(
                                            raw(u.get(0), isText)
                                                    + " "
                                                    + raw(u.get(1), isText)
                                                    + " "
                                                    + u.get(2)
                                                    + " "
                                                    + u.get(3)));
            List<String> found = new ArrayList<>();
            call("read", location, golden.shard(), "--json", "--raw", "--as-of", asOf)
                    .lines()
                    .map(GoldenShardsShownTest::tree)
                    .forEach(
                            u ->
                                    found.add(
                                            u.get("key").asText()
                                                    + " "
                                                    + u.get("value").asText()
                                                    + " "
                                                    + u.get("time")
                                                    + " "
                                                    + u.get("diff")));
            assertThat(found).as(asOf).containsExactlyInAnyOrderElementsOf(wanted);
        }
    }

    private static JsonNode tree(String line) {
        try {
            return Output.JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    /** Row bytes in hex, which is what rows and bytes are given as. */
    private static String raw(JsonNode value, boolean isText) {
        if (value.isNull()) {
            return "";
        }
        if (value.isObject()) {
            return value.get("proto").asText();
        }
        return isText ? Bytes.utf8(value.asText()).hex() : value.asText();
    }

    private static void assertInspected(
            Path location, GoldenShards.Shard golden, JsonNode expected) {
        JsonNode report = tree(call("inspect", location, golden.shard(), "--json"));
        assertThat(report.findValues("problem")).isEmpty();
        assertThat(report.findValues("unreadable")).isEmpty();
        assertThat(report.get("since")).isEqualTo(expected.at("/read/since"));
        assertThat(report.get("upper")).isEqualTo(expected.at("/read/upper"));
        assertThat(report.get("schemas")).hasSameSizeAs(expected.at("/read/schemas"));

        String text = call("inspect", location, golden.shard());
        assertThat(text).doesNotContain("problem", "unreadable");
        JsonNode batches = expected.at("/inspect/batches");
        assertThat(report.get("batches")).hasSameSizeAs(batches);
        for (int b = 0; b < batches.size(); b++) {
            JsonNode batch = report.get("batches").get(b);
            for (String bound : List.of("lower", "upper", "since", "len")) {
                assertThat(batch.get(bound)).isEqualTo(batches.get(b).get(bound));
            }
            JsonNode runs = batches.get(b).get("runs");
            assertThat(batch.get("runs")).hasSameSizeAs(runs);
            for (int r = 0; r < runs.size(); r++) {
                assertRun(batch.get("runs").get(r), runs.get(r), text);
            }
        }
    }

    private static void assertRun(JsonNode run, JsonNode expected, String text) {
        assertThat(run.get("order").asText())
                .isEqualTo(expected.get("order").asText().toLowerCase(Locale.ROOT));
        JsonNode meta = expected.get("meta");
        assertThat(schema(run.get("schema"))).isEqualTo(meta.get("schema").asText());
        assertThat(schema(run.path("deprecated_schema")))
                .isEqualTo(meta.path("deprecated_schema").asText("null"));
        String id = runId(meta.path("id"));
        assertThat(run.path("id").asText("")).isEqualTo(id);
        assertThat(run.path("len").asText("null")).isEqualTo(meta.path("len").asText("null"));
        assertThat(text).contains(id);
        JsonNode parts = expected.get("parts");
        assertThat(run.get("parts")).hasSameSizeAs(parts);
        for (int p = 0; p < parts.size(); p++) {
            JsonNode part = run.get("parts").get(p);
            switch (parts.get(p).get("kind").asText()) {
                case "hollow" -> assertHollow(part, parts.get(p), text);
                case "inline" -> assertInline(part, parts.get(p));
                default -> assertListed(part, parts.get(p), text);
            }
        }
    }

    private static String schema(JsonNode id) {
        return id.isNumber() ? "h" + id : "null";
    }

    private static String runId(JsonNode bytes) {
        if (!bytes.isArray()) {
            return "";
        }
        BigInteger bits = BigInteger.ZERO;
        for (JsonNode b : bytes) {
            bits = bits.shiftLeft(8).or(BigInteger.valueOf(b.asInt()));
        }
        return "ri" + new UUID(bits.shiftRight(64).longValue(), bits.longValue());
    }

    private static void assertHollow(JsonNode part, JsonNode expected, String text) {
        assertThat(part.get("kind").asText()).isEqualTo("blob");
        assertThat(part.get("key")).isEqualTo(expected.get("key"));
        assertThat(text).contains(expected.get("key").asText());
        assertThat(part.get("encoded_bytes")).isEqualTo(expected.get("bytes"));
        assertThat(part.get("diffs_sum")).isEqualTo(expected.get("diffs_sum"));
        assertThat(part.path("key_lower").asText("")).isEqualTo(expected.get("key_lower").asText());
        assertThat(part.has("structured_key_lower"))
                .isEqualTo(!expected.get("structured_key_lower").isNull());
        assertThat(part.has("stats")).isEqualTo(!expected.get("stats").isNull());
        assertThat(expected.get("format").asText().toLowerCase(Locale.ROOT))
                .contains(part.get("format").asText());
        assertCommon(part, expected);
    }

    private static void assertCommon(JsonNode part, JsonNode expected) {
        assertThat(part.path("schema").asText("null"))
                .isEqualTo(expected.get("schema_id").asText());
        assertThat(part.path("deprecated_schema").asText("null"))
                .isEqualTo(expected.get("deprecated_schema_id").asText());
        assertThat(part.path("ts_rewrite").isMissingNode())
                .isEqualTo(expected.get("ts_rewrite").isNull());
        if (part.has("ts_rewrite")) {
            assertThat(part.get("ts_rewrite")).isEqualTo(expected.get("ts_rewrite"));
        }
    }

    private static void assertInline(JsonNode part, JsonNode expected) {
        assertThat(part.get("kind").asText()).isEqualTo("inline");
        int bytes = Bytes.fromHex(expected.get("proto").asText()).length();
        assertThat(part.get("encoded_bytes").asInt()).isEqualTo(bytes);
        assertThat(part.get("updates").asInt()).isPositive();
        assertThat(part.get("columns").asText()).isIn("row", "both", "structured");
        assertThat(part.get("diffs_sum").isNumber()).isTrue();
        assertThat(part.get("since").isArray()).isTrue();
        assertCommon(part, expected);
    }

    private static void assertListed(JsonNode run, JsonNode expected, String text) {
        assertThat(run.get("kind").asText()).isEqualTo("run");
        assertThat(run.get("key")).isEqualTo(expected.get("key"));
        assertThat(run.get("encoded_bytes")).isEqualTo(expected.get("hollow_bytes"));
        assertThat(run.get("max_part_bytes")).isEqualTo(expected.get("max_part_bytes"));
        assertThat(run.get("parts")).isNotEmpty();
        long below = 0;
        for (JsonNode part : run.get("parts")) {
            below += part.get("encoded_bytes").asLong();
            assertThat(text).contains(part.get("key").asText());
        }
        assertThat(below).isEqualTo(expected.get("hollow_bytes").asLong());
    }
}
