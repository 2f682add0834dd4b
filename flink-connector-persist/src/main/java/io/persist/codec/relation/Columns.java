package io.persist.codec.relation;

import io.persist.codec.relation.Cell.Kind;

/** Makes the {@link Column} of each type that is supported. */
final class Columns {
    /**
     * @param kind of the type's values in row bytes
     */
    private record Format(Kind kind, Maker maker) {}

    private interface Maker {
        Column over(RelationColumn column, Slots slots);
    }

    private Columns() {}

    /**
     * @throws IllegalArgumentException if the column's type is not supported yet
     */
    static Column over(RelationColumn column, Slots slots) {
        return format(column).maker().over(column, slots);
    }

    /**
     * @throws IllegalArgumentException if the column's type is not supported yet
     */
    static Cell cell(RelationColumn column) {
        return new Cell(column, format(column).kind());
    }

    private static Format format(RelationColumn column) {
        ScalarType type = column.type();
        if (type instanceof ScalarType.Bool) {
            return new Format(Kind.BOOL, PrimitiveColumns.Bools::new);
        }
        if (type instanceof ScalarType.Int16) {
            return new Format(Kind.INT16, PrimitiveColumns.Int16s::new);
        }
        if (type instanceof ScalarType.Int32) {
            return new Format(Kind.INT32, PrimitiveColumns.Int32s::new);
        }
        if (type instanceof ScalarType.Int64) {
            return new Format(Kind.INT64, PrimitiveColumns.Int64s::new);
        }
        if (type instanceof ScalarType.Float32) {
            return new Format(Kind.FLOAT32, PrimitiveColumns.Float32s::new);
        }
        if (type instanceof ScalarType.Float64) {
            return new Format(Kind.FLOAT64, PrimitiveColumns.Float64s::new);
        }
        if (type instanceof ScalarType.Numeric numeric) {
            return new Format(
                    Kind.NUMERIC, (c, slots) -> new NumericColumn(c, slots, numeric.maxScale()));
        }
        if (type instanceof ScalarType.Bytea) {
            return new Format(Kind.BYTES, BytesColumns.Binaries::new);
        }
        if (type instanceof ScalarType.Text) {
            return new Format(
                    Kind.STRING, (c, slots) -> new BytesColumns.Texts(c, slots, null, false));
        }
        return limitedFormat(column);
    }

    private static Format limitedFormat(RelationColumn column) {
        ScalarType type = column.type();
        if (type instanceof ScalarType.VarChar varChar) {
            Integer max = varChar.maxLength();
            return new Format(
                    Kind.STRING, (c, slots) -> new BytesColumns.Texts(c, slots, max, false));
        }
        if (type instanceof ScalarType.Char fixed) {
            Integer length = fixed.length();
            return new Format(
                    Kind.STRING,
                    (c, slots) -> new BytesColumns.Texts(c, slots, length, length != null));
        }
        if (type instanceof ScalarType.Date) {
            return new Format(Kind.DATE, TemporalColumns.Dates::new);
        }
        if (type instanceof ScalarType.Time) {
            return new Format(Kind.TIME, TemporalColumns.Times::new);
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
        throw new IllegalArgumentException(column.describe() + ": this type is not supported yet");
    }
}
