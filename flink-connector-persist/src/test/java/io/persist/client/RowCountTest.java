package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.client.read.ReadSettings;
import io.persist.client.read.RowCount;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.filter.RandomConditions;
import io.persist.part.stats.StatsSettings;
import io.persist.part.stats.UntrimmableColumns;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.CountingBlob;
import io.persist.testing.GoldenShards;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;

/** Counting without looking at keys. */
final class RowCountTest {
    private static final ShardId SHARD = ShardId.parse("s80000000-0000-0000-0000-000000000000");
    private static final RelationCodec<SourceData> CODEC = RelationCodec.of(RandomConditions.DESC);

    private final CountingBlob blob = new CountingBlob(new MemBlob());

    private TestClient client(BatchConfig.Builder batch, ReadSettings.Builder reading) {
        return new TestClient(
                blob,
                new MemConsensus(),
                new ManualTime(TestClient.START_MILLIS),
                TestClient.config().batch(batch.build()).reading(reading.build()).build(),
                1);
    }

    private static BatchConfig.Builder hollow() {
        return BatchConfig.builder().inlineSingleMaxBytes(0);
    }

    private static void append(TestClient test, SourceData key, long time, long diff)
            throws Exception {
        WriteHandle<SourceData, Unit> writer =
                test.client().openWriter(SHARD, CODEC, Codecs.UNIT, "test");
        writer.compareAndAppend(
                        List.of(new Update<>(key, Unit.UNIT, time, diff)),
                        Antichain.of(time),
                        Antichain.of(time + 1))
                .orThrow();
    }

    private static SourceData row() {
        return RandomConditions.key(new java.util.Random(3));
    }

    private RowCount count(TestClient test, long asOf) throws Exception {
        try (ReadHandle<SourceData, Unit> reader =
                test.client().openReader(SHARD, CODEC, Codecs.UNIT, "test")) {
            return reader.snapshotCount(Antichain.of(asOf), Duration.ZERO).orThrow();
        }
    }

    @Test
    void wholeBatchesAreCountedByTheirMetadata() throws Exception {
        try (TestClient test = client(hollow(), ReadSettings.builder())) {
            append(test, row(), 0, 5);
            append(test, row(), 1, -2);
            append(test, row(), 2, 7);
            long before = blob.gets();
            assertThat(count(test, 2)).isEqualTo(new RowCount(10, 0, 2));
            assertThat(blob.gets() - before).as("the last batch ends after it").isEqualTo(1);
            assertThat(count(test, 0)).isEqualTo(new RowCount(5, 0, 0));
        }
    }

    @Test
    void switchedOffEveryPartIsRead() throws Exception {
        try (TestClient test = client(hollow(), ReadSettings.builder().countByMetadata(false))) {
            append(test, row(), 0, 5);
            append(test, row(), 1, -2);
            append(test, row(), 2, 7);
            long before = blob.gets();
            assertThat(count(test, 2)).isEqualTo(new RowCount(10, 0, 0));
            assertThat(blob.gets() - before).isEqualTo(3);
        }
    }

    @Test
    void errorsInlinePartsAndPartsThatSayNothingAreRead() throws Exception {
        try (TestClient test = client(hollow(), ReadSettings.builder())) {
            append(test, new SourceData.Error(Bytes.utf8("error")), 0, 3);
            append(test, row(), 1, 1);
            append(test, row(), 2, 1);
            assertThat(count(test, 2)).isEqualTo(new RowCount(2, 3, 1));
        }
        StatsSettings none = new StatsSettings(false, 0, UntrimmableColumns.DEFAULT);
        for (BatchConfig.Builder batch : List.of(BatchConfig.builder(), hollow().stats(none))) {
            try (TestClient test = client(batch, ReadSettings.builder())) {
                append(test, row(), 0, 4);
                append(test, row(), 1, 1);
                assertThat(count(test, 1)).isEqualTo(new RowCount(5, 0, 0));
            }
        }
    }

    static List<GoldenShards.Shard> shards() {
        return GoldenShards.all();
    }

    /** As many as are read, for every shard of the original. */
    @ParameterizedTest
    @MethodSource("shards")
    void goldenShardsHaveAsManyAsAreRead(GoldenShards.Shard golden) throws Exception {
        try (TestClient test = TestClient.inMemory()) {
            GoldenContents.importInto(golden, test.blob(), test.consensus());
            try (ReadHandle<?, ?> reader =
                    test.client().openReaderAsStored(golden.shard(), "golden").orElseThrow()) {
                Antichain upper = reader.fetchRecentUpper();
                if (!upper.isEmpty() && reader.since().lessThan(upper)) {
                    compare(reader, Antichain.of(upper.element() - 1));
                }
            }
        }
    }

    private static <K, V> void compare(ReadHandle<K, V> reader, Antichain asOf) throws Exception {
        long sum = 0;
        for (Update<K, V> update : reader.snapshotAndFetch(asOf).orThrow()) {
            sum += update.diff();
        }
        RowCount count = reader.snapshotCount(asOf, Duration.ZERO).orThrow();
        assertThat(count.rows() + count.errors()).isEqualTo(sum);
    }
}
