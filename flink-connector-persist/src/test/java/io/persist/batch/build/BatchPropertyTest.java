package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.batch.merge.Filter;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.part.Compression;
import io.persist.part.ParquetSettings;
import io.persist.part.PartFormat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whatever is added reads back as the same multiset, sorted and consolidated. */
final class BatchPropertyTest {
    /** One batch: its rows, and what happens to it before it is read. */
    private record Script(
            List<Row<String, String>> rows, long rewriteBy, boolean transmit, boolean flush) {}

    private record Update(String key, String val, long time) {}

    @Provide
    Arbitrary<Row<String, String>> rows() {
        Arbitrary<String> text = Arbitraries.of("", "a", "b", "ab", "é", "\uD83D\uDE00", "\uFFFD");
        return Combinators.combine(
                        text,
                        text,
                        Arbitraries.longs().between(0, 9),
                        Arbitraries.longs().between(-2, 3))
                .as(Row::new);
    }

    @Provide
    Arbitrary<Script> scripts() {
        return Combinators.combine(
                        rows().list().ofMaxSize(30),
                        Arbitraries.longs().between(0, 2),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as(Script::new);
    }

    @Provide
    Arbitrary<List<Script>> manyScripts() {
        return scripts().list().ofMaxSize(4);
    }

    /** Parts of one piece, and of a piece for each update or each few. */
    @Provide
    Arbitrary<BatchConfig.Builder> configs() {
        return Combinators.combine(partConfigs(), Arbitraries.of(1, 60, 4 << 20))
                .as(BatchConfig.Builder::pieceBytes);
    }

    private static Arbitrary<BatchConfig.Builder> partConfigs() {
        return Combinators.combine(
                        Arbitraries.of(PartFormat.class),
                        Arbitraries.of(0, 50, 100, 1 << 20),
                        Arbitraries.of(0, 60, 4096),
                        Arbitraries.of(0, 1, 3),
                        Arbitraries.of(1, 2, 3, 7),
                        Arbitraries.of(2, 3, Integer.MAX_VALUE),
                        Arbitraries.of("none", "snappy", "lz4", "zstd-1", "gzip-6"),
                        Arbitraries.of(true, false))
                .as(
                        (format, target, inline, outstanding, maxRuns, runLen, codec, words) ->
                                BatchConfig.builder()
                                        .format(format)
                                        .targetBytes(target)
                                        .inlineSingleMaxBytes(inline)
                                        .maxOutstandingParts(outstanding)
                                        .parquet(
                                                new ParquetSettings(
                                                        Compression.parse(codec), words))
                                        .runs(
                                                RunSettings.DEFAULT
                                                        .withMaxRuns(maxRuns)
                                                        .withMaxRunLen(runLen)
                                                        .withIdentities(words)));
    }

    @Property(seed = "20261124", tries = 150)
    void batchesReadBackAsWhatWasAdded(
            @ForAll("manyScripts") List<Script> scripts,
            @ForAll("configs") BatchConfig.Builder config)
            throws Exception {
        try (BatchRig rig = new BatchRig()) {
            Map<Update, Long> model = new LinkedHashMap<>();
            List<HollowBatch> batches = new ArrayList<>();
            long len = 0;
            for (Script script : scripts) {
                Batch batch = build(rig, config.build(), script);
                for (Row<String, String> row : script.rows()) {
                    long time = Math.max(row.time(), script.rewriteBy());
                    model.merge(new Update(row.key(), row.val(), time), row.diff(), Long::sum);
                }
                batches.add(batch.hollow());
                len += batch.hollow().len();
                batch.markConsumed();
            }

            List<Row<String, String>> read =
                    rig.read(BatchRig.STRINGS, new Filter.Compaction(Antichain.minimum()), batches);

            assertThat(read).containsExactlyElementsOf(expected(model));
            assertThat(len).isGreaterThanOrEqualTo(read.size());
        }
    }

    private static Batch build(BatchRig rig, BatchConfig config, Script script) throws Exception {
        Batch batch =
                rig.build(
                        config, BatchRig.STRINGS, Antichain.of(0), Antichain.of(10), script.rows());
        if (script.flush()) {
            batch.flushToBlob();
            assertThat(batch.hollow().inlineBytes()).isZero();
        }
        boolean spilled = batch.hollow().parts().anyMatch(part -> part instanceof RunPart.Many);
        if (script.rewriteBy() > 0 && spilled) {
            // Refused, so the batch is written anew without runs in blob.
            assertThat(batch.rewriteTs(Antichain.of(script.rewriteBy()), Antichain.of(12)))
                    .isInstanceOf(RewriteResult.InvalidRewrite.class);
            batch.delete();
            RunSettings listed = config.runs().withMaxRunLen(Integer.MAX_VALUE);
            return build(rig, config.toBuilder().runs(listed).build(), script);
        }
        if (script.rewriteBy() > 0) {
            batch.rewriteTs(Antichain.of(script.rewriteBy()), Antichain.of(12)).orThrow();
        }
        return script.transmit()
                ? Batch.fromTransmittable(
                        rig.store, config, BatchRig.STRINGS, batch.toTransmittable())
                : batch;
    }

    private static List<Row<String, String>> expected(Map<Update, Long> model) {
        return model.entrySet().stream()
                .filter(entry -> entry.getValue() != 0)
                .map(
                        entry ->
                                new Row<>(
                                        entry.getKey().key(),
                                        entry.getKey().val(),
                                        entry.getKey().time(),
                                        entry.getValue()))
                .sorted(
                        Comparator.comparing((Row<String, String> row) -> Bytes.utf8(row.key()))
                                .thenComparing(row -> Bytes.utf8(row.val()))
                                .thenComparing(Row::time))
                .toList();
    }

    @Property(seed = "20261124", tries = 50)
    void bytesAndUnitReadBack(
            @ForAll List<byte[]> keys, @ForAll("configs") BatchConfig.Builder config)
            throws Exception {
        try (BatchRig rig = new BatchRig()) {
            BatchSchema<Bytes, Unit> schema = BatchRig.schema(Codecs.BYTES, Codecs.UNIT);
            List<Row<Bytes, Unit>> rows =
                    keys.stream()
                            .map(key -> new Row<>(Bytes.copyOf(key), Unit.UNIT, 1, 1))
                            .toList();
            Batch batch = rig.build(config.build(), schema, Antichain.of(0), Antichain.of(2), rows);
            TreeMap<Bytes, Long> model = new TreeMap<>();
            rows.forEach(row -> model.merge(row.key(), 1L, Long::sum));

            List<Row<Bytes, Unit>> read =
                    rig.read(schema, new Filter.Snapshot(Antichain.of(1)), List.of(batch.hollow()));

            assertThat(read)
                    .containsExactlyElementsOf(
                            model.entrySet().stream()
                                    .map(e -> new Row<>(e.getKey(), Unit.UNIT, 1, e.getValue()))
                                    .toList());
            batch.markConsumed();
        }
    }

    @Property(seed = "20261124", tries = 50)
    void partsWithRetractionsAreSortedConsolidatedAndHonestlySummed(
            @ForAll("rowsWithRetraction") List<Row<String, String>> rows) throws Exception {
        try (BatchRig rig = new BatchRig()) {
            Batch batch =
                    rig.build(
                            BatchRig.hollow().build(),
                            BatchRig.STRINGS,
                            Antichain.of(0),
                            Antichain.of(10),
                            rows);
            List<Row<String, String>> read = rig.read(batch.hollow());

            assertThat(batch.hollow().len()).isEqualTo(read.size());
            long stored =
                    batch.hollow()
                            .parts()
                            .mapToLong(part -> ((RunPart.Hollow) part).diffsSum())
                            .sum();
            assertThat(stored).isEqualTo(rows.stream().mapToLong(Row::diff).sum());
            batch.markConsumed();
        }
    }

    @Provide
    Arbitrary<List<Row<String, String>>> rowsWithRetraction() {
        return rows().list()
                .ofMaxSize(20)
                .map(
                        rows -> {
                            List<Row<String, String>> all = new ArrayList<>(rows);
                            all.add(Row.of("retracted", 0, -1));
                            return all;
                        });
    }
}
