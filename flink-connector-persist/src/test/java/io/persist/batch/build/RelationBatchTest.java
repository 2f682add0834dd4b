package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.batch.merge.Filter;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.Numeric;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.DecodedPart;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of relations, nulls and errors among them, through builder and cursor. */
final class RelationBatchTest {
    private static final RelationCodec<SourceData> CODEC =
            RelationCodec.of(
                    RelationDesc.of(
                            List.of(
                                    new RelationColumn("id", new ScalarType.Int32(), false),
                                    new RelationColumn("name", new ScalarType.Text(), true),
                                    new RelationColumn("big", new ScalarType.Numeric(null), true),
                                    new RelationColumn("at", new ScalarType.Timestamp(null), true),
                                    new RelationColumn("flag", new ScalarType.Bool(), true))));
    private static final BatchSchema<SourceData, Unit> SCHEMA = BatchRig.schema(CODEC, Codecs.UNIT);

    private static SourceData row(int id, Datum name, Datum big, Datum at, Datum flag) {
        return new SourceData.Row(List.of(new Datum.Int32(id), name, big, at, flag));
    }

    private static Arbitrary<Datum> orNull(Datum... values) {
        return Arbitraries.of(values).injectNull(0.2).map(d -> d == null ? Datum.NULL : d);
    }

    @Provide
    Arbitrary<SourceData> data() {
        Arbitrary<SourceData> rows =
                Combinators.combine(
                                Arbitraries.integers().between(-1, 2),
                                orNull(
                                        new Datum.Text(""),
                                        new Datum.Text("é"),
                                        new Datum.Text("z")),
                                orNull(
                                        new Datum.Numeric(Numeric.of(new BigDecimal("1.50"))),
                                        new Datum.Numeric(Numeric.of(new BigDecimal("-1e20")))),
                                orNull(new Datum.Timestamp(1, 5_000), new Datum.Timestamp(-1, 0)),
                                orNull(new Datum.Bool(true), new Datum.Bool(false)))
                        .as(RelationBatchTest::row);
        SourceData error = new SourceData.Error(Bytes.fromHex("0a00"));
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(9, rows),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(error)));
    }

    @Provide
    Arbitrary<List<Row<SourceData, Unit>>> updates() {
        return Combinators.combine(
                        data(),
                        Arbitraries.longs().between(0, 2),
                        Arbitraries.longs().between(-1, 2))
                .as((data, time, diff) -> new Row<>(data, Unit.UNIT, time, diff))
                .list()
                .ofMaxSize(60);
    }

    @Property(seed = "20261124", tries = 60)
    void rowsReadBackAsWhatWasAdded(
            @ForAll("updates") List<Row<SourceData, Unit>> updates,
            @ForAll PartFormat format,
            @ForAll boolean inline,
            @ForAll boolean small)
            throws Exception {
        BatchConfig config =
                BatchConfig.builder()
                        .format(format)
                        .inlineSingleMaxBytes(inline ? 4096 : 0)
                        .targetBytes(small ? 200 : 1 << 20)
                        .build();
        try (BatchRig rig = new BatchRig()) {
            Batch batch = rig.build(config, SCHEMA, Antichain.of(0), Antichain.of(3), updates);

            List<Row<SourceData, Unit>> read =
                    rig.read(SCHEMA, new Filter.Snapshot(Antichain.of(2)), List.of(batch.hollow()));

            assertThat(sums(read)).isEqualTo(sums(updates)).hasSize(read.size());
            batch.markConsumed();
        }
    }

    private static Map<SourceData, Long> sums(List<Row<SourceData, Unit>> rows) {
        Map<SourceData, Long> sums = new HashMap<>();
        rows.forEach(row -> sums.merge(row.key(), row.diff(), Long::sum));
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    /** The original checks only in tests; here encoding notices, and the builder goes on. */
    @Test
    void aRowThatDoesNotFitTheSchemaIsRefusedAndNotStored_B18() throws Exception {
        SourceData good = row(1, Datum.NULL, Datum.NULL, Datum.NULL, Datum.NULL);
        SourceData nullId =
                new SourceData.Row(
                        List.of(Datum.NULL, Datum.NULL, Datum.NULL, Datum.NULL, Datum.NULL));
        try (BatchRig rig = new BatchRig();
                BatchBuilder<SourceData, Unit> builder =
                        new BatchBuilder<>(
                                rig.store,
                                BatchConfig.builder().build(),
                                SCHEMA,
                                Antichain.of(0))) {
            builder.add(good, Unit.UNIT, 0, 1);
            assertThatThrownBy(() -> builder.add(nullId, Unit.UNIT, 0, 1))
                    .isInstanceOf(IllegalArgumentException.class);
            builder.add(good, Unit.UNIT, 0, 1);
            Batch batch = builder.finish(Antichain.of(1));

            assertThat(
                            rig.read(
                                    SCHEMA,
                                    new Filter.Snapshot(Antichain.of(0)),
                                    List.of(batch.hollow())))
                    .containsExactly(new Row<>(good, Unit.UNIT, 0, 2));
            batch.markConsumed();
        }
    }

    /** For relations the two orders differ: a part labelled with one must have that one. */
    @ParameterizedTest
    @EnumSource(
            value = PartFormat.class,
            names = {"ROW", "BOTH"})
    void mergedRunsOfCodecOrderAscendByRowBytes_B34a(PartFormat format) throws Exception {
        BatchConfig config =
                BatchRig.hollow()
                        .format(format)
                        .targetBytes(100)
                        .runs(RunSettings.DEFAULT.withMaxRuns(2).withOrder(RunOrder.CODEC))
                        .build();
        List<Row<SourceData, Unit>> updates = new ArrayList<>();
        for (int id : new int[] {70_000, -1, 3, 300, -70_000, 0, 1, 256, -300, 65_536}) {
            SourceData row = row(id, Datum.NULL, Datum.NULL, Datum.NULL, Datum.NULL);
            updates.add(new Row<>(row, Unit.UNIT, 0, 1));
        }
        try (BatchRig rig = new BatchRig()) {
            Batch batch = rig.build(config, SCHEMA, Antichain.of(0), Antichain.of(1), updates);
            Run merged = batch.hollow().runs().get(0);
            assertThat(merged.meta().order()).contains(RunOrder.CODEC);
            List<Bytes> keys = new ArrayList<>();
            for (RunPart part : merged.parts()) {
                Bytes blob =
                        rig.blob
                                .get(rig.store.blobKey(((RunPart.Hollow) part).key()))
                                .orElseThrow();
                try (DecodedPart decoded = ParquetParts.decode(blob, rig.allocator)) {
                    for (int i = 0; i < decoded.updates().count(); i++) {
                        keys.add(Bytes.takeArray(decoded.updates().rows().keys().get(i)));
                    }
                }
            }
            assertThat(keys).hasSizeGreaterThan(3).isSorted();
            batch.markConsumed();
        }
    }

    @Test
    void theLowerBoundLosesTrailingColumnsUntilItFits() throws Exception {
        SourceData row =
                row(
                        7,
                        new Datum.Text("x".repeat(300)),
                        Datum.NULL,
                        new Datum.Timestamp(0, 0),
                        new Datum.Bool(true));
        try (BatchRig rig = new BatchRig()) {
            int tight = lowerOf(rig, row, 256);
            int wide = lowerOf(rig, row, 4096);

            assertThat(tight).isBetween(1, 256);
            assertThat(wide).isGreaterThan(300);
        }
    }

    private static int lowerOf(BatchRig rig, SourceData row, int maxBytes) throws Exception {
        BatchConfig config = BatchRig.hollow().structuredKeyLowerMaxBytes(maxBytes).build();
        Batch batch =
                rig.build(
                        config,
                        SCHEMA,
                        Antichain.of(0),
                        Antichain.of(1),
                        List.of(new Row<>(row, Unit.UNIT, 0, 1)));
        RunPart.Hollow part = (RunPart.Hollow) batch.hollow().parts().findFirst().orElseThrow();
        batch.markConsumed();
        return part.structuredKeyLower() == null ? 0 : part.structuredKeyLower().length();
    }
}
