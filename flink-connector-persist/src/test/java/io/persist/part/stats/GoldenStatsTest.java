package io.persist.part.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.StatsKind;
import io.persist.part.DecodedPart;
import io.persist.part.ParquetParts;
import io.persist.part.Updates;
import io.persist.testing.GoldenFacts;
import io.persist.testing.GoldenShards;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.TreeMap;

/** Statistics of the golden parts are those that their writers stored. */
class GoldenStatsTest {
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void everythingIsClosed() {
        allocator.close();
    }

    @Test
    void statisticsOfGoldenPartsAreThoseOfTheirWriter() throws Exception {
        int found = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode expected = shard.expected();
            for (JsonNode batch : expected.path("inspect").path("batches")) {
                for (JsonNode part : batch.findValues("parts")) {
                    for (JsonNode entry : part) {
                        found += assertStats(shard, expected, batch, entry) ? 1 : 0;
                    }
                }
            }
        }
        if (GoldenShards.isComplete()) {
            assertThat(found).isGreaterThan(150);
        }
    }

    /** Budgets from none to plenty. */
    @Test
    void statisticsAreTrimmedToTheBudgetAsTheirWriterDoes_B14() throws Exception {
        if (!GoldenShards.isComplete()) {
            return;
        }
        TreeMap<Integer, Integer> sizes = new TreeMap<>();
        for (String generation : new String[] {"p128", "p26"}) {
            GoldenShards.Shard shard = GoldenShards.named(generation, "source-stats");
            JsonNode expected = shard.expected();
            for (JsonNode batch : expected.path("inspect").path("batches")) {
                JsonNode entry = batch.path("runs").path(0).path("parts").path(0);
                assertThat(assertStats(shard, expected, batch, entry)).isTrue();
                sizes.merge(
                        GoldenFacts.stats(expected, batch).budgetBytes(),
                        entry.path("stats").asText().length() / 2,
                        Math::max);
            }
        }
        assertThat(sizes.keySet()).containsExactly(0, 80, 300, 1024, 100_000);
        assertThat(sizes.get(0)).as("untrimmable columns stay").isGreaterThan(0);
    }

    private boolean assertStats(
            GoldenShards.Shard shard, JsonNode expected, JsonNode batch, JsonNode entry)
            throws Exception {
        if (!entry.path("kind").asText().equals("hollow") || entry.path("stats").isNull()) {
            return false;
        }
        String place = shard + " " + entry.path("key").asText();
        Bytes stored = GoldenShards.bytes(entry.path("stats"));
        assertThat(StatsEncoding.encode(StatsEncoding.decode(stored))).as(place).isEqualTo(stored);
        Bytes blob = shard.blob(shard.shard() + "/" + entry.path("key").asText());
        try (DecodedPart part = ParquetParts.decode(blob, allocator)) {
            StructStats measured =
                    measure(GoldenFacts.keys(expected, entry).keyStatistics(), part.updates());
            TrimmedStats trimmed = KeyStats.trim(measured, GoldenFacts.stats(expected, batch));
            if (!trimmed.encoded().equals(stored) && shard.name().equals("source-all-types")) {
                assertAsGood(trimmed.encoded(), stored, measured);
                return true;
            }
            assertThat(StatsEncoding.decode(trimmed.encoded()))
                    .as(place)
                    .isEqualTo(StatsEncoding.decode(stored));
            assertThat(trimmed.encoded()).as(place).isEqualTo(stored);
            assertThat(trimmed.removedBytes())
                    .isEqualTo(StatsEncoding.size(measured) - stored.length());
        }
        return true;
    }

    /**
     * Of columns of equal size, any may have been removed first: the original sorts more than 20 in
     * an order that only its sort knows.
     */
    private static void assertAsGood(Bytes trimmed, Bytes stored, StructStats measured)
            throws Exception {
        StructStats ours = StatsEncoding.decode(trimmed);
        StructStats theirs = StatsEncoding.decode(stored);
        assertThat(sizes(ours)).isEqualTo(sizes(theirs));
        assertThat(theirs.columns().get("err")).isEqualTo(ours.columns().get("err"));
        StructStats whole = ok(measured.shortened());
        for (StructStats stats : new StructStats[] {ours, theirs}) {
            assertThat(whole.columns().entrySet()).containsAll(ok(stats).columns().entrySet());
        }
    }

    private static StructStats ok(StructStats stats) {
        return (StructStats) stats.columns().get("ok").values();
    }

    private static int[] sizes(StructStats stats) {
        return ok(stats).columns().values().stream()
                .mapToInt(StatsEncoding::size)
                .sorted()
                .toArray();
    }

    private static StructStats measure(StatsKind.Struct kind, Updates updates) {
        return updates.structured() == null
                ? KeyStats.ofCount(kind, updates.count())
                : KeyStats.of(kind, updates.structured().keys());
    }
}
