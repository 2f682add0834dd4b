package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.FetchLimit;
import io.persist.batch.PartReading;
import io.persist.batch.merge.PartFilter;
import io.persist.client.read.ReadSettings;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.part.DecodeFormat;
import io.persist.part.filter.Condition;
import io.persist.part.filter.KeyCondition;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.CountingBlob;
import io.persist.testing.ManualTime;

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
            try (FetchLimit.Room room = reading.limit().await(30 << 10)) {
                assertThat(room).isNotNull();
                assertThat(reading.limit().freeBytes()).isEqualTo(140 << 10);
            }
        }
    }

    @Test
    void blobsAreKeptInMemoryIfAskedFor() throws Exception {
        for (boolean cached : new boolean[] {true, false}) {
            CountingBlob blob = new CountingBlob(new MemBlob());
            PersistConfig config =
                    TestClient.config()
                            .batch(BatchConfig.builder().inlineSingleMaxBytes(0).build())
                            .reading(
                                    ReadSettings.builder()
                                            .blobCacheBytes(cached ? 1 << 20 : 0)
                                            .build())
                            .build();
            try (TestClient test =
                    new TestClient(
                            blob,
                            new MemConsensus(),
                            new ManualTime(TestClient.START_MILLIS),
                            config,
                            1)) {
                append(test, 3);
                long before = blob.gets();
                try (ReadHandle<String, String> reader =
                        test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
                    for (int i = 0; i < 4; i++) {
                        assertThat(reader.snapshotAndFetch(Antichain.of(0)).orThrow()).hasSize(3);
                    }
                }
                assertThat(blob.gets() - before).isEqualTo(cached ? 0 : 4);
                assertThat(test.client().blobCacheCounts().isPresent()).isEqualTo(cached);
                if (cached) {
                    assertThat(test.client().blobCacheCounts().orElseThrow().hits())
                            .isGreaterThanOrEqualTo(4);
                }
            }
        }
    }

    @Test
    void auditsAreMadeAsSet() {
        for (int percent : new int[] {0, 100}) {
            ReadSettings settings = ReadSettings.builder().statsAuditPercent(percent).build();
            KeyCondition never = new KeyCondition(Condition.or(), Codecs.STRING.keyStatistics());
            assertThat(settings.partFilter(never, 1 << 20).audit())
                    .isEqualTo(
                            new PartFilter.Audit(percent, 2 << 20, PartFilter.AuditFailure.ERROR));
        }
        ReadSettings logging =
                ReadSettings.builder().statsAuditFailure(PartFilter.AuditFailure.LOG).build();
        assertThat(
                        logging.partFilter(
                                        new KeyCondition(
                                                Condition.or(), Codecs.STRING.keyStatistics()),
                                        1)
                                .audit())
                .isEqualTo(new PartFilter.Audit(1, 2, PartFilter.AuditFailure.LOG));
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> ReadSettings.builder().blobCacheBytes(-1).build())
                .hasMessageContaining("blobCacheBytes");
        assertThatThrownBy(() -> ReadSettings.builder().statsAuditPercent(101).build())
                .hasMessageContaining("statsAuditPercent");
        assertThatThrownBy(() -> ReadSettings.builder().chunkUpdates(0).build())
                .hasMessageContaining("chunkUpdates");
        assertThatThrownBy(() -> ReadSettings.builder().fetchMemoryBytes(0).build())
                .hasMessageContaining("fetchMemoryBytes");
        assertThatThrownBy(() -> ReadSettings.builder().fetchCostFactor(0.5).build())
                .hasMessageContaining("fetchCostFactor");
    }
}
