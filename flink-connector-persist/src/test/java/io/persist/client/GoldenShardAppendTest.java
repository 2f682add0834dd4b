package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.codec.Codec;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.Profile;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;

/** Shards that the original client began take our appends, in their own generation's form. */
final class GoldenShardAppendTest {
    static List<GoldenShards.Shard> shards() {
        return GoldenShards.all().stream()
                .filter(golden -> !golden.name().equals("kv-tombstone"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("shards")
    void readsAsExpectedPlusOurs(GoldenShards.Shard golden) throws Exception {
        PersistConfig config =
                TestClient.config()
                        .batch(BatchConfig.builder().inlineSingleMaxBytes(0).build())
                        .build();
        try (TestClient test = TestClient.inMemory(config);
                TestClient later = test.another(2)) {
            GoldenContents.importInto(golden, test.blob(), test.consensus());
            JsonNode read = golden.expected().get("read");
            ShardId shard = golden.shard();
            try (ReadHandle<?, ?> reader =
                    test.client().openReaderAsStored(shard, "golden").orElseThrow()) {
                appendTo(test, reader);
                checkSnapshots(reader, read);
            }
            Profile profile = golden.generation().equals("p26") ? Profile.P26 : Profile.P128;
            checkForm(test.client().inspect(shard).orElseThrow(), profile, read);
            keepGoing(test, later, shard);
        }
    }

    /** Adds everything that is there once more, at the upper, twice. */
    private static <K, V> void appendTo(TestClient test, ReadHandle<K, V> reader) throws Exception {
        Antichain upper = reader.fetchRecentUpper();
        List<Update<K, V>> before =
                upper.element() == 0
                        ? List.of()
                        : reader.snapshotAndFetch(Antichain.of(upper.element() - 1)).orThrow();
        try (WriteHandle<K, V> writer =
                test.client()
                        .openWriter(reader.shard(), reader.keyCodec(), reader.valCodec(), "ours")) {
            for (int round = 0; round < 2; round++) {
                long time = upper.element() + round;
                List<Update<K, V>> ours =
                        before.stream().map(u -> at(u, time, 10 * u.diff())).toList();
                writer.compareAndAppend(ours, Antichain.of(time), Antichain.of(time + 1)).orThrow();
                List<Update<K, V>> wanted = new ArrayList<>();
                for (Update<K, V> u : before) {
                    wanted.add(at(u, time, (11 + 10 * round) * u.diff()));
                }
                List<Update<K, V>> seen = reader.snapshotAndFetch(Antichain.of(time)).orThrow();
                assertThat(GoldenContents.actual(reader, seen))
                        .isEqualTo(GoldenContents.actual(reader, wanted));
            }
        }
    }

    private static <K, V> Update<K, V> at(Update<K, V> update, long time, long diff) {
        return new Update<>(update.key(), update.val(), time, diff);
    }

    private static <K, V> void checkSnapshots(ReadHandle<K, V> reader, JsonNode read)
            throws Exception {
        for (JsonNode snapshot : read.get("snapshots")) {
            if (!snapshot.hasNonNull("error")) {
                Antichain asOf = Antichain.of(GoldenShards.time(snapshot.get("as_of")));
                assertThat(GoldenContents.actual(reader, reader.snapshotAndFetch(asOf).orThrow()))
                        .as("snapshot as of %s", asOf)
                        .isEqualTo(GoldenContents.expected(snapshot.get("updates")));
            }
        }
    }

    /** Our parts are of the shard's generation, and its label stays. */
    private static void checkForm(ShardReport report, Profile profile, JsonNode read) {
        assertThat(report.label()).isEqualTo(read.get("applier_version").textValue());
        assertThat(report.profile()).isEqualTo(profile);
        List<ShardReport.BatchReport> batches = report.batches();
        ShardReport.BatchReport newest = batches.get(batches.size() - 1);
        if (newest.len() > 0) {
            ShardReport.RunReport run = newest.runs().get(newest.runs().size() - 1);
            assertThat(run.parts().get(0).format())
                    .isEqualTo(profile == Profile.P26 ? "structured" : "both");
            assertThat(run.schema()).isNotNull();
            assertThat(run.parts().get(0).key())
                    .startsWith(profile == Profile.P26 ? "n2600000/" : "n0012800/");
        }
    }

    /** Rolled up and collected, the shard is the same to a client that comes later. */
    private static void keepGoing(TestClient test, TestClient later, ShardId shard)
            throws Exception {
        List<String> before = newestSnapshot(test, shard);
        advance(test, shard);
        test.runMaintenance();
        advance(test, shard);
        test.runMaintenance();
        assertThat(test.client().inspect(shard).orElseThrow().liveDiffs()).isLessThan(400);
        assertThat(newestSnapshot(later, shard)).isEqualTo(before);
    }

    private static void advance(TestClient test, ShardId shard) throws Exception {
        try (ReadHandle<?, ?> reader =
                test.client().openReaderAsStored(shard, "codecs").orElseThrow()) {
            advance(test, shard, reader.keyCodec(), reader.valCodec());
            reader.expire();
        }
    }

    private static <K, V> void advance(TestClient test, ShardId shard, Codec<K> key, Codec<V> val)
            throws Exception {
        test.time().advance(3_600_000);
        try (WriteHandle<K, V> writer = test.client().openWriter(shard, key, val, "ours")) {
            for (int i = 0; i < 140; i++) {
                Antichain upper = writer.upper();
                Antichain next = Antichain.of(upper.element() + 1);
                writer.compareAndAppend(List.of(), upper, next).orThrow();
            }
        }
    }

    /** Keys, values and diffs as of the newest time, without the time. */
    private static List<String> newestSnapshot(TestClient test, ShardId shard) throws Exception {
        try (ReadHandle<?, ?> reader =
                test.client().openReaderAsStored(shard, "check").orElseThrow()) {
            return newestSnapshot(reader);
        }
    }

    private static <K, V> List<String> newestSnapshot(ReadHandle<K, V> reader) throws Exception {
        Antichain asOf = Antichain.of(reader.fetchRecentUpper().element() - 1);
        List<Update<K, V>> updates = reader.snapshotAndFetch(asOf).orThrow();
        return GoldenContents.actual(
                reader, updates.stream().map(u -> at(u, 0, u.diff())).toList());
    }
}
