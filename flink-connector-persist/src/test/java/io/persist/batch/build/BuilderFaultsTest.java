package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Builders over stores that fail: no leak, no deadlock, no lost error. The rig fails if off-heap
 * memory was leaked.
 */
@Timeout(120)
final class BuilderFaultsTest {
    /** Each update is a part, two runs are merged for the third, and nothing is in flight. */
    private static final BatchConfig MERGING =
            BatchRig.hollow()
                    .targetBytes(0)
                    .maxOutstandingParts(0)
                    .runs(RunSettings.DEFAULT.withMaxRuns(2))
                    .build();

    private static BatchConfig settings(Random random) {
        return BatchConfig.builder()
                .format(List.of(PartFormat.values()).get(random.nextInt(3)))
                .targetBytes(random.nextInt(5) * 40)
                .pieceBytes(1 + random.nextInt(60))
                .inlineSingleMaxBytes(random.nextInt(4) == 0 ? 4096 : 0)
                .maxOutstandingParts(random.nextInt(4))
                .runs(
                        RunSettings.DEFAULT
                                .withMaxRuns(random.nextInt(5))
                                .withMaxRunLen(2 + random.nextInt(3)))
                .build();
    }

    /** What the store does to each write: nothing, or fail so often that retrying gives up. */
    private static BatchRig.HookedBlob.Hook faults(Random random, double share) {
        return key -> {
            boolean fails;
            synchronized (random) {
                fails = random.nextDouble() < share;
            }
            if (fails) {
                throw new StoreException.Indeterminate("injected for " + key);
            }
        };
    }

    @Property(seed = "20261124", tries = 250)
    void whateverFailsNothingIsLeakedOrLost_B43(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 40) int count) throws Exception {
        Random random = new Random(seed);
        try (BatchRig rig = new BatchRig()) {
            BatchConfig config = settings(random);
            rig.blob.beforeSet = faults(new Random(random.nextLong()), random.nextDouble() * 0.8);
            boolean finished = false;
            List<Row<String, String>> rows = new ArrayList<>();
            try (BatchBuilder<String, String> builder =
                    new BatchBuilder<>(rig.store, config, BatchRig.STRINGS, Antichain.of(0))) {
                for (int i = 0; i < count; i++) {
                    Row<String, String> row = Row.of("k" + random.nextInt(100), i, 1);
                    builder.add(row.key(), row.val(), row.time(), row.diff());
                    rows.add(row);
                }
                if (random.nextInt(4) > 0) {
                    Batch batch = builder.finish(Antichain.of(count));
                    finished = true;
                    assertThat(rig.read(batch.hollow())).hasSameElementsAs(rows).hasSize(count);
                    batch.delete();
                }
            } catch (StoreException e) {
                assertThat(finished).isFalse();
                assertThat(e).hasMessageContaining("injected");
            }
            rig.drain();

            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    /** A merge that cannot be written: its inputs stay until the builder is closed. */
    @Test
    void aFailedMergeDeletesNothingUntilTheBuilderIsClosed_B34() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            try (BatchBuilder<String, String> builder =
                    new BatchBuilder<>(rig.store, MERGING, BatchRig.STRINGS, Antichain.of(0))) {
                builder.add("a", "", 0, 1);
                builder.add("b", "", 0, 1);
                List<String> inputs = rig.blobKeys();
                rig.blob.beforeSet =
                        key -> {
                            throw new StoreException.Determinate("No space left on device");
                        };
                assertThatThrownBy(
                                () -> {
                                    builder.add("c", "", 0, 1);
                                    builder.finish(Antichain.of(1));
                                })
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("No space left");
                assertThat(rig.blobKeys()).containsAll(inputs);
            }
            rig.drain();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    /** Something else than this builder deleted a part before it was merged. */
    @Test
    void aPartThatIsGoneFailsTheMergeByName_B34() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            try (BatchBuilder<String, String> builder =
                    new BatchBuilder<>(rig.store, MERGING, BatchRig.STRINGS, Antichain.of(0))) {
                builder.add("a", "", 0, 1);
                builder.add("b", "", 0, 1);
                String gone = rig.blobKeys().get(0);
                rig.blob.delete(new BlobKey(gone));
                assertThatThrownBy(
                                () -> {
                                    builder.add("c", "", 0, 1);
                                    builder.finish(Antichain.of(1));
                                })
                        .isInstanceOf(StoreException.Determinate.class)
                        .hasStackTraceContaining(gone);
            }
            rig.drain();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    @Test
    void aPoolThatWasShutDownFailsTheBuilder_B43() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            ExecutorService pool = Executors.newFixedThreadPool(1);
            BatchConfig config = BatchRig.hollow().targetBytes(0).build();
            try (BatchBuilder<String, String> builder =
                    new BatchBuilder<>(
                            rig.withPool(pool), config, BatchRig.STRINGS, Antichain.of(0))) {
                builder.add("a", "", 0, 1);
                pool.shutdown();
                assertThatThrownBy(
                                () -> {
                                    builder.add("b", "", 0, 1);
                                    builder.finish(Antichain.of(1));
                                })
                        .isInstanceOf(IllegalStateException.class);
            }
            assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    /** A pool that forgets what it had accepted: those who wait for it must not wait for ever. */
    @Test
    void aPoolThatDropsTasksFailsTheBuilder_B43() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            ExecutorService pool = Executors.newFixedThreadPool(1);
            CountDownLatch uploading = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            rig.blob.beforeSet =
                    key -> {
                        uploading.countDown();
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            throw new StoreException.Indeterminate("interrupted");
                        }
                    };
            BatchConfig config = BatchRig.hollow().targetBytes(0).maxOutstandingParts(3).build();
            try (BatchBuilder<String, String> builder =
                    new BatchBuilder<>(
                            rig.withPool(pool), config, BatchRig.STRINGS, Antichain.of(0))) {
                builder.add("a", "", 0, 1);
                builder.add("b", "", 0, 1);
                uploading.await();
                assertThat(pool.shutdownNow()).hasSize(1);
                assertThatThrownBy(() -> builder.finish(Antichain.of(1)))
                        .isInstanceOfAny(StoreException.class, IllegalStateException.class);
            }
            assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void anAbandonedBuilderEndsItsMergesAndDeletesEverything_B43() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            BatchConfig config =
                    BatchRig.hollow()
                            .targetBytes(0)
                            .maxOutstandingParts(2)
                            .runs(RunSettings.DEFAULT.withMaxRuns(2))
                            .build();
            try (BatchBuilder<String, String> builder =
                    new BatchBuilder<>(rig.store, config, BatchRig.STRINGS, Antichain.of(0))) {
                for (int i = 0; i < 15; i++) {
                    builder.add("k" + i, Bytes.utf8("v").utf8(), 0, 1);
                }
            }
            rig.drain();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }
}
