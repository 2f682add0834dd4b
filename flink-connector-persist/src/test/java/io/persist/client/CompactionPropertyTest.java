package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunSettings;
import io.persist.client.compaction.CompactionConfig;
import io.persist.client.compaction.ForcedCompaction;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Profile;
import io.persist.state.spine.Trace;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** However appends, compactions and collections follow each other, what is read stays the same. */
final class CompactionPropertyTest {
    /** Add the seed of a failure here. */
    static Stream<Arguments> runs() {
        return Stream.of(Profile.values())
                .flatMap(
                        profile ->
                                LongStream.range(0, 6)
                                        .mapToObj(seed -> Arguments.of(profile, seed)));
    }

    private static PersistConfig config(Profile profile, Random random) {
        return TestClient.config()
                .newShards(profile)
                .ioThreads(0)
                .rollupThreshold(8)
                .compaction(
                        CompactionConfig.builder()
                                .minInputs(2)
                                .yieldAfterUpdates(1 + random.nextInt(5))
                                .build())
                .p128(P128Settings.builder().structuredOrder(random.nextBoolean()).build())
                .batch(
                        BatchConfig.builder()
                                .inlineSingleMaxBytes(random.nextBoolean() ? 0 : 60)
                                .inlineTotalMaxBytes(400)
                                .targetBytes(20 + random.nextInt(100))
                                .runs(
                                        RunSettings.DEFAULT
                                                .withMaxRunLen(2 + random.nextInt(4))
                                                .withMaxRuns(random.nextInt(4))
                                                .withMergeMemoryBytes(0))
                                .build())
                .build();
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("runs")
    void everyReadAgreesWithTheModel_C4(Profile profile, long seed) throws Exception {
        Random random = new Random(seed);
        int compactions = 0;
        try (CompactionShard shard = new CompactionShard(config(profile, random))) {
            long since = 0;
            for (int step = 0; step < 120; step++) {
                append(shard, random);
                if (random.nextInt(6) == 0 && shard.upper > since + 1) {
                    since += random.nextInt((int) (shard.upper - since));
                    shard.downgradeSince(since);
                }
                compactions += maintain(shard, random);
                if (random.nextInt(4) == 0) {
                    long asOf = since + random.nextInt((int) (shard.upper - since));
                    assertThat(shard.read(asOf))
                            .as("as of %s", asOf)
                            .isEqualTo(shard.expected(asOf));
                }
            }
            compact(shard);
            for (long asOf = since; asOf < shard.upper; asOf += 1 + random.nextInt(9)) {
                assertThat(shard.read(asOf)).as("as of %s", asOf).isEqualTo(shard.expected(asOf));
            }
        }
        assertThat(compactions).isGreaterThan(10);
    }

    private static void append(CompactionShard shard, Random random) throws Exception {
        long next = shard.upper + 1 + random.nextInt(3);
        List<Update<String, String>> updates = new ArrayList<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            updates.add(
                    new Update<>(
                            "key" + random.nextInt(20),
                            "v",
                            shard.upper + random.nextInt((int) (next - shard.upper)),
                            random.nextInt(4) == 0 ? -1 : 1 + random.nextInt(2)));
        }
        shard.append(updates, next);
    }

    /** Tasks are run, lost, run twice, or late. Returns how many compactions took effect. */
    private static int maintain(CompactionShard shard, Random random) throws Exception {
        int applied = 0;
        while (!shard.test.maintenance().isEmpty() && random.nextInt(3) > 0) {
            TestClient.Pending pending = shard.test.maintenance().remove();
            if (random.nextInt(5) == 0) {
                if (random.nextBoolean()) {
                    shard.test.maintenance().add(pending);
                }
                continue;
            }
            Trace before = shard.machine().state().trace();
            Long sum = sum(before);
            pending.machine().perform(pending.task());
            Trace after = shard.machine().state().trace();
            if (pending.task() instanceof MaintenanceTask.Compact && !after.equals(before)) {
                applied++;
                // Lists of parts have none where peers know none.
                if (sum != null && sum(after) != null) {
                    assertThat(sum(after)).isEqualTo(sum);
                }
            }
        }
        return applied;
    }

    private static Long sum(Trace trace) {
        List<Long> sums = trace.batches().stream().map(HollowBatch::diffsSum).toList();
        return sums.stream().anyMatch(Objects::isNull)
                ? null
                : Long.valueOf(sums.stream().mapToLong(Long::longValue).sum());
    }

    private static void compact(CompactionShard shard) throws Exception {
        ForcedCompaction.Summary summary =
                new ForcedCompaction(shard.machine(), shard.writer.compactor()).run(step -> {});
        assertThat(summary.remaining()).isLessThanOrEqualTo(shard.batches().size());
    }
}
