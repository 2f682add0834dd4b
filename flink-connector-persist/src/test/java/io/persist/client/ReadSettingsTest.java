package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.PartReading;
import io.persist.client.read.ReadSettings;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.part.DecodeFormat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What each setting changes in how a shard is read. */
final class ReadSettingsTest {
    private static final ShardId SHARD = ShardId.parse("s80000000-0000-0000-0000-000000000000");

    private static TestClient client(ReadSettings.Builder reading) {
        return TestClient.inMemory(TestClient.config().reading(reading.build()).build());
    }

    private static WriteHandle<String, String> writer(TestClient test) throws Exception {
        return test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
    }

    private static void append(TestClient test, int keys) throws Exception {
        List<Update<String, String>> updates = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            updates.add(new Update<>("key-" + i, "value", 0, 1));
        }
        writer(test).compareAndAppend(updates, Antichain.of(0), Antichain.of(1)).orThrow();
    }

    @Test
    void aChunkHasNoMoreUpdatesThanAllowed() throws Exception {
        try (TestClient test = client(ReadSettings.builder().chunkUpdates(3))) {
            append(test, 7);
            try (ReadHandle<String, String> reader =
                            test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test");
                    SnapshotCursor<String, String> cursor =
                            reader.snapshotCursor(Antichain.of(0), Duration.ZERO).orThrow()) {
                List<Integer> sizes = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    sizes.add(cursor.next().orThrow().size());
                }
                assertThat(sizes).containsExactly(3, 3, 1, 0);
            }
        }
    }

    @Test
    void partsAreReadAsSet() throws Exception {
        ReadSettings.Builder settings =
                ReadSettings.builder()
                        .decodeFormat(DecodeFormat.ROW_WITH_VALIDATE)
                        .fetchMemoryBytes(200 << 10)
                        .fetchCostFactor(2);
        try (TestClient test = client(settings)) {
            PartReading reading =
                    test.client()
                            .batchStore(writer(test).machine(), () -> new UUID(0, 1))
                            .reading();
            assertThat(reading.format()).isEqualTo(DecodeFormat.ROW_WITH_VALIDATE);
            assertThat(reading.limit().freeBytes()).isEqualTo(200 << 10);
            try (io.persist.batch.FetchLimit.Room room = reading.limit().await(30 << 10)) {
                assertThat(room).isNotNull();
                assertThat(reading.limit().freeBytes()).isEqualTo(140 << 10);
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> ReadSettings.builder().chunkUpdates(0).build())
                .hasMessageContaining("chunkUpdates");
        assertThatThrownBy(() -> ReadSettings.builder().fetchMemoryBytes(0).build())
                .hasMessageContaining("fetchMemoryBytes");
        assertThatThrownBy(() -> ReadSettings.builder().fetchCostFactor(0.5).build())
                .hasMessageContaining("fetchCostFactor");
    }
}
