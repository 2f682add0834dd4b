package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;
import io.persist.store.PartKey;
import io.persist.store.StoreException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Parts that are encoded while they fill. The rig fails if off-heap memory was leaked. */
@Timeout(60)
final class PartInPiecesTest {
    private static final Comparator<Row<String, String>> ORDER =
            Comparator.comparing((Row<String, String> row) -> Bytes.utf8(row.key()))
                    .thenComparing(row -> Bytes.utf8(row.val()))
                    .thenComparing(Row::time)
                    .thenComparing(Row::diff);

    /** What metadata says of a part, apart from its blob. */
    private static RunPart.Hollow facts(RunPart part) {
        RunPart.Hollow hollow = (RunPart.Hollow) part;
        return new RunPart.Hollow(
                PartKey.of(BatchConfig.builder().build().writerKey(), new UUID(0, 0)),
                0,
                hollow.keyLower(),
                hollow.structuredKeyLower(),
                hollow.tsRewrite(),
                hollow.diffsSum(),
                hollow.format(),
                hollow.schema(),
                hollow.deprecatedSchema(),
                hollow.stats(),
                hollow.unknown());
    }

    private static List<Row<String, String>> rows(Random random, int count, int leastDiff) {
        List<Row<String, String>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int diff = leastDiff + random.nextInt(4 - leastDiff);
            rows.add(
                    new Row<>(
                            "é".repeat(random.nextInt(80)) + random.nextInt(50),
                            "v" + random.nextInt(3),
                            random.nextInt(10),
                            diff));
        }
        return rows;
    }

    /**
     * Parts end at the same updates, and metadata says the same, however parts are cut, those of
     * merged runs as well.
     */
    @Property(seed = "20261124", tries = 100)
    void piecesOnlyChangeTheBytes_B39(
            @ForAll long seed,
            @ForAll @IntRange(max = 200) int count,
            @ForAll @IntRange(min = 1, max = 2000) int pieceBytes,
            @ForAll PartFormat format)
            throws Exception {
        Random random = new Random(seed);
        BatchConfig.Builder config =
                BatchRig.hollow()
                        .format(format)
                        .targetBytes(random.nextInt(6000))
                        .runs(RunSettings.DEFAULT.withMaxRuns(1 + random.nextInt(3)));
        List<Row<String, String>> rows = rows(random, count, 1);
        try (BatchRig rig = new BatchRig()) {
            Antichain lower = Antichain.of(0);
            Antichain upper = Antichain.of(10);
            Batch whole = rig.build(config.build(), BatchRig.STRINGS, lower, upper, rows);
            Batch pieces =
                    rig.build(
                            config.pieceBytes(pieceBytes).build(),
                            BatchRig.STRINGS,
                            lower,
                            upper,
                            rows);

            assertThat(pieces.hollow().len()).isEqualTo(whole.hollow().len());
            assertThat(pieces.hollow().parts().map(PartInPiecesTest::facts).toList())
                    .isEqualTo(whole.hollow().parts().map(PartInPiecesTest::facts).toList());
            assertThat(rig.read(pieces.hollow())).isEqualTo(rig.read(whole.hollow()));
            whole.markConsumed();
            pieces.markConsumed();
        }
    }

    /** Updates cancel each other within a piece; sums and rows stay true. */
    @Property(seed = "20261124", tries = 100)
    void retractionsStayTrue_B37(
            @ForAll long seed,
            @ForAll @IntRange(max = 200) int count,
            @ForAll @IntRange(min = 1, max = 2000) int pieceBytes)
            throws Exception {
        List<Row<String, String>> rows = rows(new Random(seed), count, -3);
        try (BatchRig rig = new BatchRig()) {
            BatchConfig config = BatchRig.hollow().pieceBytes(pieceBytes).build();
            Batch batch =
                    rig.build(config, BatchRig.STRINGS, Antichain.of(0), Antichain.of(10), rows);
            Batch model =
                    rig.build(
                            BatchRig.hollow().build(),
                            BatchRig.STRINGS,
                            Antichain.of(0),
                            Antichain.of(10),
                            rows);

            assertThat(rig.read(batch.hollow()).stream().sorted(ORDER).toList())
                    .isEqualTo(rig.read(model.hollow()).stream().sorted(ORDER).toList());
            long sum =
                    batch.hollow()
                            .parts()
                            .mapToLong(part -> ((RunPart.Hollow) part).diffsSum())
                            .sum();
            assertThat(sum).isEqualTo(rows.stream().mapToLong(Row::diff).sum());
            batch.markConsumed();
            model.markConsumed();
        }
    }

    @Test
    void nothingIsLeftOfPiecesThatCancel_B22() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            List<Row<String, String>> rows = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                rows.add(Row.of("k" + (10 + i / 2), 0, i % 2 == 0 ? 1 : -1));
            }
            Batch batch =
                    rig.build(
                            BatchRig.hollow().pieceBytes(2 * (3 + 16)).build(),
                            BatchRig.STRINGS,
                            Antichain.of(0),
                            Antichain.of(1),
                            rows);

            assertThat(batch.hollow().len()).isZero();
            assertThat(batch.hollow().runs()).isEmpty();
            assertThat(rig.blobKeys()).isEmpty();
            batch.markConsumed();
        }
    }

    /** What may be inline is not cut, or it would be a blob. */
    @Test
    void smallPartsStayInline_B30() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            List<Row<String, String>> rows = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                rows.add(Row.of("key " + i, 0, 1));
            }
            Batch batch =
                    rig.build(
                            BatchConfig.builder().pieceBytes(1).build(),
                            BatchRig.STRINGS,
                            Antichain.of(0),
                            Antichain.of(1),
                            rows);

            assertThat(batch.hollow().parts().toList())
                    .hasSize(1)
                    .hasOnlyElementsOfType(RunPart.Inline.class);
            batch.markConsumed();
        }
    }

    /** One part of 16 MB takes a few pieces of memory off the heap, and no more. */
    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void memoryIsThatOfPieces_B32(PartFormat format) throws Exception {
        int pieceBytes = 256 << 10;
        try (BatchRig rig = new BatchRig()) {
            BatchConfig config = BatchRig.hollow().format(format).pieceBytes(pieceBytes).build();
            String val = "v".repeat(1000);
            try (BatchBuilder<String, String> builder =
                    new BatchBuilder<>(rig.store, config, BatchRig.STRINGS, Antichain.of(0))) {
                int count = format == PartFormat.BOTH ? 8_000 : 16_000;
                for (int i = 0; i < count; i++) {
                    builder.add("key " + i, val, i, 1);
                }
                Batch batch = builder.finish(Antichain.of(count));
                assertThat(batch.hollow().parts()).hasSize(1);
                assertThat(batch.hollow().len()).isEqualTo(count);
                batch.delete();
            }
            // One is filled, two wait; each up to twice its payload, and more while it grows.
            assertThat(rig.allocator.getPeakMemoryAllocation()).isLessThan(10L * pieceBytes);
        }
    }

    private static BatchConfig.Builder small() {
        return BatchRig.hollow().pieceBytes(100).targetBytes(1000);
    }

    private static final String KEY = "k".repeat(84);

    /** A pool of one thread, where an upload of one part precedes pieces of the next. */
    @Test
    void oneThreadIsEnough_B31() throws Exception {
        ExecutorService one = Executors.newSingleThreadExecutor();
        try (BatchRig rig = new BatchRig();
                BatchBuilder<String, String> builder =
                        new BatchBuilder<>(
                                rig.withPool(one),
                                small().build(),
                                BatchRig.STRINGS,
                                Antichain.of(0))) {
            for (int i = 0; i < 105; i++) {
                builder.add(KEY, "", i, 1);
            }
            Batch batch = builder.finish(Antichain.of(105));
            assertThat(batch.hollow().parts()).hasSize(11);
            assertThat(rig.read(batch.hollow())).hasSize(105);
            batch.delete();
        } finally {
            one.shutdown();
        }
    }

    /** The pool does nothing: the producer stops after a few pieces, and can be interrupted. */
    @Test
    void theProducerWaitsForPieces_B32() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        ExecutorService one = Executors.newSingleThreadExecutor();
        one.execute(
                () -> {
                    try {
                        blocked.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        try (BatchRig rig = new BatchRig()) {
            BatchBuilder<String, String> builder =
                    new BatchBuilder<>(
                            rig.withPool(one), small().build(), BatchRig.STRINGS, Antichain.of(0));
            builder.add(KEY, "", 0, 1);
            builder.add(KEY, "", 1, 1);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> builder.add(KEY, "", 2, 1))
                    .isInstanceOf(InterruptedException.class);
            builder.close();
            assertThat(rig.allocator.getAllocatedMemory()).isZero();
            blocked.countDown();
            one.shutdown();
            assertThat(one.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    /** The upload of a part fails while the next one has pieces on their way. */
    @Test
    void aFailureIsReportedInMidPart_B43() throws Exception {
        try (BatchRig rig = new BatchRig()) {
            AtomicBoolean failing = new AtomicBoolean();
            rig.blob.beforeSet =
                    key -> {
                        failing.set(true);
                        throw new StoreException.Determinate("No space left on device");
                    };
            BatchBuilder<String, String> builder = rig.builder(small(), 0);
            for (int i = 0; i < 10; i++) {
                builder.add(KEY, "", 0, 1);
            }
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 1000; i++) {
                                    builder.add(KEY, "", 0, 1);
                                }
                            })
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("No space left");
            assertThat(failing).isTrue();
            builder.close();
            rig.drain();
            assertThat(rig.allocator.getAllocatedMemory()).isZero();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    /** A piece cannot be encoded for want of memory: those behind it are given up. */
    @Test
    void aPieceThatFailsFailsTheBuilder_B43() throws Exception {
        try (BatchRig rig = new BatchRig();
                BufferAllocator little = rig.allocator.newChildAllocator("little", 0, 3 << 20)) {
            BatchConfig config = BatchRig.hollow().pieceBytes(1 << 20).build();
            BatchBuilder<String, String> builder =
                    new BatchBuilder<>(
                            rig.withMemory(little), config, BatchRig.STRINGS, Antichain.of(0));
            String val = "v".repeat(1000);
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 100_000; i++) {
                                    builder.add("key " + i, val, 0, -1);
                                }
                                builder.finish(Antichain.of(1));
                            })
                    .isInstanceOf(RuntimeException.class);
            builder.close();
            rig.drain();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    /** A builder that is given up in mid-part leaves nothing behind, whatever is on its way. */
    @Property(seed = "20261124", tries = 60)
    void anAbandonedBuilderLeavesNothing_B43(
            @ForAll @IntRange(max = 60) int count, @ForAll @IntRange(max = 3) int outstanding)
            throws Exception {
        try (BatchRig rig = new BatchRig()) {
            try (BatchBuilder<String, String> builder =
                    rig.builder(small().maxOutstandingParts(outstanding), 0)) {
                for (int i = 0; i < count; i++) {
                    builder.add(KEY, "", 0, i % 3 == 0 ? -1 : 1);
                }
            }
            rig.drain();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }
}
