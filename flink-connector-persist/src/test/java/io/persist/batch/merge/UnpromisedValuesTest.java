package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunOrder;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
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
import io.persist.frontier.Description;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that break promises of the schema they are read with: peers do not check these when reading,
 * and a newer schema may promise what an older one did not.
 */
final class UnpromisedValuesTest {
    private static final Description DESC = BatchRig.desc(0, 9, 0);

    /** Columns that take anything. */
    private static final BatchSchema<SourceData, Unit> LOOSE =
            schema(
                    new ScalarType.VarChar(null),
                    new ScalarType.Char(null),
                    new ScalarType.Numeric(null),
                    new ScalarType.Timestamp(null),
                    true);

    /** The same ones with limits. */
    private static final BatchSchema<SourceData, Unit> STRICT =
            schema(
                    new ScalarType.VarChar(2),
                    new ScalarType.Char(3),
                    new ScalarType.Numeric(1),
                    new ScalarType.Timestamp(0),
                    false);

    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static BatchSchema<SourceData, Unit> schema(
            ScalarType text, ScalarType padded, ScalarType number, ScalarType time, boolean nulls) {
        List<RelationColumn> fields = List.of(new RelationColumn("f", number, nulls));
        ScalarType list = new ScalarType.List(new ScalarType.Record(fields, null), null);
        List<RelationColumn> columns = new ArrayList<>();
        for (ScalarType type :
                List.of(
                        new ScalarType.Int32(),
                        text,
                        padded,
                        number,
                        time,
                        list,
                        new ScalarType.Map(padded, null),
                        new ScalarType.Array(time),
                        new ScalarType.Range(number))) {
            columns.add(new RelationColumn("c" + columns.size(), type, nulls));
        }
        return BatchRig.schema(RelationCodec.of(RelationDesc.of(columns)), Codecs.UNIT);
    }

    private static List<Row<SourceData, Unit>> rows() {
        Datum number = new Datum.Numeric(Numeric.of(new BigDecimal("1.234")));
        Datum time = new Datum.Timestamp(1, 5_000);
        List<Datum> values =
                List.of(
                        new Datum.Int32(7),
                        new Datum.Text("abc"),
                        new Datum.Text("x  "),
                        number,
                        time,
                        new Datum.List(
                                List.of(
                                        new Datum.Record(List.of(number)),
                                        new Datum.Record(List.of(Datum.NULL)))),
                        new Datum.Map(List.of(new Datum.Entry("k", new Datum.Text("y ")))),
                        new Datum.Array(List.of(new Datum.Dimension(1, 1)), List.of(time)),
                        new Datum.Range(
                                new Datum.Bounds(new Datum.Bound(number, true), Datum.Bound.NONE)));
        List<Row<SourceData, Unit>> rows = new ArrayList<>();
        rows.add(new Row<>(new SourceData.Row(values), Unit.UNIT, 1, 1));
        List<Datum> nulls = new ArrayList<>(values);
        nulls.replaceAll(value -> Datum.NULL);
        rows.add(new Row<>(new SourceData.Row(nulls), Unit.UNIT, 1, 1));
        return rows;
    }

    private HollowBatch batch(PartFormat format) throws Exception {
        return BatchRig.batch(
                DESC,
                RunOrder.UNORDERED,
                rig.part(BatchRig.hollow().format(format), LOOSE, DESC, rows()));
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreReadAsTheyAre(PartFormat stored) throws Exception {
        List<Row<SourceData, Unit>> read =
                rig.read(
                        STRICT, new Filter.Compaction(Antichain.minimum()), List.of(batch(stored)));

        assertThat(read).isEqualTo(rows());
    }

    @ParameterizedTest
    @EnumSource
    void mergesKeepRowsAsTheyAreWhateverTheirForm(PartFormat stored) throws Exception {
        for (PartFormat written : PartFormat.values()) {
            HollowBatch batch = batch(stored);
            MergeConfig config = MergeConfig.builder().format(written).build();
            try (RunMerge<SourceData, Unit> merge =
                    RunMerge.open(
                            rig.store,
                            STRICT,
                            List.of(new MergeInput(DESC, batch.runs().get(0))),
                            config,
                            rig.allocator)) {
                try (Updates chunk = merge.next()) {
                    assertThat(values(chunk)).as("as %s", written).isEqualTo(rows());
                }
                assertThat(merge.next()).isNull();
            }
        }
    }

    /** Of the rows if there are some, else of the columns. */
    private static List<Row<SourceData, Unit>> values(Updates updates) throws Exception {
        List<Row<SourceData, Unit>> values = new ArrayList<>();
        for (int i = 0; i < updates.count(); i++) {
            SourceData value =
                    updates.rows() != null
                            ? LOOSE.keys().decode(Bytes.takeArray(updates.rows().keys().get(i)))
                            : LOOSE.keys().reader(updates.structured().keys()).value(i);
            values.add(new Row<>(value, Unit.UNIT, updates.times().get(i), updates.diffs().get(i)));
        }
        return values;
    }
}
