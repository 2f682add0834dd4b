package io.persist.batch.merge;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.StructuredOrder;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.InlineParts;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** Runs of all kinds, true to their labels, and what they add up to. */
final class RandomRuns<K, V> {
    private final BatchRig rig;
    private final BatchSchema<K, V> schema;
    private final Random random;
    private final Supplier<Row<K, V>> rows;

    /** Sum of the diffs by key, value and time, in encoded form. */
    final Map<List<Object>, Long> model = new HashMap<>();

    final List<MergeInput> inputs = new ArrayList<>();

    RandomRuns(BatchRig rig, BatchSchema<K, V> schema, Random random, Supplier<Row<K, V>> rows) {
        this.rig = rig;
        this.schema = schema;
        this.random = random;
        this.rows = rows;
    }

    static <K, V> List<Object> encoded(BatchSchema<K, V> schema, K key, V val, long time) {
        return List.of(schema.keys().encode(key), schema.vals().encode(val), time);
    }

    /** Adds a run; what {@code filter} shows of it goes into the model. */
    void addRun(Filter filter) throws Exception {
        List<Row<K, V>> content = new ArrayList<>();
        for (int i = random.nextInt(30); i >= 0; i--) {
            content.add(rows.get());
        }
        RunOrder order = List.of(RunOrder.values()).get(random.nextInt(3));
        boolean compacted = random.nextInt(3) == 0;
        Description registered = BatchRig.desc(1, 8, compacted ? 3 : 0);
        Description embedded =
                compacted
                        ? registered
                        : new Description(Antichain.of(0), Antichain.empty(), Antichain.minimum());
        if (compacted) {
            content.removeIf(row -> row.time() < 1);
        }
        if (order != RunOrder.UNORDERED) {
            content = sorted(content, order);
        } else {
            Collections.shuffle(content, random);
        }
        Antichain rewrite = !compacted && random.nextInt(4) == 0 ? Antichain.of(4) : null;
        List<RunPart> parts = parts(content, embedded, rewrite);
        if (parts.isEmpty()) {
            return;
        }
        Run run = new Run(RunMeta.of(order, BatchRig.SCHEMA_ID), nested(parts, 3));
        inputs.add(new MergeInput(registered, run));
        for (Row<K, V> row : content) {
            long time = rewrite == null ? row.time() : rewrite.advance(row.time());
            boolean inside = compacted || (time >= 1 && time < 8);
            if (inside && filter.keeps(time)) {
                model.merge(
                        encoded(schema, row.key(), row.val(), filter.advance(time)),
                        row.diff(),
                        Long::sum);
            }
        }
    }

    private List<RunPart> parts(
            List<Row<K, V>> content, Description embedded, @Nullable Antichain rewrite)
            throws Exception {
        List<RunPart> parts = new ArrayList<>();
        for (int from = 0; from < content.size(); ) {
            int to = Math.min(content.size(), from + 1 + random.nextInt(8));
            List<Row<K, V>> rowsOfPart = content.subList(from, to);
            PartFormat format = List.of(PartFormat.values()).get(random.nextInt(3));
            RunPart.Single part;
            if (random.nextInt(4) == 0) {
                try (Updates updates = rig.updates(schema, format, rowsOfPart)) {
                    Bytes encoded = InlineParts.encode(updates, format, embedded, 0);
                    part = new RunPart.Inline(encoded, null, null, null, Bytes.EMPTY);
                }
            } else {
                BatchConfig.Builder config = BatchRig.hollow().format(format);
                config.structuredKeyLowerMaxBytes(random.nextBoolean() ? 256 : 0);
                part = rig.part(config, schema, embedded, rowsOfPart);
            }
            parts.add(part.withTsRewrite(rewrite));
            from = to;
        }
        return parts;
    }

    private List<RunPart> nested(List<RunPart> parts, int depth) throws Exception {
        List<RunPart> nested = new ArrayList<>();
        for (int from = 0; from < parts.size(); ) {
            int to = Math.min(parts.size(), from + 1 + random.nextInt(3));
            if (depth > 0 && random.nextInt(3) == 0) {
                nested.add(rig.many(nested(parts.subList(from, to), depth - 1)));
            } else {
                nested.addAll(parts.subList(from, to));
            }
            from = to;
        }
        return nested;
    }

    /** In the order that a label promises, equal updates added up. */
    private List<Row<K, V>> sorted(List<Row<K, V>> content, RunOrder order) {
        Map<List<Object>, Row<K, V>> sums = new HashMap<>();
        for (Row<K, V> row : content) {
            sums.merge(
                    encoded(schema, row.key(), row.val(), row.time()),
                    row,
                    (a, b) -> new Row<>(a.key(), a.val(), a.time(), a.diff() + b.diff()));
        }
        List<Row<K, V>> distinct = new ArrayList<>(sums.values());
        distinct.removeIf(row -> row.diff() == 0);
        try (Updates updates = rig.updates(schema, PartFormat.BOTH, distinct)) {
            Integer[] at = new Integer[distinct.size()];
            Arrays.setAll(at, i -> i);
            StructuredOrder updateOrder = order(updates, order);
            Arrays.sort(at, updateOrder::compare);
            return Arrays.stream(at).map(distinct::get).toList();
        }
    }

    /** The order of updates that have the columns which it takes. */
    static StructuredOrder order(Updates updates, RunOrder order) {
        boolean codec = order == RunOrder.CODEC;
        StructuredOrder keys =
                codec
                        ? StructuredOrder.of(updates.rows().keys(), updates.rows().keys())
                        : StructuredOrder.of(
                                updates.structured().keys(), updates.structured().keys());
        StructuredOrder vals =
                codec
                        ? StructuredOrder.of(updates.rows().vals(), updates.rows().vals())
                        : StructuredOrder.of(
                                updates.structured().vals(), updates.structured().vals());
        return (left, right) -> {
            int compared = keys.compare(left, right);
            compared = compared != 0 ? compared : vals.compare(left, right);
            return compared != 0
                    ? compared
                    : Long.compareUnsigned(updates.times().get(left), updates.times().get(right));
        };
    }
}
