package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.compaction.CompactionConfig;
import io.persist.client.compaction.CompactionMetrics;
import io.persist.client.compaction.CompactionResult;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Profile;
import io.persist.state.maintenance.Claims;
import io.persist.state.spine.SpineBatch;
import io.persist.store.StoreException;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/** What appends ask for is queued, dropped, skipped, recorded or taken over as it is set. */
final class BackgroundMaintenanceTest {
    private static final class Counts implements CompactionMetrics {
        private final AtomicInteger requested = new AtomicInteger();
        private final AtomicInteger skipped = new AtomicInteger();
        private final AtomicInteger dropped = new AtomicInteger();
        private final AtomicInteger disabled = new AtomicInteger();
        private final AtomicInteger applied = new AtomicInteger();

        @Override
        public void requested() {
            requested.incrementAndGet();
        }

        @Override
        public void skipped() {
            skipped.incrementAndGet();
        }

        @Override
        public void dropped() {
            dropped.incrementAndGet();
        }

        @Override
        public void disabled() {
            disabled.incrementAndGet();
        }

        @Override
        public void applied() {
            applied.incrementAndGet();
        }
    }

    private final Counts counts = new Counts();

    private CompactionShard shard(Profile profile, CompactionConfig.Builder compaction)
            throws Exception {
        return new CompactionShard(
                CompactionShard.config(profile)
                        .compaction(compaction.metrics(counts).build())
                        .build());
    }

    private static List<MaintenanceTask.Compact> compactions(CompactionShard shard) {
        return shard.test.maintenance().stream()
                .map(TestClient.Pending::task)
                .filter(MaintenanceTask.Compact.class::isInstance)
                .map(MaintenanceTask.Compact.class::cast)
                .toList();
    }

    @Test
    void whatIsNotWorthItIsSkipped() throws Exception {
        try (CompactionShard shard = shard(Profile.P26, CompactionConfig.builder())) {
            shard.append("a");
            shard.append("b");
            shard.append("c");
            assertThat(compactions(shard)).isEmpty();
            assertThat(counts.skipped).hasPositiveValue();
            assertThat(counts.requested).hasValue(0);
        }
        for (CompactionConfig.Builder low :
                List.of(
                        CompactionConfig.builder().minInputs(2),
                        CompactionConfig.builder().minParts(2),
                        CompactionConfig.builder().minUpdates(2))) {
            try (CompactionShard shard = shard(Profile.P26, low)) {
                shard.append("a");
                shard.append("b");
                shard.append("c");
                assertThat(compactions(shard)).isNotEmpty();
            }
        }
    }

    @Test
    void compactionCanBeLeftToOthers() throws Exception {
        try (CompactionShard shard =
                shard(Profile.P26, CompactionConfig.builder().minInputs(2).enabled(false))) {
            shard.append("a");
            shard.append("b");
            shard.append("c");
            assertThat(compactions(shard)).isEmpty();
        }
    }

    @Test
    void theProcessMayForbidIt() throws Exception {
        CompactionConfig.Builder forbidden =
                CompactionConfig.builder().minInputs(2).disabledInProcess(true);
        try (CompactionShard shard = shard(Profile.P26, forbidden)) {
            shard.append("a");
            shard.append("b");
            shard.append("c");
            assertThat(shard.writer.compactor().run(shard.machine(), shard.request()))
                    .isEqualTo(new CompactionResult.Disabled());
            assertThat(counts.disabled).hasValue(1);
        }
        try (CompactionShard shard = shard(Profile.P26, forbidden.checkProcessFlag(false))) {
            shard.append("a");
            shard.append("b");
            shard.append("c");
            assertThat(shard.writer.compactor().run(shard.machine(), shard.request()))
                    .isInstanceOf(CompactionResult.Applied.class);
        }
    }

    @Test
    void whatDoesNotFitTheQueueIsDropped() throws Exception {
        try (CompactionShard shard = shard(Profile.P26, CompactionConfig.builder().minInputs(2))) {
            shard.append("a");
            shard.append("b");
            shard.append("c");
            MaintenanceTask.Compact task = shard.compact();
            Deque<Runnable> queue = new ArrayDeque<>();
            BackgroundMaintenance background =
                    new BackgroundMaintenance(
                            rollup -> {
                                throw new AssertionError("not for compactions");
                            },
                            run -> {
                                if (!queue.isEmpty()) {
                                    throw new RejectedExecutionException("full");
                                }
                                queue.add(run);
                            },
                            counts);
            background.offer(shard.machine(), task);
            background.offer(shard.machine(), task);
            assertThat(counts.dropped).hasValue(1);
            queue.remove().run();
            assertThat(counts.applied).hasValue(1);
            assertThat(background.failures()).isZero();
        }
    }

    @Test
    void whatFailsIsCountedAndReachesNobody() throws Exception {
        try (CompactionShard shard = shard(Profile.P26, CompactionConfig.builder())) {
            BackgroundMaintenance background =
                    new BackgroundMaintenance(Runnable::run, Runnable::run, counts);
            background.offer(
                    shard.machine(),
                    new MaintenanceTask.MoveSince(
                            machine -> {
                                throw new StoreException.Indeterminate("no answer");
                            }));
            assertThat(background.failures()).isEqualTo(1);
        }
    }

    @Test
    void theQueueAndItsThreadsAreAsSet() {
        PersistConfig config =
                TestClient.config()
                        .compaction(CompactionConfig.builder().queueSize(3).concurrency(2).build())
                        .build();
        try (Pools pools = new Pools("test", config)) {
            ThreadPoolExecutor pool = pools.compaction();
            assertThat(pool.getMaximumPoolSize()).isEqualTo(2);
            assertThat(pool.getQueue().remainingCapacity()).isEqualTo(3);
        }
    }

    private static List<Long> marks(CompactionShard shard) {
        return shard.machine().state().trace().spineBatches().stream()
                .map(SpineBatch::compactionStartMillis)
                .filter(java.util.Objects::nonNull)
                .toList();
    }

    @Test
    void requestsAreRecordedWherePeersKnowIt() throws Exception {
        for (boolean record : new boolean[] {false, true}) {
            for (Profile profile : Profile.values()) {
                CompactionConfig.Builder compaction =
                        CompactionConfig.builder()
                                .claims(new Claims(record, false, 100, "", 3_600_000));
                try (CompactionShard shard = shard(profile, compaction)) {
                    shard.append("a");
                    shard.append("b");
                    shard.append("c");
                    boolean marked = record || profile == Profile.P26;
                    assertThat(marks(shard)).hasSize(marked ? 1 : 0);
                    shard.machine().refresh();
                }
            }
        }
    }

    @Test
    void appendsTakeOverWhatNobodyDoes() throws Exception {
        assertThat(takenOver(Claims.NONE)).isZero();
        assertThat(takenOver(new Claims(false, true, 100, "", 3_600_000))).isEqualTo(1);
        assertThat(takenOver(new Claims(false, true, 0, "", 3_600_000))).isZero();
        assertThat(takenOver(new Claims(false, true, 300, "", 3_600_000))).isEqualTo(1);
        assertThat(takenOver(new Claims(false, true, 100, "25.0.0", 3_600_000))).isEqualTo(1);
        assertThat(takenOver(new Claims(false, true, 100, "27.0.0", 3_600_000))).isZero();
        assertThat(takenOver(new Claims(false, true, 100, "", 10_000_000))).isZero();
    }

    /** Tasks that an append brings which asks for nothing itself, after an hour and a half. */
    private int takenOver(Claims claims) throws Exception {
        CompactionConfig.Builder compaction =
                CompactionConfig.builder().minInputs(2).claims(claims);
        try (CompactionShard shard = shard(Profile.P26, compaction)) {
            shard.append("a");
            shard.append("b");
            shard.append("c");
            shard.test.maintenance().clear();
            assertThat(shard.machine().state().trace().readyMerges()).hasSize(1);
            shard.test.time().advance(5_400_000);
            shard.append("d");
            return compactions(shard).size();
        }
    }
}
