package io.persist.codec.relation;

import io.persist.codec.relation.stored.Cell;
import io.persist.codec.relation.stored.Cell.Kind;
import io.persist.codec.relation.stored.Slots;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the {@link Column} of each type, and the {@link Cell} for its values. */
final class Columns {
    /**
     * @param kind of the type's values in row bytes
     */
    private record Format(Kind kind, Maker maker) {}

    private interface Maker {
        Column over(RelationColumn column, Slots slots);
    }

    private static final Format UINT32 = new Format(Kind.UINT32, PrimitiveColumns.UInt32s::new);

    /** Types without limits and without anything nested. */
    private static final Map<ScalarType, Format> SIMPLE =
            Map.ofEntries(
                    Map.entry(
                            new ScalarType.Bool(),
                            new Format(Kind.BOOL, PrimitiveColumns.Bools::new)),
                    Map.entry(
                            new ScalarType.Int16(),
                            new Format(Kind.INT16, PrimitiveColumns.Int16s::new)),
                    Map.entry(
                            new ScalarType.Int32(),
                            new Format(Kind.INT32, PrimitiveColumns.Int32s::new)),
                    Map.entry(
                            new ScalarType.Int64(),
                            new Format(Kind.INT64, PrimitiveColumns.Int64s::new)),
                    Map.entry(
                            new ScalarType.PgLegacyChar(),
                            new Format(Kind.UINT8, PrimitiveColumns.UInt8s::new)),
                    Map.entry(
                            new ScalarType.UInt16(),
                            new Format(Kind.UINT16, PrimitiveColumns.UInt16s::new)),
                    Map.entry(new ScalarType.UInt32(), UINT32),
                    Map.entry(new ScalarType.Oid(), UINT32),
                    Map.entry(new ScalarType.RegProc(), UINT32),
                    Map.entry(new ScalarType.RegType(), UINT32),
                    Map.entry(new ScalarType.RegClass(), UINT32),
                    Map.entry(
                            new ScalarType.UInt64(),
                            new Format(Kind.UINT64, PrimitiveColumns.UInt64s::new)),
                    Map.entry(
                            new ScalarType.MzTimestamp(),
                            new Format(Kind.MZ_TIMESTAMP, PrimitiveColumns.MzTimestamps::new)),
                    Map.entry(
                            new ScalarType.Float32(),
                            new Format(Kind.FLOAT32, PrimitiveColumns.Float32s::new)),
                    Map.entry(
                            new ScalarType.Float64(),
                            new Format(Kind.FLOAT64, PrimitiveColumns.Float64s::new)),
                    Map.entry(
                            new ScalarType.Bytea(),
                            new Format(Kind.BYTES, BytesColumns.Binaries::new)),
                    Map.entry(new ScalarType.Text(), texts(null, false)),
                    Map.entry(new ScalarType.PgLegacyName(), texts(null, false)),
                    Map.entry(
                            new ScalarType.Jsonb(),
                            new Format(Kind.JSONB, BytesColumns.Jsonbs::new)),
                    Map.entry(
                            new ScalarType.Uuid(), new Format(Kind.UUID, FixedColumns.Uuids::new)),
                    Map.entry(
                            new ScalarType.Date(),
                            new Format(Kind.DATE, TemporalColumns.Dates::new)),
                    Map.entry(
                            new ScalarType.Time(),
                            new Format(Kind.TIME, TemporalColumns.Times::new)),
                    Map.entry(
                            new ScalarType.Interval(),
                            new Format(Kind.INTERVAL, FixedColumns.Intervals::new)),
                    Map.entry(
                            new ScalarType.AclItem(),
                            new Format(Kind.ACL_ITEM, FixedColumns.AclItems::new)),
                    Map.entry(
                            new ScalarType.MzAclItem(),
                            new Format(Kind.MZ_ACL_ITEM, FixedColumns.MzAclItems::new)));

    private Columns() {}

    /**
     * @throws IllegalArgumentException if there are no values of the column's type
     */
    static Column over(RelationColumn column, Slots slots) {
        ScalarType type = column.type();
        if (type instanceof ScalarType.List list) {
            Column elements = over(part(column, "[]", list.element()), slots.child(0));
            return new NestedColumns.Lists(column, slots, elements);
        }
        if (type instanceof ScalarType.Map map) {
            Column keys = over(key(column), slots.child(0).child(0));
            Column values = over(part(column, "[]", map.value()), slots.child(0).child(1));
            return new NestedColumns.Maps(column, slots, keys, values);
        }
        if (type instanceof ScalarType.Array array) {
            RelationColumn element = part(column, "[]", array.element());
            Column elements = over(element, slots.child(1).child(0));
            return NestedColumns.Arrays.ofAny(column, slots, elements);
        }
        if (type instanceof ScalarType.Int2Vector) {
            RelationColumn element = part(column, "[]", new ScalarType.Int16());
            Column elements = over(element, slots.child(1).child(0));
            return NestedColumns.Arrays.ofOne(column, slots, elements);
        }
        if (type instanceof ScalarType.Record row && !row.fields().isEmpty()) {
            List<Column> fields = new ArrayList<>();
            for (int i = 0; i < row.fields().size(); i++) {
                fields.add(over(field(column, row.fields().get(i)), slots.child(i)));
            }
            return new NestedColumns.Records(column, slots, fields);
        }
        return format(column).maker().over(column, slots);
    }

    /**
     * @throws IllegalArgumentException if there are no values of the column's type
     */
    static Cell cell(RelationColumn column) {
        String name = column.describe();
        ScalarType type = column.type();
        if (type instanceof ScalarType.List list) {
            return new Cell(name, Kind.LIST, cell(part(column, "[]", list.element())));
        }
        if (type instanceof ScalarType.Map map) {
            Cell value = cell(part(column, "[]", map.value()));
            return new Cell(name, Kind.MAP, new Cell(name, Kind.RECORD, cell(key(column)), value));
        }
        if (type instanceof ScalarType.Array array) {
            return array(name, cell(part(column, "[]", array.element())));
        }
        if (type instanceof ScalarType.Int2Vector) {
            return array(name, cell(part(column, "[]", new ScalarType.Int16())));
        }
        if (type instanceof ScalarType.Record row && !row.fields().isEmpty()) {
            Cell[] fields =
                    row.fields().stream().map(f -> cell(field(column, f))).toArray(Cell[]::new);
            return new Cell(name, Kind.RECORD, fields);
        }
        return new Cell(name, format(column).kind());
    }

    private static Cell array(String name, Cell element) {
        Cell dimensions = new Cell(name, Kind.LIST, new Cell(name, Kind.BYTES));
        return new Cell(name, Kind.ARRAY, dimensions, new Cell(name, Kind.LIST, element));
    }

    /** What is within a column, named by the way to it. It may be null. */
    private static RelationColumn part(RelationColumn column, String suffix, ScalarType type) {
        return new RelationColumn(column.name() + suffix, type, true);
    }

    private static RelationColumn key(RelationColumn column) {
        return new RelationColumn(column.name() + "[key]", new ScalarType.Text(), false);
    }

    private static RelationColumn field(RelationColumn column, RelationColumn field) {
        String name = column.name() + "." + field.name();
        return new RelationColumn(name, field.type(), field.nullable());
    }

    private static Format format(RelationColumn column) {
        ScalarType type = column.type();
        Format simple = SIMPLE.get(type);
        if (simple != null) {
            return simple;
        }
        if (type instanceof ScalarType.Numeric numeric) {
            return new Format(
                    Kind.NUMERIC, (c, slots) -> new NumericColumn(c, slots, numeric.maxScale()));
        }
        if (type instanceof ScalarType.VarChar varChar) {
            return texts(varChar.maxLength(), false);
        }
        if (type instanceof ScalarType.Char fixed) {
            return texts(fixed.length(), fixed.length() != null);
        }
        if (type instanceof ScalarType.Timestamp timestamp) {
            Integer precision = timestamp.precision();
            return new Format(
                    Kind.TIMESTAMP,
                    (c, slots) -> new TemporalColumns.Timestamps(c, slots, precision, false));
        }
        if (type instanceof ScalarType.TimestampTz timestamp) {
            Integer precision = timestamp.precision();
            return new Format(
                    Kind.TIMESTAMP_TZ,
                    (c, slots) -> new TemporalColumns.Timestamps(c, slots, precision, true));
        }
        if (type instanceof ScalarType.Record) { // without fields
            return new Format(Kind.EMPTY_RECORD, NestedColumns.EmptyRecords::new);
        }
        if (type instanceof ScalarType.Range range) {
            if (!RangeColumn.supports(range.element())) {
                throw new IllegalArgumentException(
                        column.describe() + ": there are no ranges of this type");
            }
            RelationColumn bound =
                    new RelationColumn(column.name() + " bound", range.element(), false);
            return new Format(Kind.RANGE, (c, slots) -> new RangeColumn(c, slots, bound));
        }
        throw new AssertionError(type);
    }

    private static Format texts(@Nullable Integer maxCodePoints, boolean stripped) {
        return new Format(
                Kind.STRING,
                (c, slots) -> new BytesColumns.Texts(c, slots, maxCodePoints, stripped));
    }
}
