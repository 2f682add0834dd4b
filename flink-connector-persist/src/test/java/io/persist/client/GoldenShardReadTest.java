package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.read.ReadSettings;
import io.persist.frontier.Antichain;
import io.persist.part.DecodeFormat;
import io.persist.store.uri.Stores;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Every shard that the original client wrote reads as that client reads it. */
final class GoldenShardReadTest {
    static List<GoldenShards.Shard> shards() {
        return GoldenShards.all();
    }

    @ParameterizedTest
    @MethodSource("shards")
    void readsAsTheOriginalDoes(GoldenShards.Shard golden) throws Exception {
        try (TestClient test = TestClient.inMemory()) {
            GoldenContents.importInto(golden, test.blob(), test.consensus());
            PersistClient client = test.client();
            try (ReadHandle<?, ?> reader =
                    client.openReaderAsStored(golden.shard(), "golden").orElseThrow()) {
                JsonNode read = golden.expected().get("read");
                assertThat(reader.since()).isEqualTo(GoldenShards.frontier(read.get("since")));
                assertThat(reader.fetchRecentUpper())
                        .isEqualTo(GoldenShards.frontier(read.get("upper")));
                snapshots(reader, read.get("snapshots"));
                if (read.hasNonNull("listen")) {
                    listen(reader, read.get("listen"));
                }
            }
        }
    }

    private static <K, V> void snapshots(ReadHandle<K, V> reader, JsonNode snapshots)
            throws Exception {
        for (JsonNode snapshot : snapshots) {
            Antichain asOf = Antichain.of(GoldenShards.time(snapshot.get("as_of")));
            ReadResult<List<Update<K, V>>> result = reader.snapshotAndFetch(asOf);
            if (snapshot.hasNonNull("error")) {
                boolean since = snapshot.get("error").textValue().equals("since");
                assertThat(result)
                        .as("snapshot as of %s", asOf)
                        .isInstanceOf(
                                since
                                        ? ReadResult.SinceViolation.class
                                        : ReadResult.NotYetAvailable.class);
            } else {
                assertThat(GoldenContents.actual(reader, result.orThrow()))
                        .as("snapshot as of %s", asOf)
                        .isEqualTo(GoldenContents.expected(snapshot.get("updates")));
            }
        }
    }

    private static <K, V> void listen(ReadHandle<K, V> reader, JsonNode expected) throws Exception {
        Antichain from = Antichain.of(GoldenShards.time(expected.get("from")));
        Listen<K, V> listen = reader.listen(from).orThrow();
        List<List<String>> actualSteps = new ArrayList<>();
        List<List<String>> expectedSteps = new ArrayList<>();
        for (JsonNode step : expected.get("steps")) {
            ListenStep<K, V> next = listen.next(Duration.ZERO).orThrow();
            List<String> lines = GoldenContents.actual(reader, next.updates());
            lines.add("progress " + next.progress());
            actualSteps.add(lines);
            List<String> wanted = GoldenContents.expected(step.get("updates"));
            wanted.add("progress " + GoldenShards.frontier(step.get("progress")));
            expectedSteps.add(wanted);
        }
        assertThat(actualSteps).isEqualTo(expectedSteps);
    }

    /** Rows and columns of the original say the same. */
    @ParameterizedTest
    @EnumSource(DecodeFormat.class)
    void readsTheSameWhateverIsDecoded(DecodeFormat format) throws Exception {
        PersistConfig config =
                TestClient.config()
                        .reading(ReadSettings.builder().decodeFormat(format).build())
                        .build();
        for (GoldenShards.Shard golden : shards()) {
            try (TestClient test = TestClient.inMemory(config)) {
                GoldenContents.importInto(golden, test.blob(), test.consensus());
                try (ReadHandle<?, ?> reader =
                        test.client().openReaderAsStored(golden.shard(), "golden").orElseThrow()) {
                    snapshots(reader, golden.expected().get("read").get("snapshots"));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shards")
    void readsTheSameFromFiles(GoldenShards.Shard golden, @TempDir Path directory)
            throws Exception {
        PersistLocation location = PersistLocation.parse(directory.toString());
        try (PersistClient client = PersistClient.open(location)) {
            assertThat(client.listShards()).isEmpty();
            importInto(location, golden);
            try (ReadHandle<?, ?> reader =
                    client.openReaderAsStored(golden.shard(), "golden").orElseThrow()) {
                snapshots(reader, golden.expected().get("read").get("snapshots"));
            }
        }
    }

    private static void importInto(PersistLocation location, GoldenShards.Shard golden)
            throws Exception {
        try (Stores stores =
                Stores.open(
                        location.blob(),
                        location.consensus(),
                        java.util.UUID::randomUUID,
                        Runnable::run)) {
            GoldenContents.importInto(golden, stores.blob(), stores.consensus());
        }
    }
}
