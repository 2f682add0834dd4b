package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.ColumnAppender;
import io.persist.codec.StructuredOrder;
import io.persist.codec.Vectors;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.UUID;

/** The structured order of values, type by type. Flat types of SQL are in other tests. */
class OrderOfTypesTest {
    /** Each value is below the next one, and nulls are above all. */
    private static void ascending(ScalarType type, Datum... values) {
        RelationColumn column = new RelationColumn("c", type, true);
        RelationCodec<SourceData> codec = RelationCodec.of(RelationDesc.of(List.of(column)));
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator)) {
            ColumnAppender<SourceData> appender = codec.appender(vector);
            for (int i = 0; i < values.length; i++) {
                appender.append(i, new SourceData.Row(List.of(values[i])));
            }
            appender.append(values.length, new SourceData.Row(List.of(Datum.NULL)));
            appender.finish(values.length + 1);
            StructuredOrder order = StructuredOrder.of(vector, vector);
            for (int i = 0; i <= values.length; i++) {
                for (int j = 0; j <= values.length; j++) {
                    assertThat(Integer.signum(order.compare(i, j)))
                            .as("%s: %s and %s", type.sqlName(), i, j)
                            .isEqualTo(Integer.compare(i, j));
                }
            }
        }
    }

    @Test
    void unsignedNumbersAreUnsigned() {
        ascending(new ScalarType.PgLegacyChar(), new Datum.UInt8(127), new Datum.UInt8(128));
        ascending(new ScalarType.UInt16(), new Datum.UInt16(1), new Datum.UInt16(65_535));
        ascending(new ScalarType.Oid(), new Datum.UInt32(1), new Datum.UInt32(0x80000000L));
        ascending(new ScalarType.UInt64(), new Datum.UInt64(1), new Datum.UInt64(-1));
        ascending(
                new ScalarType.MzTimestamp(), new Datum.MzTimestamp(9), new Datum.MzTimestamp(-9));
    }

    @Test
    void packedValuesSortAsTheirPartsDo() {
        ascending(
                new ScalarType.Interval(),
                new Datum.Interval(-1, 9, 9),
                new Datum.Interval(0, -1, 9),
                new Datum.Interval(0, 0, -1),
                new Datum.Interval(0, 0, 0),
                new Datum.Interval(1, -9, -9));
        ascending(
                new ScalarType.Uuid(),
                new Datum.Uuid(new UUID(1, -1)),
                new Datum.Uuid(new UUID(2, 0)),
                new Datum.Uuid(new UUID(-1, 0)));
        Datum.Role system = new Datum.Role(Datum.Role.Kind.SYSTEM, 5);
        Datum.Role user = new Datum.Role(Datum.Role.Kind.USER, 1);
        ascending(
                new ScalarType.MzAclItem(),
                new Datum.MzAclItem(system, user, 1),
                new Datum.MzAclItem(system, user, 2),
                new Datum.MzAclItem(user, system, 0));
        ascending(
                new ScalarType.AclItem(),
                new Datum.AclItem(1, 0xffffffffL, 0),
                new Datum.AclItem(0x80000000L, 0, 0));
    }

    @Test
    void jsonSortsByTheBytesOfItsText() {
        ascending(
                new ScalarType.Jsonb(),
                new Datum.Jsonb("\"z\""),
                new Datum.Jsonb("-5"),
                new Datum.Jsonb("10"),
                new Datum.Jsonb("9"),
                new Datum.Jsonb("[1]"),
                new Datum.Jsonb("null"),
                new Datum.Jsonb("{}"));
    }

    @Test
    void listsSortByElementsAndPrefixesFirst() {
        ScalarType type = new ScalarType.List(new ScalarType.Int32(), null);
        Datum one = new Datum.Int32(1);
        Datum two = new Datum.Int32(2);
        ascending(
                type,
                new Datum.List(List.of()),
                new Datum.List(List.of(one)),
                new Datum.List(List.of(one, two)),
                new Datum.List(List.of(one, Datum.NULL)),
                new Datum.List(List.of(two)),
                new Datum.List(List.of(Datum.NULL)));
    }

    @Test
    void arraysSortByDimensionsFirst() {
        ScalarType type = new ScalarType.Array(new ScalarType.Int32());
        Datum.Dimension single = new Datum.Dimension(1, 1);
        ascending(
                type,
                new Datum.Array(List.of(), List.of()),
                new Datum.Array(List.of(new Datum.Dimension(-1, 1)), List.of(new Datum.Int32(9))),
                new Datum.Array(List.of(single), List.of(new Datum.Int32(1))),
                new Datum.Array(List.of(single), List.of(Datum.NULL)),
                new Datum.Array(List.of(single, single), List.of(new Datum.Int32(0))));
    }

    @Test
    void mapsSortByEntriesAndRecordsByFields() {
        ScalarType map = new ScalarType.Map(new ScalarType.Int32(), null);
        ascending(
                map,
                new Datum.Map(List.of()),
                new Datum.Map(List.of(new Datum.Entry("a", new Datum.Int32(2)))),
                new Datum.Map(List.of(new Datum.Entry("a", Datum.NULL))),
                new Datum.Map(List.of(new Datum.Entry("b", new Datum.Int32(1)))));
        ScalarType row =
                new ScalarType.Record(
                        List.of(
                                new RelationColumn("f", new ScalarType.Int32(), true),
                                new RelationColumn("g", new ScalarType.Text(), true)),
                        null);
        ascending(
                row,
                new Datum.Record(List.of(new Datum.Int32(1), new Datum.Text("b"))),
                new Datum.Record(List.of(new Datum.Int32(1), Datum.NULL)),
                new Datum.Record(List.of(new Datum.Int32(2), new Datum.Text("a"))),
                new Datum.Record(List.of(Datum.NULL, Datum.NULL)));
        ascending(new ScalarType.Record(List.of(), null), new Datum.Record(List.of()));
    }

    @Test
    void rangesSortByTheirRowBytes() {
        ScalarType type = new ScalarType.Range(new ScalarType.Int32());
        Datum.Bound five = new Datum.Bound(new Datum.Int32(5), true);
        ascending(
                type,
                new Datum.Range(null),
                new Datum.Range(new Datum.Bounds(Datum.Bound.NONE, Datum.Bound.NONE)),
                new Datum.Range(new Datum.Bounds(five, Datum.Bound.NONE)));
    }
}
