package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.part.Compression;
import io.persist.part.ParquetSettings;
import io.persist.part.PartFormat;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Profile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What each setting changes in a shard, or in how it is read. */
final class SettingEffectsTest {
    private static final ShardId SHARD = ShardId.parse("s80000000-0000-0000-0000-000000000000");

    private static BatchConfig.Builder hollow() {
        return BatchConfig.builder().inlineSingleMaxBytes(0);
    }

    /** Runs of one append of {@code keys}. */
    private static List<Run> runs(PersistConfig.Builder config, int keys) throws Exception {
        try (TestClient test = TestClient.inMemory(config.build())) {
            WriteHandle<String, String> writer = writer(test);
            List<Update<String, String>> updates = new ArrayList<>();
            for (int i = 0; i < keys; i++) {
                updates.add(new Update<>("key-" + i, "value", 0, 1));
            }
            writer.compareAndAppend(updates, Antichain.of(0), Antichain.of(1)).orThrow();
            return writer.machine().state().batches().get(0).runs();
        }
    }

    private static WriteHandle<String, String> writer(TestClient test) throws Exception {
        return test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
    }

    private static PersistConfig.Builder p128(BatchConfig.Builder batch, P128Settings.Builder p) {
        return TestClient.config().newShards(Profile.P128).batch(batch.build()).p128(p.build());
    }

    private static RunPart.Hollow onlyPart(List<Run> runs) {
        assertThat(runs).hasSize(1);
        return (RunPart.Hollow) runs.get(0).parts().get(0);
    }

    @Test
    void sumsAndSchemasCanBeLeftOutForTheOlderGenerationOnly_B37() throws Exception {
        P128Settings.Builder off = P128Settings.builder().diffsSum(false).recordSchemaId(false);
        List<Run> runs = runs(p128(hollow(), off), 3);
        assertThat(onlyPart(runs).diffsSum()).isNull();
        assertThat(onlyPart(runs).schema()).isNull();
        assertThat(onlyPart(runs).deprecatedSchema()).isNotNull();
        assertThat(runs.get(0).meta().schema()).isEmpty();
        assertThat(runs.get(0).meta().deprecatedSchema()).isPresent();

        BatchConfig.Builder askedFor =
                hollow().diffsSum(false).schemaField(BatchConfig.SchemaField.DEPRECATED);
        List<Run> newer = runs(TestClient.config().batch(askedFor.build()), 3);
        assertThat(onlyPart(newer).diffsSum()).isEqualTo(3);
        assertThat(onlyPart(newer).schema()).isNotNull();
    }

    @Test
    void theFormatOfTheOlderGenerationIsSetByNameAndShare_B29() throws Exception {
        assertThat(P128Settings.builder().format("row").build().format()).isEqualTo(PartFormat.ROW);
        assertThat(P128Settings.builder().format("both").build().format())
                .isEqualTo(PartFormat.ROW);
        assertThat(P128Settings.builder().format("none such").build().format())
                .isEqualTo(PartFormat.BOTH);
        assertThat(onlyPart(runs(p128(hollow(), P128Settings.builder()), 1)).format())
                .isEqualTo(new RunPart.FormatHint.Both(2));
        assertThat(
                        onlyPart(runs(p128(hollow(), P128Settings.builder().columnarPercent(0)), 1))
                                .format())
                .isEqualTo(new RunPart.FormatHint.Row());
        assertThatThrownBy(() -> P128Settings.builder().columnarPercent(101).build())
                .hasMessageContaining("columnarPercent");
        assertThatThrownBy(() -> P128Settings.builder().format(PartFormat.STRUCTURED).build())
                .hasMessageContaining("0.128 cannot read");
    }

    @Test
    void mergedRunsAreSortedByColumnsUpToAShard_B34a() throws Exception {
        BatchConfig.Builder merging =
                hollow().targetBytes(1).runs(RunSettings.DEFAULT.withMaxRuns(2));
        assertThat(mergedOrder(merging, P128Settings.builder())).isEqualTo(RunOrder.STRUCTURED);
        assertThat(mergedOrder(merging, P128Settings.builder().structuredOrder(false)))
                .isEqualTo(RunOrder.CODEC);
        assertThat(mergedOrder(merging, P128Settings.builder().structuredOrderFromShard("s8")))
                .isEqualTo(RunOrder.CODEC);
        assertThat(mergedOrder(merging, P128Settings.builder().structuredOrderFromShard("s9")))
                .isEqualTo(RunOrder.STRUCTURED);
    }

    private static RunOrder mergedOrder(BatchConfig.Builder batch, P128Settings.Builder p128)
            throws Exception {
        List<Run> runs = runs(p128(batch, p128), 5);
        assertThat(runs.size()).isLessThanOrEqualTo(2);
        return runs.get(0).meta().order().orElseThrow();
    }

    @Test
    void runsHaveIdentitiesForTheNewerGenerationOnly_B41() throws Exception {
        BatchConfig.Builder named = hollow().runs(RunSettings.DEFAULT.withIdentities(true));
        assertThat(runs(TestClient.config().batch(named.build()), 2).get(0).meta().len())
                .contains(2L);
        assertThat(runs(p128(named, P128Settings.builder()), 2).get(0).meta().id()).isEmpty();
        assertThat(runs(TestClient.config().batch(hollow().build()), 2).get(0).meta().id())
                .isEmpty();
    }

    @Test
    void dictionariesAndCompressionChangeTheSizeOfParts() throws Exception {
        ParquetSettings plain = new ParquetSettings(Compression.NONE, false);
        ParquetSettings dictionary = new ParquetSettings(Compression.NONE, true);
        ParquetSettings packed = new ParquetSettings(Compression.parse("zstd-3"), false);
        long plainBytes = size(TestClient.config().batch(hollow().parquet(plain).build()));
        assertThat(size(TestClient.config().batch(hollow().parquet(dictionary).build())))
                .isLessThan(plainBytes);
        assertThat(size(TestClient.config().batch(hollow().parquet(packed).build())))
                .isLessThan(plainBytes);
        assertThat(size(p128(hollow(), P128Settings.builder().dictionary(true))))
                .isLessThan(size(p128(hollow(), P128Settings.builder())));
    }

    private static long size(PersistConfig.Builder config) throws Exception {
        return onlyPart(runs(config, 1000)).encodedBytes();
    }

    @Test
    void structuredBoundsHaveABudget_BT6() throws Exception {
        BatchConfig.Builder roomy = hollow().structuredKeyLowerMaxBytes(1024);
        assertThat(onlyPart(runs(TestClient.config().batch(roomy.build()), 3)).structuredKeyLower())
                .isNotNull();
        assertThat(onlyPart(runs(p128(roomy, P128Settings.builder()), 3)).structuredKeyLower())
                .isNotNull();
        BatchConfig.Builder none = hollow().structuredKeyLowerMaxBytes(0);
        assertThat(onlyPart(runs(TestClient.config().batch(none.build()), 3)).structuredKeyLower())
                .isNull();
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void anAppendMayReachBeyondItsBatchesOnlyWhereThatIsNotValidated_B35(Profile profile)
            throws Exception {
        PersistConfig.Builder trusting =
                TestClient.config()
                        .newShards(profile)
                        .batch(hollow().validateBoundsOnWrite(false).build());
        try (TestClient test = TestClient.inMemory(trusting.build())) {
            WriteHandle<String, String> writer = writer(test);
            Batch narrow;
            try (BatchBuilder<String, String> builder = writer.builder(Antichain.of(1))) {
                builder.add("a", "v", 1, 1);
                narrow = builder.finish(Antichain.of(2));
            }
            AppendResult result =
                    writer.compareAndAppendBatch(List.of(narrow), Antichain.of(0), Antichain.of(3));
            if (profile == Profile.P128) {
                assertThat(result).isInstanceOf(AppendResult.InvalidUsage.class);
                narrow.delete();
                return;
            }
            result.orThrow();
            try (ReadHandle<String, String> reader =
                    test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
                assertThat(reader.snapshotAndFetch(Antichain.of(2)).orThrow())
                        .containsExactly(new Update<>("a", "v", 2, 1));
            }
        }
    }

    @Test
    void boundsAreCheckedWhenReadingOlderShardsOrWhenAskedTo() {
        PersistConfig lenient = PersistConfig.builder().build();
        PersistConfig strict = PersistConfig.builder().validateBoundsOnRead(true).build();
        assertThat(lenient.boundsCheck(Profile.P26).name()).isEqualTo("ACCEPT");
        assertThat(lenient.boundsCheck(Profile.P128).name()).isEqualTo("REFUSE");
        assertThat(strict.boundsCheck(Profile.P26).name()).isEqualTo("REFUSE");
    }

    @Test
    void aRollupIsDueAfterSoManyCommits() throws Exception {
        PersistConfig often = TestClient.config().rollupThreshold(3).build();
        try (TestClient test = TestClient.inMemory(often)) {
            WriteHandle<String, String> writer = writer(test);
            for (long time = 0; time < 6; time++) {
                writer.compareAndAppend(List.of(), Antichain.of(time), Antichain.of(time + 1))
                        .orThrow();
            }
            assertThat(test.maintenance())
                    .anyMatch(pending -> pending.task() instanceof MaintenanceTask.WriteRollup);
        }
        assertThatThrownBy(() -> TestClient.config().rollupThreshold(0).build())
                .hasMessageContaining("rollupThreshold");
    }

    @Test
    void listensPollAsSet() throws Exception {
        PollPolicy original =
                new PollPolicy(
                        Duration.ofMillis(1200), Duration.ofMillis(100), 2, Duration.ofSeconds(16));
        assertThat(waits(original, 10))
                .containsExactly(
                        1200L, 100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12_800L, 16_000L);
        assertThat(waits(PollPolicy.DEFAULT, 10))
                .containsExactly(4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 1000L, 1000L);
        assertThatThrownBy(
                        () ->
                                new PollPolicy(
                                        Duration.ZERO,
                                        Duration.ofMillis(5),
                                        2,
                                        Duration.ofMillis(4)))
                .hasMessageContaining("longest wait");

        PersistConfig slow = TestClient.config().listenPolls(original).build();
        try (TestClient test = TestClient.inMemory(slow)) {
            writer(test);
            try (ReadHandle<String, String> reader =
                    test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
                Listen<String, String> listen = reader.listen(Antichain.of(0)).orThrow();
                long before = test.time().millis();
                assertThat(listen.next(Duration.ofSeconds(1)))
                        .isInstanceOf(ReadResult.NotYetAvailable.class);
                assertThat(test.time().millis() - before).as("one wait").isEqualTo(1000);
            }
        }
    }

    private static List<Long> waits(PollPolicy policy, int count) {
        List<Long> waits = new ArrayList<>();
        long wait = policy.firstMillis();
        for (int i = 0; i < count; i++) {
            waits.add(wait);
            wait = policy.nextMillis(wait, i == 0);
        }
        return waits;
    }

    @Test
    void deletingCanBeSwitchedOff_B5() throws Exception {
        for (boolean enabled : new boolean[] {true, false}) {
            BatchConfig.Builder batch = hollow().deleteEnabled(enabled);
            try (TestClient test =
                    TestClient.inMemory(TestClient.config().batch(batch.build()).build())) {
                Batch unwanted;
                try (BatchBuilder<String, String> builder = writer(test).builder(Antichain.of(0))) {
                    builder.add("a", "v", 0, 1);
                    unwanted = builder.finish(Antichain.of(1));
                }
                unwanted.delete();
                List<String> parts = new ArrayList<>();
                test.blob().list(SHARD + "/n", (key, size) -> parts.add(key.text()));
                assertThat(parts).hasSize(enabled ? 0 : 1);
            }
        }
    }
}
