package io.persist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.persist.codec.ShardId;
import io.persist.flink.sink.SavepointFixture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What sinks leave in a shard, as an operator sees it. */
class SinkCommandsTest {
    private static final ShardId SHARD = ShardId.parse("s00000000-1111-4222-8333-444444444444");

    /** Larger than what travels inside the metadata. */
    private static final String LARGE = "x".repeat(10_000);

    @TempDir private Path folder;

    private Path location() {
        return folder.resolve("location");
    }

    private Path snapshot() {
        return folder.resolve("snapshot");
    }

    private static String call(int expectedExit, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
        int exitCode = Persist.run(texts, new PrintWriter(out), new PrintWriter(err));
        assertThat(exitCode).as(err.toString()).isEqualTo(expectedExit);
        return exitCode == 0 ? out.toString() : out + "\n" + err;
    }

    private List<JsonNode> json(String command, Object... more) throws IOException {
        List<Object> args = new ArrayList<>(List.of(command, location(), SHARD, "--json"));
        args.addAll(List.of(more));
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : call(0, args.toArray()).lines().toList()) {
            nodes.add(Output.JSON.readTree(line));
        }
        return nodes;
    }

    private List<String> contents() throws IOException {
        return json("read").stream().map(node -> node.get("key").asText()).toList();
    }

    private List<String> states(Object... more) throws IOException {
        List<Object> args = new ArrayList<>(List.of("--snapshot", snapshot()));
        args.addAll(List.of(more));
        return json("commits", args.toArray()).stream()
                .map(node -> node.get("ordinal") + ": " + node.get("state").asText())
                .toList();
    }

    @Test
    void commitsShowTheChainsOfSinks() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), "a");
        JsonNode chain = json("commits").get(0);
        assertThat(chain.get("sink").asText()).isEqualTo("orders");
        assertThat(chain.get("generation").asInt()).isEqualTo(1);
        assertThat(chain.get("ordinal").asInt()).isEqualTo(1);
        assertThat(chain.get("closed").asBoolean()).isFalse();
        assertThat(call(0, "commits", location(), SHARD)).contains("SINK", "orders", "open");
    }

    @Test
    void pendingCommitsOfASnapshotAreListedAndAppended() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), "a", "b", LARGE);
        assertThat(states()).containsExactly("2: pending", "3: pending");
        assertThat(contents()).containsExactly("a");
        assertThat(states("--append", "--ordinal", 2)).containsExactly("2: appended");
        assertThat(contents()).containsExactly("a", "b");
        assertThat(states("--append")).containsExactly("2: already appended", "3: appended");
        assertThat(contents()).containsExactly("a", "b", LARGE);
        assertThat(call(0, "commits", location(), SHARD, "--snapshot", snapshot()))
                .contains("CHECKPOINT", "already appended");
    }

    @Test
    void pendingCommitThatIsDroppedIsNeverAppended() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), "a", LARGE, "c");
        assertThat(blobs()).hasSize(1);
        assertThat(states("--drop", "--ordinal", 2)).containsExactly("2: dropped");
        assertThat(blobs()).isEmpty();
        assertThat(states("--append")).containsExactly("2: already appended", "3: appended");
        assertThat(contents()).containsExactly("a", "c");
    }

    @Test
    void laterCommitIsNotAppendedBeforeAnEarlierOne() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), "a", "b", "c");
        Object[] command = {
            "commits", location(), SHARD, "--snapshot", snapshot(), "--append", "--ordinal", 3
        };
        assertThat(call(1, command)).contains("MissingCommit", "1 commit was not appended");
        assertThat(contents()).containsExactly("a");
    }

    @Test
    void forgottenCommitsAreAppendedByForceOnly() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), "a", "b", "c");
        // A location that was set up anew and knows nothing of the sink.
        Path other = folder.resolve("other");
        SavepointFixture.open(other, SHARD);
        Object[] command = {"commits", other, SHARD, "--snapshot", snapshot(), "--append"};
        assertThat(call(1, command)).contains("UnknownEpoch", "2 commits were not appended");
        Object[] forced = Stream.concat(Stream.of(command), Stream.of("--force")).toArray();
        assertThat(call(0, forced)).doesNotContain("UnknownEpoch");
        assertThat(call(0, "read", other, SHARD)).contains("b", "c").doesNotContain("a");
        assertThat(call(0, command)).contains("already appended").doesNotContain("UnknownEpoch");
    }

    @Test
    void commitsOfOtherShardsInTheSnapshotAreLeftOut() throws Exception {
        ShardId other = ShardId.parse("s00000000-5555-4222-8333-444444444444");
        SavepointFixture.writeTwo(location(), SHARD, other, snapshot(), "a", "b", LARGE);
        assertThat(states("--append", "--force")).containsExactly("2: appended", "3: appended");
        assertThat(contents()).containsExactly("a", "b", LARGE);
        // Nobody can tell of which shard they are, but the other shard knows them.
        assertThat(call(0, "commits", location(), other, "--snapshot", snapshot()))
                .contains("  2  ", "  3  ", "pending")
                .doesNotContain("UnknownEpoch");
    }

    @Test
    void callsThatMakeNoSenseAreRefused() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), "a");
        assertThat(call(1, "commits", location(), SHARD, "--append")).contains("--snapshot");
        assertThat(call(1, "commits", location(), SHARD, "--append", "--drop")).contains("either");
        assertThat(call(1, "commits", location(), SHARD, "--force")).contains("--append");
        assertThat(call(1, "commits", location(), SHARD, "--snapshot", folder.resolve("none")))
                .contains("no snapshot", "_metadata");
        Object other = "s99999999-1111-4222-8333-444444444444";
        for (String command : List.of("commits", "history", "orphans")) {
            assertThat(call(1, command, location(), other)).contains("no shard");
        }
        assertThat(call(2, "orphans", location(), SHARD, "--older-than", "soon")).contains("soon");
    }

    @Test
    void historyListsCommitsWithTheirTimes() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), "a", LARGE);
        states("--append");
        List<JsonNode> commits = json("history");
        assertThat(commits).hasSize(2);
        for (int commit = 0; commit < 2; commit++) {
            JsonNode node = commits.get(commit);
            assertThat(node.get("ordinal").asInt()).isEqualTo(commit + 1);
            assertThat(node.get("generation").asInt()).isEqualTo(1);
            assertThat(node.get("updates").asInt()).isEqualTo(1);
            assertThat(node.get("writer").asText()).isEqualTo("flink sink orders");
            assertThat(node.get("epoch").asText()).startsWith("w");
            assertThat(node.get("committed_millis").asLong())
                    .isGreaterThanOrEqualTo(Long.parseLong(node.get("time").asText()));
        }
        assertThat(commits.get(0).get("bytes").asLong()).as("inline").isPositive();
        assertThat(commits.get(1).get("bytes").asLong()).as("in blob").isPositive();
        assertThat(call(0, "history", location(), SHARD)).contains("TIME", "flink sink orders");
    }

    private List<Path> blobs() throws IOException {
        try (Stream<Path> files = Files.walk(location().resolve("blob"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("p"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }

    @Test
    void orphansAreListedAndDeletedOnceTheyAreOld() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), LARGE, LARGE + "pending");
        assertThat(blobs()).hasSize(2);
        assertThat(json("orphans")).isEmpty();
        JsonNode orphan = json("orphans", "--older-than", "0s").get(0);
        assertThat(orphan.get("part").asText()).startsWith(SHARD + "/n");
        assertThat(orphan.get("bytes").asLong()).isPositive();
        Instant longAgo = Instant.ofEpochMilli(orphan.get("stored_millis").asLong());
        for (Path blob : blobs()) {
            Files.setLastModifiedTime(
                    blob, FileTime.from(longAgo.minus(java.time.Duration.ofDays(91))));
        }
        assertThat(json("orphans")).hasSize(1);
        assertThat(blobs()).hasSize(2);
        assertThat(json("orphans", "--delete")).hasSize(1);
        assertThat(blobs()).hasSize(1);
        assertThat(contents()).containsExactly(LARGE);
    }

    @Test
    void filesOfAKilledWriterAreListedAndDeletedOnceTheyAreOld() throws Exception {
        SavepointFixture.write(location(), SHARD, snapshot(), LARGE);
        Path whole = blobs().get(0);
        Path half =
                whole.resolveSibling(
                        whole.getFileName() + ".00000000-0000-0000-0000-00000000000a.tmp");
        Files.write(half, new byte[] {1, 2, 3});
        assertThat(json("orphans")).isEmpty();
        JsonNode left = json("orphans", "--older-than", "0s").get(0);
        assertThat(left.get("half_written").asText()).endsWith(".tmp").contains(SHARD.toString());
        assertThat(left.get("bytes").asInt()).isEqualTo(3);

        assertThat(call(0, "orphans", location(), SHARD, "--older-than", "0s"))
                .contains(String.valueOf(half.getFileName()));
        assertThat(half).exists();
        assertThat(json("orphans", "--older-than", "0s", "--delete")).hasSize(1);
        assertThat(half).doesNotExist();
        assertThat(contents()).containsExactly(LARGE);
    }
}
