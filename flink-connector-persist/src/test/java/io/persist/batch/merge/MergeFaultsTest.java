package io.persist.batch.merge;

import static io.persist.batch.build.BatchRig.STRINGS;
import static io.persist.batch.build.BatchRig.desc;
import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchStore;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.part.Updates;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/** Merges over stores that fail: the right error, no leak (the rig fails on one), no deadlock. */
@Timeout(120)
final class MergeFaultsTest {
    private static Row<String, String> row(Random random) {
        return new Row<>(
                "k" + random.nextInt(40), "", random.nextInt(10), random.nextBoolean() ? 1 : -1);
    }

    private static Map<List<Object>, Long> merge(
            BatchRig rig, BatchStore store, List<MergeInput> inputs, MergeConfig config)
            throws Exception {
        Map<List<Object>, Long> merged = new HashMap<>();
        try (RunMerge<String, String> merge =
                RunMerge.open(store, STRINGS, inputs, config, rig.allocator)) {
            for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
                try (Updates taken = chunk) {
                    for (int i = 0; i < taken.count(); i++) {
                        merged.put(
                                List.of(
                                        Bytes.utf8(taken.structured().keys().getObject(i) + ""),
                                        Bytes.utf8(taken.structured().vals().getObject(i) + ""),
                                        taken.times().get(i)),
                                taken.diffs().get(i));
                    }
                }
            }
        }
        return merged;
    }

    private static MergeConfig config(Random random) {
        return MergeConfig.builder()
                .memoryBytes(random.nextBoolean() ? 0 : 1 << 20)
                .targetBytes(random.nextInt(500))
                .build();
    }

    @Property(seed = "20261124", tries = 300)
    void whateverFailsNothingIsLeakedOrWrong_B34(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        try (BatchRig rig = new BatchRig()) {
            RandomRuns<String, String> runs =
                    new RandomRuns<>(rig, STRINGS, random, () -> row(random));
            for (int i = random.nextInt(6); i > 0; i--) {
                runs.addRun(Filter.none());
            }
            runs.model.values().removeIf(sum -> sum == 0);
            String expected = strike(rig, random);
            long limit = random.nextInt(4) == 0 ? random.nextInt(100_000) : Long.MAX_VALUE;
            try (BufferAllocator memory = rig.allocator.newChildAllocator("merge", 0, limit)) {
                assertThat(merge(rig, rig.withMemory(memory), runs.inputs, config(random)))
                        .isEqualTo(runs.model);
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("injected");
                assertThat(expected).isEqualTo("calls");
            } catch (MissingBlobException e) {
                assertThat(expected).isEqualTo("missing");
            } catch (CorruptDataException e) {
                assertThat(expected).isEqualTo("corrupt");
            } catch (OutOfMemoryException e) {
                assertThat(limit).isLessThan(Long.MAX_VALUE);
            }
        }
    }

    /** Lets something go wrong, perhaps; returns what. */
    private static String strike(BatchRig rig, Random random) throws Exception {
        List<String> keys = rig.blobKeys();
        if (keys.isEmpty()) {
            return "nothing";
        }
        BlobKey victim = new BlobKey(keys.get(random.nextInt(keys.size())));
        switch (random.nextInt(4)) {
            case 0 -> {
                double share = random.nextDouble();
                Random coins = new Random(random.nextLong());
                rig.blob.beforeGet =
                        key -> {
                            synchronized (coins) {
                                if (coins.nextDouble() < share) {
                                    throw new StoreException.Indeterminate("injected for " + key);
                                }
                            }
                        };
                return "calls";
            }
            case 1 -> {
                rig.blob.delete(victim);
                return "missing";
            }
            case 2 -> {
                rig.blob.set(victim, Bytes.fromHex("ffffffffffffffff"));
                return "corrupt";
            }
            default -> {
                return "nothing";
            }
        }
    }

    private static MergeInput run(RunOrder order, RunPart... parts) {
        return new MergeInput(
                desc(0, 10, 3), new Run(RunMeta.of(order, BatchRig.SCHEMA_ID), List.of(parts)));
    }

    private static RunPart.Hollow part(BatchRig rig, String... keys) throws Exception {
        List<Row<String, String>> rows = new ArrayList<>();
        for (String key : keys) {
            rows.add(Row.of(key, 3, 1));
        }
        return rig.part(hollow(), STRINGS, desc(0, 10, 3), rows);
    }

    @Test
    void aMissingBlobIsNamed_B33() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            RunPart.Hollow part = part(rig, "a");
            RunPart.Many list = rig.many(List.of(part(rig, "b")));
            for (RunPart gone : List.of(part, list)) {
                BlobKey key =
                        rig.store.blobKey(gone instanceof RunPart.Many m ? m.key() : part.key());
                rig.blob.delete(key);
                assertThatThrownBy(
                                () ->
                                        merge(
                                                rig,
                                                rig.store,
                                                List.of(run(RunOrder.STRUCTURED, gone)),
                                                MergeConfig.builder().build()))
                        .isInstanceOf(MissingBlobException.class)
                        .hasMessageContaining(key.text());
            }
        }
    }

    @Test
    void aRunThatBreaksItsPromiseIsCorruptNotWrong() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            RunPart.Hollow back = part(rig, "b", "c");
            List<MergeInput> backwards =
                    List.of(run(RunOrder.STRUCTURED, part(rig, "a", "d"), back));
            assertThatThrownBy(
                            () -> merge(rig, rig.store, backwards, MergeConfig.builder().build()))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(back.key().text())
                    .hasMessageContaining("not sorted");
        }
    }

    /** A bound above the least key: what was handed out before the part was opened is too great. */
    @Test
    void aLowerBoundThatIsTooHighIsCorruptNotWrong() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            RunPart.Hollow honest = part(rig, "b");
            RunPart.Hollow high = part(rig, "z");
            RunPart.Hollow lying =
                    new RunPart.Hollow(
                            honest.key(),
                            honest.encodedBytes(),
                            honest.keyLower(),
                            high.structuredKeyLower(),
                            null,
                            honest.diffsSum(),
                            honest.format(),
                            null,
                            null,
                            null,
                            Bytes.EMPTY);
            for (RunOrder order : List.of(RunOrder.STRUCTURED, RunOrder.UNORDERED)) {
                List<MergeInput> inputs =
                        List.of(
                                run(RunOrder.STRUCTURED, part(rig, "a", "b", "c", "d")),
                                run(order, lying));
                assertThatThrownBy(
                                () -> merge(rig, rig.store, inputs, MergeConfig.builder().build()))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining(honest.key().text())
                        .hasMessageContaining("lower bound");
                // Where nobody relied on it, it does not matter.
                assertThat(
                                merge(
                                        rig,
                                        rig.store,
                                        List.of(run(order, lying)),
                                        MergeConfig.builder().build()))
                        .hasSize(1);
            }
        }
    }

    @Test
    void anInterruptDuringAFetchEndsTheMerge_B34() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            List<MergeInput> inputs = List.of(run(RunOrder.STRUCTURED, part(rig, "a")));
            rig.blob.beforeGet =
                    key -> {
                        Thread.currentThread().interrupt();
                        throw new StoreException.Indeterminate("injected for " + key);
                    };
            assertThatThrownBy(() -> merge(rig, rig.store, inputs, MergeConfig.builder().build()))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }
    }

    @Test
    void anInterruptWhileWaitingForAFetchAheadEndsTheMerge_B34() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            List<MergeInput> inputs =
                    List.of(
                            run(
                                    RunOrder.STRUCTURED,
                                    part(rig, "a"),
                                    part(rig, "b"),
                                    part(rig, "c"),
                                    part(rig, "d")));
            Thread merging = Thread.currentThread();
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch never = new CountDownLatch(1);
            rig.blob.beforeGet =
                    key -> {
                        try {
                            if (Thread.currentThread() == merging) {
                                held.await();
                                return;
                            }
                            held.countDown();
                            never.await(); // until the merge gives the fetch up
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            throw new StoreException.Indeterminate("injected for " + key, e);
                        }
                    };
            CountDownLatch interrupter = new CountDownLatch(1);
            rig.io.execute(
                    () -> {
                        try {
                            held.await();
                            merging.interrupt();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        interrupter.countDown();
                    });
            assertThatThrownBy(() -> merge(rig, rig.store, inputs, MergeConfig.builder().build()))
                    .isInstanceOfAny(InterruptedException.class, StoreException.class);
            interrupter.await();
            Thread.interrupted(); // it may have come late
        }
    }
}
