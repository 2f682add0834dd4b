package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.merge.PartFilter;
import io.persist.client.read.ReadSettings;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.filter.Condition;
import io.persist.part.filter.Literal;
import io.persist.part.filter.RandomConditions;
import io.persist.testing.GoldenShards;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Reading only what a condition may be true for. */
class PushdownTest {
    private static final ShardId SHARD = ShardId.parse("s80000000-0000-0000-0000-000000000000");
    private static final RelationCodec<SourceData> CODEC = RelationCodec.of(RandomConditions.DESC);

    private record Read<K, V>(List<Update<K, V>> updates, PartFilter.Counts parts) {}

    private static <K, V> Read<K, V> read(
            ReadHandle<K, V> reader, Antichain asOf, Condition condition) throws Exception {
        List<Update<K, V>> updates = new ArrayList<>();
        try (SnapshotCursor<K, V> cursor =
                reader.snapshotCursor(asOf, Duration.ZERO, condition).orThrow()) {
            for (List<Update<K, V>> chunk = cursor.next().orThrow();
                    !chunk.isEmpty();
                    chunk = cursor.next().orThrow()) {
                updates.addAll(chunk);
            }
            return new Read<>(updates, cursor.partCounts());
        }
    }

    private static List<Update<SourceData, Unit>> wanted(
            List<Update<SourceData, Unit>> updates, RandomConditions.Case condition) {
        return updates.stream().filter(update -> condition.wants(update.key())).toList();
    }

    private static TestClient shard(Random random, ReadSettings.Builder reading) throws Exception {
        BatchConfig batch =
                BatchConfig.builder()
                        .inlineSingleMaxBytes(random.nextInt(4) == 0 ? 4096 : 0)
                        .targetBytes(200)
                        .build();
        TestClient test =
                TestClient.inMemory(
                        TestClient.config().batch(batch).reading(reading.build()).build());
        WriteHandle<SourceData, Unit> writer =
                test.client().openWriter(SHARD, CODEC, Codecs.UNIT, "test");
        List<SourceData> there = new ArrayList<>();
        for (int time = 0; time < 4; time++) {
            List<Update<SourceData, Unit>> updates = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                boolean retract = !there.isEmpty() && random.nextInt(3) == 0;
                SourceData key =
                        retract
                                ? there.remove(random.nextInt(there.size()))
                                : RandomConditions.key(random);
                if (!retract) {
                    there.add(key);
                }
                updates.add(new Update<>(key, Unit.UNIT, time, retract ? -1 : 1));
            }
            writer.compareAndAppend(updates, Antichain.of(time), Antichain.of(time + 1)).orThrow();
        }
        return test;
    }

    /** Filtered and then asked is all and then asked; whatever is audited. */
    @Property(seed = "20261124", tries = 150)
    void aConditionLosesNothingThatIsWanted(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        ReadSettings.Builder reading =
                ReadSettings.builder().statsAuditPercent(random.nextInt(3) * 50);
        try (TestClient test = shard(random, reading);
                ReadHandle<SourceData, Unit> reader =
                        test.client().openReader(SHARD, CODEC, Codecs.UNIT, "test")) {
            Antichain asOf = Antichain.of(random.nextInt(4));
            List<Update<SourceData, Unit>> all = reader.snapshotAndFetch(asOf).orThrow();
            for (int i = 0; i < 5; i++) {
                RandomConditions.Case condition = RandomConditions.random(random, i % 3);
                assertThat(wanted(read(reader, asOf, condition.condition()).updates(), condition))
                        .as("%s as of %s", condition.condition(), asOf)
                        .isEqualTo(wanted(all, condition));
                assertThat(
                                wanted(
                                        reader.snapshotAndFetch(
                                                        asOf, Duration.ZERO, condition.condition())
                                                .orThrow(),
                                        condition))
                        .isEqualTo(wanted(all, condition));
            }
        }
    }

    @Test
    void conditionsLeavePartsOutUnlessSwitchedOff() throws Exception {
        Condition nothing = Condition.or();
        for (boolean enabled : new boolean[] {true, false}) {
            ReadSettings.Builder reading =
                    ReadSettings.builder().statsFilter(enabled).statsAuditPercent(0);
            try (TestClient test = shard(new Random(5), reading);
                    ReadHandle<SourceData, Unit> reader =
                            test.client().openReader(SHARD, CODEC, Codecs.UNIT, "test")) {
                Read<SourceData, Unit> read = read(reader, Antichain.of(3), nothing);
                if (enabled) {
                    assertThat(read.parts().skipped()).isPositive();
                    assertThat(read.updates()).isEmpty();
                } else {
                    assertThat(read.parts()).isEqualTo(new PartFilter.Counts(0, 0, 0));
                    assertThat(read.updates()).isNotEmpty();
                }
            }
        }
    }

    /** Ten parts of the original, whose statistics are trimmed to budgets from none to plenty. */
    @Test
    void goldenPartsAreLeftOutAsFarAsTheirStatisticsTell() throws Exception {
        if (!GoldenShards.isComplete()) {
            return;
        }
        for (String generation : List.of("p128", "p26")) {
            GoldenShards.Shard golden = GoldenShards.named(generation, "source-stats");
            try (TestClient test = TestClient.inMemory()) {
                GoldenContents.importInto(golden, test.blob(), test.consensus());
                try (ReadHandle<?, ?> reader =
                        test.client().openReaderAsStored(golden.shard(), "golden").orElseThrow()) {
                    goldenConditions(reader);
                }
            }
        }
    }

    private static <K, V> void goldenConditions(ReadHandle<K, V> reader) throws Exception {
        Antichain asOf = Antichain.of(9);
        List<Update<K, V>> all = reader.snapshotAndFetch(asOf).orThrow();
        int column = 3;
        long skipped = 0;
        for (Update<K, V> sample : all) {
            if (!(sample.key() instanceof SourceData.Row row)) {
                continue;
            }
            Datum value = row.datums().get(column);
            long ts = ((Datum.Int64) value).value();
            Condition equal = Condition.compare("ts", Condition.Operator.EQUAL, Literal.of(ts));
            Read<K, V> read = read(reader, asOf, equal);
            skipped += read.parts().skipped();
            assertThat(withValue(read.updates(), column, value))
                    .as("ts = %s", ts)
                    .isEqualTo(withValue(all, column, value));
        }
        assertThat(skipped).isPositive();
        Read<K, V> none = read(reader, asOf, Condition.isNull("ts"));
        assertThat(none.parts().kept() + none.parts().skipped() + none.parts().audited())
                .isEqualTo(10);
    }

    private static <K, V> List<Update<K, V>> withValue(
            List<Update<K, V>> updates, int column, Datum value) {
        return updates.stream()
                .filter(
                        update ->
                                !(update.key() instanceof SourceData.Row row)
                                        || row.datums().get(column).equals(value))
                .toList();
    }
}
