package io.persist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.Update;
import io.persist.client.WriteHandle;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A shard is compacted on demand. */
class CompactCommandTest {
    private static final ShardId SHARD = new ShardId(new UUID(5, 5));

    @TempDir private Path folder;

    private static String call(int expectedExit, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
        int exitCode = Persist.run(texts, new PrintWriter(out), new PrintWriter(err));
        assertThat(exitCode).as(err.toString()).isEqualTo(expectedExit);
        return exitCode == 0 ? out.toString() : err.toString();
    }

    private void append(int commits) throws Exception {
        PersistConfig alone =
                PersistConfig.builder().maintenance(PersistConfig.Maintenance.NONE).build();
        try (PersistClient client =
                        PersistClient.open(PersistLocation.parse(folder.toString()), alone);
                WriteHandle<String, String> writer =
                        client.openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
            for (int i = 0; i < commits; i++) {
                writer.compareAndAppend(
                                List.of(new Update<>("key" + i % 7, "v", i, 1)),
                                Antichain.of(i),
                                Antichain.of(i + 1))
                        .orThrow();
            }
        }
    }

    @Test
    void batchesThatWaitAreMergedAndTheContentsStay() throws Exception {
        append(50);
        String before = call(0, "read", folder, SHARD);

        String text = call(0, "compact", folder, SHARD);

        assertThat(text)
                .contains(
                        "16 runs, 16 updates -> 1 run, 16 updates",
                        "compactions applied, 0 still wait");
        assertThat(call(0, "read", folder, SHARD)).isEqualTo(before);
        assertThat(call(0, "compact", folder, SHARD, "--memory", 64))
                .isEqualToIgnoringNewLines("0 compactions applied, 0 still wait");
    }

    @Test
    void eachStepIsAnObject() throws Exception {
        append(20);
        List<String> lines = call(0, "compact", folder, SHARD, "--json").lines().toList();
        JsonNode step = Output.JSON.readTree(lines.get(0));
        assertThat(step.get("outcome").asText()).isEqualTo("Applied");
        assertThat(step.get("runs").asInt()).isGreaterThan(1);
        assertThat(step.get("runs_after").asInt()).isEqualTo(1);
        JsonNode summary = Output.JSON.readTree(lines.get(lines.size() - 1));
        assertThat(summary.get("applied").asInt()).isEqualTo(lines.size() - 1);
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        append(1);
        ShardId other = new ShardId(new UUID(6, 6));
        assertThat(call(1, "compact", folder, other)).contains("no shard " + other);
        assertThat(call(1, "compact", folder, SHARD, "--memory", 0)).contains("--memory");
    }
}
