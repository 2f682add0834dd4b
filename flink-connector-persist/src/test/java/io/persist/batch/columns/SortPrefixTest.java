package io.persist.batch.columns;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.codec.StructuredOrder;
import io.persist.codec.Vectors;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;

import java.util.ArrayList;
import java.util.List;

final class SortPrefixTest {
    private static final List<List<Datum>> VALUES =
            List.of(
                    List.of(Datum.NULL, new Datum.Bool(false), new Datum.Bool(true)),
                    List.of(
                            Datum.NULL,
                            new Datum.Int16(Short.MIN_VALUE),
                            new Datum.Int16((short) -1),
                            new Datum.Int16((short) 1)),
                    List.of(
                            Datum.NULL,
                            new Datum.Int32(Integer.MIN_VALUE),
                            new Datum.Int32(-1),
                            new Datum.Int32(0),
                            new Datum.Int32(Integer.MAX_VALUE)),
                    List.of(
                            Datum.NULL,
                            new Datum.Int64(Long.MIN_VALUE),
                            new Datum.Int64(-1),
                            new Datum.Int64(1),
                            new Datum.Int64(2)),
                    List.of(
                            Datum.NULL,
                            new Datum.Float32(-0.0f),
                            new Datum.Float32(0.0f),
                            new Datum.Float32(Float.NEGATIVE_INFINITY),
                            new Datum.Float32(Float.NaN)),
                    List.of(
                            Datum.NULL,
                            new Datum.Float64(-1.5),
                            new Datum.Float64(-2.5),
                            new Datum.Float64(3)),
                    List.of(
                            Datum.NULL,
                            new Datum.Text(""),
                            new Datum.Text("a"),
                            new Datum.Text("a\0"),
                            new Datum.Text("abcdefghi"),
                            new Datum.Text("abcdefghj"),
                            new Datum.Text("\uFFFF"),
                            new Datum.Text("\uD83D\uDE00")));

    private static final List<ScalarType> TYPES =
            List.of(
                    new ScalarType.Bool(),
                    new ScalarType.Int16(),
                    new ScalarType.Int32(),
                    new ScalarType.Int64(),
                    new ScalarType.Float32(),
                    new ScalarType.Float64(),
                    new ScalarType.Text());

    /** Kinds of the columns, and for each row a number that its values are derived from. */
    private record Table(List<Integer> kinds, List<Integer> rows) {}

    @Provide
    Arbitrary<Table> tables() {
        Arbitrary<List<Integer>> kinds =
                Arbitraries.integers().between(0, TYPES.size() - 1).list().ofMaxSize(4);
        return kinds.flatMap(
                columns ->
                        Arbitraries.integers()
                                .between(-1, 100_000)
                                .list()
                                .ofMaxSize(20)
                                .map(rows -> new Table(columns, rows)));
    }

    private static SourceData row(List<Integer> kinds, int number) {
        if (number < 0) {
            return new SourceData.Error(Bytes.fromHex("0a00"));
        }
        List<Datum> datums = new ArrayList<>();
        int rest = number;
        for (int kind : kinds) {
            List<Datum> values = VALUES.get(kind);
            datums.add(values.get(rest % values.size()));
            rest /= values.size();
        }
        return new SourceData.Row(datums);
    }

    @Property(seed = "20261124", tries = 300)
    void prefixesThatDifferOrderTheirRows(@ForAll("tables") Table table) {
        List<RelationColumn> columns = new ArrayList<>();
        for (int kind : table.kinds()) {
            columns.add(new RelationColumn("c" + columns.size(), TYPES.get(kind), true));
        }
        RelationCodec<SourceData> codec = RelationCodec.of(RelationDesc.of(columns));
        try (RootAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k"), allocator)) {
            ColumnAppender<SourceData> appender = codec.appender(vector);
            for (int i = 0; i < table.rows().size(); i++) {
                appender.append(i, row(table.kinds(), table.rows().get(i)));
            }
            appender.finish(table.rows().size());

            long[] prefixes = SortPrefix.of(vector);

            StructuredOrder order = StructuredOrder.of(vector, vector);
            for (int i = 0; i < prefixes.length; i++) {
                for (int j = 0; j < prefixes.length; j++) {
                    int byPrefix = Long.compareUnsigned(prefixes[i], prefixes[j]);
                    if (byPrefix != 0) {
                        assertThat(Integer.signum(order.compare(i, j)))
                                .as("rows %d and %d", i, j)
                                .isEqualTo(byPrefix);
                    }
                }
            }
        }
    }
}
