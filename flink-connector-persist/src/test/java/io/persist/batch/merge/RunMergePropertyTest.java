package io.persist.batch.merge;

import static io.persist.batch.build.BatchRig.STRINGS;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchSchema;
import io.persist.batch.RunOrder;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ColumnReader;
import io.persist.codec.GoodBytes;
import io.persist.codec.StructuredOrder;
import io.persist.codec.Unit;
import io.persist.codec.relation.RandomRelations;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Any runs, any settings: what comes out is what went in, in order, in chunks of the size wanted.
 */
final class RunMergePropertyTest {
    @Property(seed = "20261124", tries = 400)
    void anyRunsOfStringsComeOutAsOne_B34(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String prefix = random.nextBoolean() ? "" : "a long beginning that all have in common";
        check(
                random,
                STRINGS,
                () ->
                        new Row<>(
                                prefix + "é".repeat(random.nextInt(2)) + random.nextInt(30),
                                "v".repeat(random.nextInt(3)),
                                random.nextInt(10),
                                random.nextBoolean() ? 1 : -1));
    }

    @Property(seed = "20261124", tries = 150)
    void anyRunsOfRelationsComeOutAsOne_B34(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        List<SourceData> values = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            values.add(RandomRelations.row(desc, random));
        }
        check(
                random,
                BatchRig.schema(RelationCodec.of(desc), Codecs.UNIT),
                () ->
                        new Row<>(
                                values.get(random.nextInt(values.size())),
                                Unit.UNIT,
                                random.nextInt(10),
                                random.nextBoolean() ? 1 : -1));
    }

    private static Filter filter(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> new Filter.Compaction(Antichain.of(random.nextInt(9)));
            case 1 -> new Filter.Snapshot(Antichain.of(random.nextInt(9)));
            case 2 -> new Filter.Listen(Antichain.of(2), Antichain.of(random.nextInt(9)));
            default -> Filter.none();
        };
    }

    private static MergeConfig config(Random random) {
        return MergeConfig.builder()
                .filter(filter(random))
                .order(random.nextInt(3) == 0 ? RunOrder.CODEC : RunOrder.STRUCTURED)
                .format(List.of(PartFormat.values()).get(random.nextInt(3)))
                .memoryBytes(List.of(0L, 3000L, 1L << 20).get(random.nextInt(3)))
                .targetBytes(List.of(0, 100, 500, 1 << 20).get(random.nextInt(4)))
                .maxUpdates(List.of(1, 3, 100_000).get(random.nextInt(3)))
                .build();
    }

    private static <K, V> void check(
            Random random, BatchSchema<K, V> schema, Supplier<Row<K, V>> rows) throws Exception {
        try (BatchRig rig = new BatchRig()) {
            MergeConfig config = config(random);
            RandomRuns<K, V> runs = new RandomRuns<>(rig, schema, random, rows);
            for (int i = random.nextInt(6); i > 0; i--) {
                runs.addRun(config.filter());
            }
            runs.model.values().removeIf(sum -> sum == 0);
            Map<List<Object>, Long> merged = new HashMap<>();
            List<Row<K, V>> sequence = new ArrayList<>();
            List<Updates> chunks = new ArrayList<>();
            try (RunMerge<K, V> merge =
                    RunMerge.open(rig.store, schema, runs.inputs, config, rig.allocator)) {
                for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
                    chunks.add(chunk);
                }
                assertThat(merge.next()).isNull();
            }
            // Chunks outlive their merge.
            for (int i = 0; i < chunks.size(); i++) {
                requireSize(chunks.get(i), config, i == chunks.size() - 1);
                for (Row<K, V> row : rows(schema, chunks.get(i))) {
                    sequence.add(row);
                    merged.put(
                            RandomRuns.encoded(schema, row.key(), row.val(), row.time()),
                            row.diff());
                }
            }
            chunks.forEach(Updates::close);

            assertThat(merged).isEqualTo(runs.model).hasSize(sequence.size());
            requireOrder(rig, schema, sequence, config.order());
        }
    }

    private static void requireSize(Updates chunk, MergeConfig config, boolean isLast) {
        long whole = payload(chunk, chunk.count());
        assertThat(chunk.rows() != null).isEqualTo(config.format() != PartFormat.STRUCTURED);
        assertThat(chunk.structured() != null).isEqualTo(config.format() != PartFormat.ROW);
        assertThat(chunk.count()).isBetween(1, config.maxUpdates());
        if (chunk.count() > 1) {
            assertThat(payload(chunk, chunk.count() - 1)).isLessThan(config.targetBytes());
        }
        assertThat(isLast || whole >= config.targetBytes() || chunk.count() == config.maxUpdates())
                .as("chunk is full")
                .isTrue();
    }

    private static long payload(Updates chunk, int count) {
        long payload = 16L * count;
        if (chunk.rows() != null) {
            payload +=
                    GoodBytes.of(chunk.rows().keys(), 0, count)
                            + GoodBytes.of(chunk.rows().vals(), 0, count)
                            + 8L * count;
        }
        if (chunk.structured() != null) {
            payload +=
                    GoodBytes.of(chunk.structured().keys(), 0, count)
                            + GoodBytes.of(chunk.structured().vals(), 0, count);
        }
        return payload;
    }

    private static <K, V> void requireOrder(
            BatchRig rig, BatchSchema<K, V> schema, List<Row<K, V>> sequence, RunOrder wanted) {
        try (Updates updates = rig.updates(schema, PartFormat.BOTH, sequence)) {
            StructuredOrder order = RandomRuns.order(updates, wanted);
            for (int i = 1; i < updates.count(); i++) {
                assertThat(order.compare(i - 1, i)).as("updates %d and %d", i - 1, i).isNegative();
            }
        }
    }

    /** Decodes a chunk, of all columns that it has. */
    private static <K, V> List<Row<K, V>> rows(BatchSchema<K, V> schema, Updates chunk)
            throws Exception {
        List<Row<K, V>> fromColumns = new ArrayList<>();
        List<Row<K, V>> fromRows = new ArrayList<>();
        for (int row = 0; row < chunk.count(); row++) {
            long time = chunk.times().get(row);
            long diff = chunk.diffs().get(row);
            if (chunk.structured() != null) {
                ColumnReader<K> keys = schema.keys().reader(chunk.structured().keys());
                ColumnReader<V> vals = schema.vals().reader(chunk.structured().vals());
                fromColumns.add(new Row<>(keys.value(row), vals.value(row), time, diff));
            }
            if (chunk.rows() != null) {
                K key = schema.keys().decode(Bytes.takeArray(chunk.rows().keys().get(row)));
                V val = schema.vals().decode(Bytes.takeArray(chunk.rows().vals().get(row)));
                fromRows.add(new Row<>(key, val, time, diff));
            }
        }
        if (chunk.structured() != null && chunk.rows() != null) {
            assertThat(fromRows).isEqualTo(fromColumns);
        }
        return chunk.rows() == null ? fromColumns : fromRows;
    }
}
