package io.persist.batch.build;

import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.RunSettings;
import io.persist.frontier.Antichain;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much is on its way while a batch grows, and what the producer waits for. */
@Timeout(60)
final class PartsInFlightTest {
    private final BatchRig rig = new BatchRig();
    private final AtomicInteger stalls = new AtomicInteger();
    private final BatchMetrics metrics =
            new BatchMetrics() {
                @Override
                public void stalled() {
                    stalls.incrementAndGet();
                }
            };

    @AfterEach
    void close() {
        rig.close();
    }

    private BatchBuilder<String, String> builder(BatchConfig.Builder config) {
        return new BatchBuilder<>(
                rig.store.withMetrics(metrics), config.build(), BatchRig.STRINGS, Antichain.of(0));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The first upload ends only after further updates were added: with one thread, never. */
    @Test
    void uploadsOverlapBuilding_B31() throws Exception {
        CountDownLatch uploading = new CountDownLatch(1);
        CountDownLatch added = new CountDownLatch(1);
        rig.blob.beforeSet =
                key -> {
                    uploading.countDown();
                    await(added);
                };
        try (BatchBuilder<String, String> builder =
                builder(hollow().targetBytes(40).maxOutstandingParts(1))) {
            assertThat(builder.add("a".repeat(40), "", 0, 1))
                    .isEqualTo(BatchBuilder.Added.PART_SENT);
            uploading.await();
            assertThat(builder.add("b", "", 0, 1)).isEqualTo(BatchBuilder.Added.BUFFERED);
            assertThat(stalls).hasValue(0);
            added.countDown();
            builder.finish(Antichain.of(1)).delete();
        }
    }

    /** Two uploads wait for each other: they must be on their way at the same time. */
    @Test
    void uploadsOverlapEachOther_B31() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        rig.blob.beforeSet =
                key -> {
                    both.countDown();
                    await(both);
                };
        try (BatchBuilder<String, String> builder =
                builder(hollow().targetBytes(0).maxOutstandingParts(2))) {
            builder.add("a", "", 0, 1);
            builder.add("b", "", 0, 1);
            builder.finish(Antichain.of(1)).delete();
        }
        assertThat(stalls).hasValue(0);
    }

    @Test
    void whatIsAddedTellsWhetherAPartWasSent_B12() throws Exception {
        try (BatchBuilder<String, String> builder = builder(hollow().targetBytes(34))) {
            assertThat(builder.add("a", "", 0, 1)).isEqualTo(BatchBuilder.Added.BUFFERED);
            assertThat(builder.add("b", "", 0, 1)).isEqualTo(BatchBuilder.Added.PART_SENT);
            builder.finish(Antichain.of(1)).delete();
        }
    }

    @Test
    void withoutOutstandingPartsEachOneIsWaitedFor_B32() throws Exception {
        try (BatchBuilder<String, String> builder =
                builder(hollow().targetBytes(0).maxOutstandingParts(0))) {
            for (int i = 0; i < 4; i++) {
                builder.add("k" + i, "", 0, 1);
                assertThat(builder.observed()).hasSize(i + 1).containsOnly(true);
                assertThat(rig.blobKeys()).hasSize(i + 1);
            }
            builder.finish(Antichain.of(1)).delete();
        }
        assertThat(stalls).hasValue(4);
    }

    /** One stall for each part that falls behind the newest two, finished or not. */
    @Test
    void theNewestPartsMayBeUnfinished_B32() throws Exception {
        try (BatchBuilder<String, String> builder =
                builder(hollow().targetBytes(0).maxOutstandingParts(2))) {
            for (int i = 0; i < 6; i++) {
                builder.add("k" + i, "", 0, 1);
            }
            assertThat(builder.observed()).containsExactly(true, true, true, true, false, false);
            builder.finish(Antichain.of(1)).delete();
        }
        assertThat(stalls).hasValue(4);
    }

    /** The newest merge may be unfinished besides the parts, an older one not. */
    @Test
    void oneMergeMayBeUnfinishedBesides_B32() throws Exception {
        try (BatchBuilder<String, String> builder =
                builder(
                        hollow().targetBytes(0)
                                .maxOutstandingParts(1)
                                .runs(RunSettings.DEFAULT.withMaxRuns(3)))) {
            for (int i = 0; i < 6; i++) {
                builder.add("k" + i, "", 0, 1);
            }
            // (012) (345)
            assertThat(builder.observed()).containsExactly(true, false);
            builder.add("k6", "", 0, 1);
            assertThat(builder.observed()).containsExactly(true, false, false);
            builder.finish(Antichain.of(1)).delete();
        }
    }

    /** Counts what is between the hand-over of a part and the end of its upload. */
    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "2,1", "3,1", "0,2", "1,2", "2,3", "3,5"})
    void partsOnTheirWayAndMemoryAreBounded_B32(int maxOutstanding, int maxRuns) throws Exception {
        int target = 64 << 10;
        AtomicLong handedOver = new AtomicLong();
        AtomicLong ended = new AtomicLong();
        AtomicLong peak = new AtomicLong();
        BatchMetrics counting =
                new BatchMetrics() {
                    @Override
                    public void addedUpdates(long count) {
                        peak.accumulateAndGet(
                                handedOver.incrementAndGet() - ended.get(), Math::max);
                    }

                    @Override
                    public void wrotePart(PartWritten part) {
                        ended.incrementAndGet();
                    }

                    @Override
                    public BatchMetrics ofMerges() {
                        return NONE;
                    }
                };
        RunSettings runs = RunSettings.DEFAULT.withMaxRuns(maxRuns);
        BatchConfig config =
                hollow().targetBytes(target).maxOutstandingParts(maxOutstanding).runs(runs).build();
        long peakBytes = 0;
        String key = "k".repeat(1000);
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(
                        rig.store.withMetrics(counting),
                        config,
                        BatchRig.STRINGS,
                        Antichain.of(0))) {
            for (int i = 0; i < 2000; i++) {
                builder.add(key, "" + i, 0, 1);
            }
            peakBytes = rig.allocator.getPeakMemoryAllocation();
            builder.finish(Antichain.of(1)).delete();
        }

        assertThat(handedOver.get()).isGreaterThan(25);
        assertThat(peak.get()).isBetween(1L, maxOutstanding + 1L);
        if (maxRuns == 1) {
            // Vectors grow by doubling: up to twice the payload, and three times while they move.
            assertThat(peakBytes).isLessThan((maxOutstanding + 1) * 2L * target + 3L * target);
        }
        assertThat(rig.blobKeys()).isEmpty();
    }

    /** A builder on a pool of one thread: no task may wait for another. */
    @Test
    void oneThreadIsEnoughForMergesOfMerges_B34() throws Exception {
        BatchConfig config =
                hollow().targetBytes(0)
                        .maxOutstandingParts(5)
                        .runs(RunSettings.DEFAULT.withMaxRuns(2).withMaxRunLen(2))
                        .build();
        java.util.concurrent.ExecutorService one =
                java.util.concurrent.Executors.newSingleThreadExecutor();
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(rig.withPool(one), config, BatchRig.STRINGS, Antichain.of(0))) {
            for (int i = 0; i < 30; i++) {
                builder.add("k" + i, "", 0, 1);
            }
            Batch batch = builder.finish(Antichain.of(1));
            assertThat(batch.hollow().runs()).hasSizeLessThanOrEqualTo(2);
            assertThat(
                            rig.read(
                                    List.of(batch.hollow())
                                            .toArray(new io.persist.batch.HollowBatch[0])))
                    .hasSize(30);
            batch.delete();
        } finally {
            one.shutdown();
        }
    }
}
