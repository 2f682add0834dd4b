package io.persist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.ReadHandle;
import io.persist.client.Update;
import io.persist.client.WriteHandle;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.HistoryHold;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Holds on the history of a shard, as an operator sees and moves them. */
class SinceCommandTest {
    private static final ShardId SHARD = new ShardId(new UUID(5, 6));
    private static final long START_MILLIS = 1_600_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final int COMMITS = 64;
    private static final CriticalReaderId MATERIALIZE =
            CriticalReaderId.parse("c00000000-1111-2222-3333-444444444444");

    @TempDir private Path folder;

    private static String call(int expectedExit, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
        int exitCode = Persist.run(texts, new PrintWriter(out), new PrintWriter(err));
        assertThat(exitCode).as(err.toString()).isEqualTo(expectedExit);
        return exitCode == 0 ? out.toString() : err.toString();
    }

    private JsonNode since(Object... more) throws Exception {
        List<Object> args = new ArrayList<>(List.of("since", folder, SHARD, "--json"));
        args.addAll(List.of(more));
        return Output.JSON.readTree(call(0, args.toArray()));
    }

    private PersistClient client() throws Exception {
        PersistConfig alone =
                PersistConfig.builder().maintenance(PersistConfig.Maintenance.NONE).build();
        return PersistClient.open(PersistLocation.parse(folder.toString()), alone);
    }

    private static long minute(int minute) {
        return START_MILLIS + minute * MINUTE;
    }

    /** One row that changes every minute. */
    @BeforeEach
    void append() throws Exception {
        try (PersistClient client = client();
                WriteHandle<String, Unit> writer =
                        client.openWriter(SHARD, Codecs.STRING, Codecs.UNIT, "test")) {
            for (int i = 1; i <= COMMITS; i++) {
                List<Update<String, Unit>> updates = new ArrayList<>();
                if (i > 1) {
                    updates.add(new Update<>("row-" + (i - 1), Unit.UNIT, minute(i), -1));
                }
                updates.add(new Update<>("row-" + i, Unit.UNIT, minute(i), 1));
                Antichain upper = writer.fetchRecentUpper();
                writer.compareAndAppend(updates, upper, Antichain.of(minute(i) + 1)).orThrow();
            }
        }
    }

    private void hold(CriticalReaderId id, String purpose) throws Exception {
        try (PersistClient client = client()) {
            assertThat(client.openCriticalSinceAsStored(SHARD, id, Opaque.epoch(3), purpose))
                    .isPresent();
        }
    }

    @Test
    void whoHoldsTheHistoryIsShown() throws Exception {
        assertThat(call(0, "since", folder, SHARD)).contains("since  [0]", "nobody holds");
        hold(MATERIALIZE, "controller");
        since("--retention", "2h");
        try (PersistClient client = client();
                ReadHandle<String, Unit> reader =
                        client.openReader(SHARD, Codecs.STRING, Codecs.UNIT, "a reader")) {
            assertThat(call(0, "since", folder, SHARD))
                    .contains(HistoryHold.ID.toString(), "PT2H", "history.retention")
                    .contains(MATERIALIZE.toString(), "controller")
                    .contains(reader.id().toString(), "a reader");
        }
    }

    @Test
    void retentionIsShortenedAndTheHistoryBeforeItCanBeMerged() throws Exception {
        String now = call(0, "read", folder, SHARD);
        JsonNode longer = since("--retention", "30m");
        assertThat(longer.get("since").get(0).asLong()).isEqualTo(minute(COMMITS - 30));
        JsonNode shorter = since("--retention", "10m");
        long since = shorter.get("since").get(0).asLong();
        assertThat(since).isEqualTo(minute(COMMITS - 10));
        JsonNode holder = shorter.get("holders").get(0);
        assertThat(holder.get("id").asText()).isEqualTo(HistoryHold.ID.toString());
        assertThat(holder.get("keeps_ms").asLong()).isEqualTo(10 * MINUTE);
        // Longer from now on; what is forgotten does not come back.
        assertThat(since("--retention", "60m").get("since").get(0).asLong()).isEqualTo(since);

        long before = call(0, "history", folder, SHARD).lines().count();
        call(0, "compact", folder, SHARD);

        assertThat(call(0, "read", folder, SHARD)).isEqualTo(now);
        assertThat(call(1, "read", folder, SHARD, "--as-of", since - 1))
                .contains("its since is [" + since + "]");
        assertThat(call(0, "read", folder, SHARD, "--as-of", since)).contains("row-54");
        assertThat(before).isEqualTo(COMMITS + 1);
    }

    @Test
    void holdIsReleasedAndNothingIsForgottenByThat() throws Exception {
        CriticalReaderId gone = new CriticalReaderId(new UUID(9, 9));
        hold(gone, "a tool of long ago");
        since("--retention", "10m");
        assertThat(since().get("since").get(0).asLong()).isZero();

        JsonNode released = since("--release", gone);

        assertThat(released.get("since").get(0).asLong()).isZero();
        assertThat(released.get("holders")).hasSize(1);
        since("--retention", "10m");
        assertThat(since().get("since").get(0).asLong()).isEqualTo(minute(COMMITS - 10));
        assertThat(since("--release", HistoryHold.ID).get("holders")).isEmpty();
        assertThat(since().get("since").get(0).asLong()).isEqualTo(minute(COMMITS - 10));
    }

    @Test
    void whatCannotBeReleasedIsRefused() throws Exception {
        hold(MATERIALIZE, "controller");
        assertThat(call(1, "since", folder, SHARD, "--release", MATERIALIZE))
                .contains("Materialize's");
        CriticalReaderId other = new CriticalReaderId(new UUID(9, 9));
        assertThat(call(1, "since", folder, SHARD, "--release", other))
                .contains("has no hold " + other);
        assertThat(call(2, "since", folder, SHARD, "--release", "r1")).contains("'r1'");
        assertThat(call(2, "since", folder, SHARD, "--retention", "long")).contains("'long'");
        assertThat(call(2, "since", folder, SHARD, "--retention", "1d", "--release", other))
                .contains("mutually exclusive");
        assertThat(call(1, "since", folder, new ShardId(new UUID(6, 6)))).contains("no shard");
        assertThat(since().get("holders")).hasSize(1);
    }

    @Test
    void holdThatSomebodyHasTakenIsLeftToThem() throws Exception {
        hold(HistoryHold.ID, "a controller");
        assertThat(call(1, "since", folder, SHARD, "--retention", "1d")).contains("has taken");
        assertThat(since().get("since").get(0).asLong()).isZero();
    }
}
