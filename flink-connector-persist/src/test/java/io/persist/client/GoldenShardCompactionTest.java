package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.compaction.CompactionResult;
import io.persist.client.compaction.ForcedCompaction;
import io.persist.frontier.Antichain;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;

/** Shards that the original client wrote read the same after they were compacted. */
final class GoldenShardCompactionTest {
    static List<GoldenShards.Shard> shards() {
        return GoldenShards.all();
    }

    @ParameterizedTest
    @MethodSource("shards")
    void readsTheSameAfterCompaction(GoldenShards.Shard golden) throws Exception {
        try (TestClient test = TestClient.inMemory()) {
            GoldenContents.importInto(golden, test.blob(), test.consensus());
            List<ForcedCompaction.Step> steps = new ArrayList<>();
            ForcedCompaction.Summary summary =
                    test.client().compact(golden.shard(), steps::add).orElseThrow();
            assertThat(steps).allMatch(step -> step.result() instanceof CompactionResult.Applied);
            assertThat(summary.remaining()).isZero();
            test.runMaintenance();
            try (TestClient another = test.another(2);
                    ReadHandle<?, ?> reader =
                            another.client()
                                    .openReaderAsStored(golden.shard(), "golden")
                                    .orElseThrow()) {
                snapshots(reader, golden.expected().get("read").get("snapshots"));
            }
        }
    }

    private static <K, V> void snapshots(ReadHandle<K, V> reader, JsonNode snapshots)
            throws Exception {
        for (JsonNode snapshot : snapshots) {
            if (!snapshot.hasNonNull("error")) {
                Antichain asOf = Antichain.of(GoldenShards.time(snapshot.get("as_of")));
                assertThat(GoldenContents.actual(reader, reader.snapshotAndFetch(asOf).orThrow()))
                        .as("snapshot as of %s", asOf)
                        .isEqualTo(GoldenContents.expected(snapshot.get("updates")));
            }
        }
    }
}
