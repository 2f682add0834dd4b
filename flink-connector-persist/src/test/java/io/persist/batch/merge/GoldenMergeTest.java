package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.state.encoding.RollupEncoding;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.testing.GoldenShards;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs that the original has merged, against merges of the same updates. */
final class GoldenMergeTest {
    static Stream<GoldenShards.Shard> all() {
        Assumptions.assumeTrue(GoldenShards.isComplete());
        return GoldenShards.all().stream();
    }

    static Stream<GoldenShards.Shard> withMergedRuns() {
        return all().filter(shard -> shard.name().contains("kv-runs"));
    }

    private static BatchSchema<?, ?> schema(JsonNode expected) throws Exception {
        return switch (expected.get("codec").textValue()) {
            case "string" -> BatchRig.STRINGS;
            case "bytes-unit" -> BatchRig.schema(Codecs.BYTES, Codecs.UNIT);
            default -> {
                JsonNode schemas = expected.get("read").get("schemas");
                JsonNode newest = schemas.get(schemas.size() - 1);
                Bytes desc = Bytes.fromHex(newest.get("key_encoded").textValue());
                yield new BatchSchema<>(
                        RelationCodec.of(RelationDescEncoding.decode(desc)), Codecs.UNIT, null);
            }
        };
    }

    private static List<HollowBatch> batches(JsonNode expected) throws Exception {
        String rollup = expected.get("inspect").get("state_as_rollup_proto").textValue();
        return RollupEncoding.decode(Bytes.fromHex(rollup)).state().batches();
    }

    private static void load(BatchRig rig, GoldenShards.Shard shard) throws Exception {
        for (String key : shard.blobFiles().keySet()) {
            rig.blob.set(new BlobKey(key), shard.blob(key));
        }
    }

    /** Parts in their order, lists resolved. */
    private static List<RunPart.Single> parts(BatchRig rig, List<RunPart> elements)
            throws Exception {
        List<RunPart.Single> parts = new ArrayList<>();
        for (RunPart element : elements) {
            if (element instanceof RunPart.Many many) {
                List<RunPart> listed = HollowBatchEncoding.decodeRun(rig.store.get(many.key()));
                parts.addAll(parts(rig, listed));
            } else {
                parts.add((RunPart.Single) element);
            }
        }
        return parts;
    }

    private static DecodedPart decode(BatchRig rig, RunPart.Single part) throws Exception {
        return part instanceof RunPart.Hollow hollow
                ? ParquetParts.decode(rig.store.get(hollow.key()), rig.allocator)
                : InlineParts.decode(((RunPart.Inline) part).updates(), rig.allocator);
    }

    /** Updates as text, in the order of the columns. */
    private static <K, V> List<String> texts(BatchSchema<K, V> schema, Updates updates)
            throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < updates.count(); i++) {
            Object key;
            Object val;
            if (updates.structured() != null) {
                key = schema.keys().reader(updates.structured().keys()).value(i);
                val = schema.vals().reader(updates.structured().vals()).value(i);
            } else {
                key = schema.keys().decode(Bytes.takeArray(updates.rows().keys().get(i)));
                val = schema.vals().decode(Bytes.takeArray(updates.rows().vals().get(i)));
            }
            texts.add(
                    key + " " + val + " " + updates.times().get(i) + " " + updates.diffs().get(i));
        }
        return texts;
    }

    private static <K, V> List<String> merged(
            BatchRig rig, BatchSchema<K, V> schema, List<MergeInput> inputs, RunOrder order)
            throws Exception {
        MergeConfig config =
                MergeConfig.builder().order(order).format(PartFormat.BOTH).maxUpdates(100).build();
        List<String> texts = new ArrayList<>();
        try (BufferAllocator chunks = rig.allocator.newChildAllocator("chunks", 0, Long.MAX_VALUE);
                RunMerge<K, V> merge = RunMerge.open(rig.store, schema, inputs, config, chunks)) {
            for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
                try (Updates taken = chunk) {
                    texts.addAll(texts(schema, taken));
                }
            }
        }
        return texts;
    }

    private static MergeInput unordered(HollowBatch batch, RunPart part) {
        RunMeta meta = RunMeta.of(RunOrder.UNORDERED, null);
        return new MergeInput(batch.desc(), new Run(meta, List.of(part)));
    }

    /** Whatever the original wrote sorted, a merge of its parts in any order gives again. */
    @ParameterizedTest
    @MethodSource("all")
    void partsOfSortedRunsMergeToTheRun_B33_B34(GoldenShards.Shard shard) throws Exception {
        JsonNode expected = shard.expected();
        try (BatchRig rig = new BatchRig(shard.shard())) {
            load(rig, shard);
            for (HollowBatch batch : batches(expected)) {
                for (Run run : batch.runs()) {
                    checkRun(rig, schema(expected), batch, run);
                }
            }
        }
    }

    private static <K, V> void checkRun(
            BatchRig rig, BatchSchema<K, V> schema, HollowBatch batch, Run run) throws Exception {
        RunOrder order = run.meta().order().orElse(RunOrder.UNORDERED);
        List<RunPart.Single> parts = parts(rig, run.parts());
        boolean rewritten = parts.stream().anyMatch(part -> part.tsRewrite() != null);
        if (order == RunOrder.UNORDERED || rewritten || hasOldRows(rig, schema, parts)) {
            return;
        }
        List<String> stored = new ArrayList<>();
        for (RunPart.Single part : parts) {
            try (DecodedPart decoded = decode(rig, part)) {
                stored.addAll(texts(schema, decoded.updates()));
            }
        }
        MergeInput whole = new MergeInput(batch.desc(), run);
        List<MergeInput> shuffled = new ArrayList<>();
        parts.forEach(part -> shuffled.add(unordered(batch, part)));
        Collections.shuffle(shuffled, new Random(1));

        assertThat(merged(rig, schema, List.of(whole), order)).isEqualTo(stored);
        assertThat(merged(rig, schema, shuffled, order)).isEqualTo(stored);
    }

    /** Whether the codec cannot read the columns without migrating them. */
    private static boolean hasOldRows(
            BatchRig rig, BatchSchema<?, ?> schema, List<RunPart.Single> parts) throws Exception {
        for (RunPart.Single part : parts) {
            try (DecodedPart decoded = decode(rig, part)) {
                Updates.StructuredColumns columns = decoded.updates().structured();
                if (columns != null
                        && !columns.keys()
                                .getField()
                                .getChildren()
                                .equals(schema.keys().structuredField("k_s").getChildren())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The inputs of merges that the original leaves behind, against the runs it made of them. */
    @ParameterizedTest
    @MethodSource("withMergedRuns")
    void inputsLeftBehindMergeToTheStoredRun_B34(GoldenShards.Shard shard) throws Exception {
        JsonNode expected = shard.expected();
        try (BatchRig rig = new BatchRig(shard.shard())) {
            load(rig, shard);
            List<HollowBatch> batches = batches(expected);
            List<RunPart> inputs = leftBehind(rig, batches, expected);
            int checked = 0;
            for (HollowBatch batch : batches) {
                for (Run run : batch.runs()) {
                    if (run.meta().order().orElse(RunOrder.UNORDERED) == RunOrder.UNORDERED) {
                        continue;
                    }
                    List<String> stored =
                            merged(
                                    rig,
                                    BatchRig.STRINGS,
                                    List.of(new MergeInput(batch.desc(), run)),
                                    RunOrder.STRUCTURED);
                    List<RunPart> own = new ArrayList<>();
                    for (RunPart part : inputs) {
                        if (isOf(rig, part, batch)) {
                            own.add(part);
                        }
                    }
                    assertThat(stretches(own).anyMatch(s -> isMergeOf(rig, batch, s, stored)))
                            .as("%s of %s", stored, own)
                            .isTrue();
                    checked++;
                }
            }
            assertThat(checked).isPositive();
        }
    }

    private static boolean isOf(BatchRig rig, RunPart part, HollowBatch batch) throws Exception {
        try (DecodedPart decoded = decode(rig, (RunPart.Single) part)) {
            return decoded.desc().lower().equals(batch.lower());
        }
    }

    private static boolean isMergeOf(
            BatchRig rig, HollowBatch batch, List<RunPart> parts, List<String> stored) {
        List<MergeInput> inputs = parts.stream().map(part -> unordered(batch, part)).toList();
        try {
            return merged(rig, BatchRig.STRINGS, inputs, RunOrder.STRUCTURED).equals(stored);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Stream<List<RunPart>> stretches(List<RunPart> parts) {
        List<List<RunPart>> stretches = new ArrayList<>();
        for (int from = 0; from < parts.size(); from++) {
            for (int to = from + 1; to <= parts.size(); to++) {
                stretches.add(parts.subList(from, to));
            }
        }
        return stretches.stream();
    }

    private static RunPart bare(PartKey key) {
        return new RunPart.Hollow(
                key,
                0,
                Bytes.EMPTY,
                null,
                null,
                null,
                new RunPart.FormatHint.None(),
                null,
                null,
                null,
                Bytes.EMPTY);
    }

    /** Parts that no batch lists, in the order in which they were flushed. */
    private static List<RunPart> leftBehind(
            BatchRig rig, List<HollowBatch> batches, JsonNode expected) throws Exception {
        Set<String> listed = new TreeSet<>();
        for (HollowBatch batch : batches) {
            for (RunPart.Single part : parts(rig, batch.parts().collect(Collectors.toList()))) {
                if (part instanceof RunPart.Hollow hollow) {
                    listed.add(rig.store.blobKey(hollow.key()).text());
                }
            }
        }
        record Numbered(long index, RunPart part) {}
        List<Numbered> left = new ArrayList<>();
        for (String key : rig.blobKeys()) {
            String kind = "";
            for (JsonNode blob : expected.get("inspect").get("blobs")) {
                kind =
                        blob.get("key").textValue().equals(key)
                                ? blob.get("kind").textValue()
                                : kind;
            }
            if (!listed.contains(key) && kind.equals("part")) {
                PartKey partKey = new PartKey(key.substring(key.indexOf('/') + 1));
                RunPart part = bare(partKey);
                try (DecodedPart decoded = decode(rig, (RunPart.Single) part)) {
                    left.add(new Numbered(decoded.index(), part));
                }
            }
        }
        left.sort(Comparator.comparingLong(Numbered::index));
        return left.stream().map(Numbered::part).toList();
    }
}
