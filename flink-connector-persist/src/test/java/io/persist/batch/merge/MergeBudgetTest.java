package io.persist.batch.merge;

import static io.persist.batch.build.BatchRig.STRINGS;
import static io.persist.batch.build.BatchRig.desc;
import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchStore;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.frontier.Description;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** How many parts a merge fetches and holds, and when. */
final class MergeBudgetTest {
    private static final Description DESC = desc(0, 10, 3);

    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static MergeInput run(RunOrder order, List<? extends RunPart> parts) {
        return new MergeInput(
                DESC, new Run(RunMeta.of(order, BatchRig.SCHEMA_ID), List.copyOf(parts)));
    }

    /** A part with the keys from {@code from} on. */
    private RunPart.Hollow part(int from, int count) throws Exception {
        List<Row<String, String>> rows = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            rows.add(Row.of("k%06d".formatted(i), 3, 1));
        }
        return rig.part(hollow(), STRINGS, DESC, rows);
    }

    /** Calls of the store after each chunk of 10, with parts of 10. */
    private List<Long> callsByChunk(List<MergeInput> inputs) throws Exception {
        MergeConfig config = MergeConfig.builder().memoryBytes(0).maxUpdates(10).build();
        long before = rig.blob.calls.get();
        List<Long> calls = new ArrayList<>();
        try (RunMerge<String, String> merge =
                RunMerge.open(rig.store, STRINGS, inputs, config, rig.allocator)) {
            assertThat(rig.blob.calls).hasValue(before);
            for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
                chunk.close();
                calls.add(rig.blob.calls.get() - before);
            }
        }
        return calls;
    }

    @ParameterizedTest
    @EnumSource(
            value = RunOrder.class,
            names = {"UNORDERED", "STRUCTURED"})
    void partsOfDisjointRangesAreFetchedOneAtATime_B34(RunOrder order) throws Exception {
        List<MergeInput> inputs = new ArrayList<>();
        for (int run = 3; run >= 0; run--) {
            inputs.add(run(order, List.of(part(run * 20, 10), part(run * 20 + 10, 10))));
        }

        assertThat(callsByChunk(inputs)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void listsOfPartsAreFetchedWhenTheMergeGetsThere_B33() throws Exception {
        RunPart.Many inner = rig.many(List.of(part(20, 10), part(30, 10)));
        RunPart.Many outer = rig.many(List.of(part(10, 10), inner));
        MergeInput nested = run(RunOrder.STRUCTURED, List.of(outer, part(40, 10)));
        MergeInput ahead = run(RunOrder.STRUCTURED, List.of(part(0, 10)));

        // The bound of the inner list is not known to the outer one's reference.
        assertThat(callsByChunk(List.of(nested, ahead))).containsExactly(1L, 3L, 5L, 6L, 7L);
    }

    @Test
    void aPartWithoutBoundIsFetchedAtOnce() throws Exception {
        List<Row<String, String>> rows = List.of(Row.of("z", 3, 1));
        RunPart unbounded = rig.part(hollow().structuredKeyLowerMaxBytes(0), STRINGS, DESC, rows);

        assertThat(
                        callsByChunk(
                                List.of(
                                        run(RunOrder.STRUCTURED, List.of(part(0, 10))),
                                        run(RunOrder.STRUCTURED, List.of(unbounded)))))
                .containsExactly(2L, 2L);
    }

    /** Bounds that no reader of these keys can compare with. */
    @ParameterizedTest
    @ValueSource(strings = {"type", "rows", "garbage"})
    void aBoundThatMakesNoSenseIsAsGoodAsNone(String what) throws Exception {
        RunPart.Hollow first = part(0, 10);
        RunPart.Hollow good = part(10, 10);
        Bytes bound;
        try (Updates updates =
                rig.updates(
                        STRINGS,
                        PartFormat.STRUCTURED,
                        List.of(Row.of("k1", 3, 1), Row.of("k2", 3, 1)))) {
            bound =
                    switch (what) {
                        case "type" -> ArrayDataEncoding.encode(updates.times(), 0, 1);
                        case "rows" -> ArrayDataEncoding.encode(updates.structured().keys(), 0, 2);
                        default -> Bytes.fromHex("ffff");
                    };
        }
        RunPart.Hollow bad =
                new RunPart.Hollow(
                        good.key(),
                        good.encodedBytes(),
                        good.keyLower(),
                        bound,
                        null,
                        good.diffsSum(),
                        good.format(),
                        null,
                        null,
                        null,
                        Bytes.EMPTY);

        assertThat(
                        callsByChunk(
                                List.of(
                                        run(RunOrder.STRUCTURED, List.of(first)),
                                        run(RunOrder.STRUCTURED, List.of(bad)))))
                .containsExactly(2L, 2L);
    }

    /** Runs whose parts all overlap, with values of many bytes. */
    private List<MergeInput> overlapping(int runs, int parts, Random random) throws Exception {
        List<MergeInput> inputs = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            List<RunPart> list = new ArrayList<>();
            for (int part = 0; part < parts; part++) {
                List<Row<String, String>> rows = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    String key = "k%06d".formatted((part * 100 + i) * 10 + random.nextInt(10));
                    rows.add(new Row<>(key, "v".repeat(200 + run), 3, 1));
                }
                list.add(rig.part(hollow(), STRINGS, DESC, rows));
            }
            inputs.add(run(RunOrder.STRUCTURED, list));
        }
        return inputs;
    }

    /** Most off-heap bytes at any moment, chunks left out. */
    private long peakBytes(List<MergeInput> inputs, long memoryBytes) throws Exception {
        try (BufferAllocator memory = rig.allocator.newChildAllocator("merge", 0, Long.MAX_VALUE)) {
            BatchStore store = rig.withMemory(memory);
            MergeConfig config = MergeConfig.builder().memoryBytes(memoryBytes).build();
            try (RunMerge<String, String> merge =
                    RunMerge.open(store, STRINGS, inputs, config, rig.allocator)) {
                for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
                    chunk.close();
                }
            }
            return memory.getPeakMemoryAllocation();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 20})
    void memoryIsAPartForEachRun_B34(long memoryBytes) throws Exception {
        List<MergeInput> inputs = overlapping(8, 12, new Random(1));
        long alone = 0;
        for (MergeInput input : inputs) {
            alone = Math.max(alone, peakBytes(List.of(input), memoryBytes));
        }

        assertThat(peakBytes(inputs, memoryBytes)).isLessThanOrEqualTo(8 * alone);
        assertThat(peakBytes(inputs, memoryBytes)).isLessThan(inputs.size() * 12L * 100 * 100);
    }

    @Test
    void partsAreFetchedAheadWithinTheBudget_B34() throws Exception {
        List<MergeInput> inputs = overlapping(2, 10, new Random(2));
        long partBytes = inputs.get(0).run().parts().get(0).encodedBytes();
        long opened = peakBytes(List.of(inputs.get(0)), 0) * 2;
        MergeConfig config =
                MergeConfig.builder().memoryBytes(opened + 3 * partBytes).maxUpdates(1).build();
        long before = rig.blob.calls.get();

        try (RunMerge<String, String> merge =
                RunMerge.open(rig.store, STRINGS, inputs, config, rig.allocator)) {
            Updates chunk = merge.next();
            assertThat(chunk).isNotNull();
            chunk.close();
            rig.drain();
            long most = 2 + (opened + 3 * partBytes) / partBytes;
            assertThat(rig.blob.calls.get() - before).isBetween(3L, Math.min(18, most));
        }
    }
}
