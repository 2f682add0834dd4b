package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.SchemaId;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;
import io.persist.part.stats.StatsEncoding;
import io.persist.part.stats.StatsSettings;
import io.persist.part.stats.StructStats;
import io.persist.part.stats.UntrimmableColumns;
import io.persist.part.stats.ValueStats;

import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** What the metadata of a part in blob says about its updates. */
class PartFactsTest {
    private static final BatchSchema<SourceData, Unit> RELATION =
            BatchRig.schema(relation("id", new ScalarType.Text()), Codecs.UNIT);

    private final BatchRig rig = new BatchRig();

    @AfterEach
    void everythingIsClosed() {
        rig.close();
    }

    private static Row<SourceData, Unit> row(int id, Datum at, long diff) {
        List<Datum> datums = List.of(new Datum.Int32(id), at);
        return new Row<>(new SourceData.Row(datums), Unit.UNIT, 0, diff);
    }

    private RunPart.Hollow relationPart(BatchConfig config) throws Exception {
        SourceData error = new SourceData.Error(Bytes.fromHex("0a00"));
        List<Row<SourceData, Unit>> rows =
                List.of(
                        row(5, new Datum.Text("b"), 1),
                        row(-3, Datum.NULL, 4),
                        new Row<>(error, Unit.UNIT, 0, -2));
        return onlyPart(rig.build(config, RELATION, Antichain.of(0), Antichain.of(1), rows));
    }

    private static RunPart.Hollow onlyPart(Batch batch) throws Exception {
        List<RunPart> parts = batch.hollow().parts().toList();
        assertThat(parts).hasSize(1);
        batch.markConsumed();
        return (RunPart.Hollow) parts.get(0);
    }

    @ParameterizedTest
    @EnumSource
    void partsSayWhatIsKnownOfTheirKeys_B39(PartFormat format) throws Exception {
        RunPart.Hollow part = relationPart(BatchRig.hollow().format(format).build());

        StructStats stats = StatsEncoding.decode(part.stats());
        assertThat(stats.len()).isEqualTo(3);
        assertThat(stats.columns().get("err").nulls()).isEqualTo(2);
        assertThat(stats.columns().get("ok").nulls()).isEqualTo(1);
        StructStats ok = (StructStats) stats.columns().get("ok").values();
        assertThat(ok.columns().get("id").nulls()).isNull();
        assertThat(ok.columns().get("id").values())
                .isEqualTo(new ValueStats.Integers(ValueStats.IntegerType.I32, -3, 5));
        assertThat(ok.columns().get("at").nulls()).isEqualTo(2);
        assertThat(ok.columns().get("at").values()).isEqualTo(new ValueStats.Texts("b", "b"));
        assertThat(part.keyLower().isEmpty()).isEqualTo(format == PartFormat.STRUCTURED);
        assertThat(part.structuredKeyLower() == null).isEqualTo(format == PartFormat.ROW);
    }

    /** The first key is the least, so it alone is turned into columns. */
    @Test
    void partsOfRowsInStructuredOrderHaveAStructuredLowerBound_B39() throws Exception {
        BatchConfig.Builder config =
                BatchRig.hollow()
                        .format(PartFormat.ROW)
                        .targetBytes(0)
                        .runs(RunSettings.DEFAULT.withMaxRuns(2));
        List<Row<SourceData, Unit>> rows =
                List.of(row(3, Datum.NULL, 1), row(1, Datum.NULL, 1), row(2, Datum.NULL, 1));
        BatchConfig merging = config.build();

        Batch batch = rig.build(merging, RELATION, Antichain.of(0), Antichain.of(1), rows);

        Run merged = batch.hollow().runs().get(0);
        assertThat(merged.meta().order()).contains(RunOrder.STRUCTURED);
        RunPart.Hollow first = (RunPart.Hollow) merged.parts().get(0);
        try (FieldVector bound =
                ArrayDataEncoding.decode(first.structuredKeyLower(), "k_s", rig.allocator)) {
            assertThat(RELATION.keys().reader(bound).value(0)).isEqualTo(rows.get(1).key());
        }
        assertThat(first.stats()).isNotNull();
        batch.delete();
    }

    @ParameterizedTest
    @EnumSource
    void receivedInlinePartsHaveStatisticsOnceTheyAreInBlob_B10(PartFormat format)
            throws Exception {
        List<Row<SourceData, Unit>> rows = List.of(row(5, new Datum.Text("b"), 1));
        BatchConfig inline = BatchConfig.builder().format(format).build();
        BatchConfig blob = BatchRig.hollow().format(format).build();
        Batch sent = rig.build(inline, RELATION, Antichain.of(0), Antichain.of(1), rows);
        Bytes message = sent.toTransmittable();
        Batch received = Batch.fromTransmittable(rig.store, inline, RELATION, message);

        received.flushToBlob();

        RunPart.Hollow part = onlyPart(received);
        RunPart.Hollow direct =
                onlyPart(rig.build(blob, RELATION, Antichain.of(0), Antichain.of(1), rows));
        assertThat(part.stats()).isNotNull().isEqualTo(direct.stats());
        assertThat(part.structuredKeyLower()).isEqualTo(direct.structuredKeyLower());
        assertThat(part.diffsSum()).isEqualTo(direct.diffsSum());
    }

    /** Columns of the same types may have other names, and statistics are by name. */
    @Test
    void inlinePartsOfAnotherSchemaHaveNoStatistics_B10() throws Exception {
        List<Row<SourceData, Unit>> rows = List.of(row(5, new Datum.Text("b"), 1));
        BatchConfig newer = BatchConfig.builder().build();
        BatchConfig older =
                BatchConfig.builder().format(PartFormat.ROW).writerVersion("0.128.0").build();
        RelationCodec<SourceData> renamed = relation("key", new ScalarType.Text());
        RelationCodec<SourceData> retyped = relation("id", new ScalarType.Bytea());
        for (BatchConfig config : List.of(newer, older)) {
            Bytes message =
                    rig.build(config, RELATION, Antichain.of(0), Antichain.of(1), rows)
                            .toTransmittable();
            for (BatchSchema<SourceData, Unit> other :
                    List.of(
                            new BatchSchema<>(renamed, Codecs.UNIT, new SchemaId(9)),
                            BatchRig.schema(retyped, Codecs.UNIT))) {
                Batch received = Batch.fromTransmittable(rig.store, config, other, message);
                received.flushToBlob();
                assertThat(onlyPart(received).stats()).isNull();
            }
        }
    }

    private static RelationCodec<SourceData> relation(String name, ScalarType second) {
        return RelationCodec.of(
                RelationDesc.of(
                        List.of(
                                new RelationColumn(name, new ScalarType.Int32(), false),
                                new RelationColumn("at", second, true))));
    }

    @Test
    void withoutStatisticsTheFieldIsAbsent_B13() throws Exception {
        StatsSettings off = new StatsSettings(false, 1024, UntrimmableColumns.DEFAULT);

        assertThat(relationPart(BatchRig.hollow().stats(off).build()).stats()).isNull();
    }

    @Test
    void withoutBudgetWhatMustNotBeTrimmedStays_B14() throws Exception {
        StatsSettings none = new StatsSettings(true, 0, UntrimmableColumns.DEFAULT);
        StatsSettings nothing = new StatsSettings(true, 0, UntrimmableColumns.parse("", "", ","));

        Bytes kept = relationPart(BatchRig.hollow().stats(none).build()).stats();
        Bytes bare = relationPart(BatchRig.hollow().stats(nothing).build()).stats();

        assertThat(StatsEncoding.decode(kept).columns()).containsOnlyKeys("err");
        assertThat(bare).isEqualTo(Bytes.fromHex("0803"));
    }

    @ParameterizedTest
    @EnumSource
    void partsSayTheSumOfTheirDiffs_B37(PartFormat format) throws Exception {
        BatchConfig.Builder config = BatchRig.hollow().format(format);

        assertThat(relationPart(config.build()).diffsSum()).isEqualTo(3);
        assertThat(relationPart(config.diffsSum(false).build()).diffsSum()).isNull();
    }

    @Test
    void aPartOfThreeUpdatesHasAStructuredLowerBound_BT6() throws Exception {
        for (PartFormat format : List.of(PartFormat.BOTH, PartFormat.STRUCTURED)) {
            BatchConfig.Builder config =
                    BatchRig.hollow().format(format).structuredKeyLowerMaxBytes(1024);
            RunPart.Hollow part =
                    onlyPart(
                            rig.build(
                                    config,
                                    0,
                                    4,
                                    Row.of("1", 1, 1),
                                    Row.of("2", 2, 1),
                                    Row.of("3", 3, 1)));

            assertThat(part.structuredKeyLower()).isNotNull();
        }
    }
}
