package io.persist.flink.table;

import io.persist.codec.relation.ColumnSink;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Writes one column of rows: chosen once per schema, then called once per row. One thread. */
abstract class FieldWriter {
    private final String name;
    private final LogicalType type;
    final int index;
    final ColumnSink sink;

    private FieldWriter(TableColumns columns, int index, ColumnSink sink) {
        this.name = columns.name(index);
        this.type = columns.type(index);
        this.index = index;
        this.sink = sink;
    }

    /**
     * Writes the field of {@code value} as row {@code row} of the column.
     *
     * @return payload bytes added
     * @throws IllegalArgumentException if the field does not fit the column, naming both
     */
    final int write(int row, RowData value) {
        return value.isNullAt(index) ? sink.setNull(row) : writeValue(row, value);
    }

    abstract int writeValue(int row, RowData value);

    /** Reports a value that does not fit. Out of line: it never happens in good data. */
    final IllegalArgumentException misfit(Object value, String why) {
        return new IllegalArgumentException(
                "Column '"
                        + name
                        + "' of type "
                        + type.asSummaryString()
                        + " cannot hold "
                        + value
                        + ": "
                        + why);
    }

    /** The writer of column {@code index}. */
    static FieldWriter of(TableColumns columns, int index, ColumnSink sink) {
        LogicalType type = columns.type(index);
        return switch (type.getTypeRoot()) {
            case DECIMAL -> new Decimal(columns, index, sink, (DecimalType) type);
            case CHAR, VARCHAR -> new Text(columns, index, sink);
            case BINARY, VARBINARY -> new Binary(columns, index, sink);
            case TIME_WITHOUT_TIME_ZONE -> new Time(columns, index, sink);
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                    new Timestamp(columns, index, sink, ((TimestampType) type).getPrecision());
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    new Timestamp(
                            columns, index, sink, ((LocalZonedTimestampType) type).getPrecision());
            default -> new Simple(columns, index, sink, setter(type));
        };
    }

    private static Simple.Setter setter(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case BOOLEAN -> (s, row, value, i) -> s.setBool(row, value.getBoolean(i));
            case TINYINT -> (s, row, value, i) -> s.setInt16(row, value.getByte(i));
            case SMALLINT -> (s, row, value, i) -> s.setInt16(row, value.getShort(i));
            case INTEGER -> (s, row, value, i) -> s.setInt32(row, value.getInt(i));
            case BIGINT -> (s, row, value, i) -> s.setInt64(row, value.getLong(i));
            case FLOAT -> (s, row, value, i) -> s.setFloat32(row, value.getFloat(i));
            case DOUBLE -> (s, row, value, i) -> s.setFloat64(row, value.getDouble(i));
            case DATE -> (s, row, value, i) -> s.setDate(row, value.getInt(i));
            // Invariant: TableColumns holds only types that RelationTypes maps.
            default -> throw new AssertionError(type);
        };
    }

    /** A type all of whose values fit. */
    private static final class Simple extends FieldWriter {
        interface Setter {
            int set(ColumnSink s, int row, RowData value, int i);
        }

        private final Setter setter;

        Simple(TableColumns columns, int index, ColumnSink sink, Setter setter) {
            super(columns, index, sink);
            this.setter = setter;
        }

        @Override
        int writeValue(int row, RowData value) {
            return setter.set(sink, row, value, index);
        }
    }

    private static final class Decimal extends FieldWriter {
        private final int precision;
        private final int scale;

        Decimal(TableColumns columns, int index, ColumnSink sink, DecimalType type) {
            super(columns, index, sink);
            this.precision = type.getPrecision();
            this.scale = type.getScale();
        }

        @Override
        int writeValue(int row, RowData value) {
            DecimalData decimal = value.getDecimal(index, precision, scale);
            if (decimal.isCompact()) {
                return sink.setNumeric(row, decimal.toUnscaledLong(), decimal.scale());
            }
            // Sums are declared with 38 digits, but most have few.
            BigDecimal wide = decimal.toBigDecimal();
            BigInteger unscaled = wide.unscaledValue();
            return unscaled.bitLength() < Long.SIZE
                    ? sink.setNumeric(row, unscaled.longValue(), wide.scale())
                    : sink.setNumeric(row, wide);
        }
    }

    private static final class Text extends FieldWriter {
        private final Utf8Slice slice = new Utf8Slice();

        Text(TableColumns columns, int index, ColumnSink sink) {
            super(columns, index, sink);
        }

        @Override
        int writeValue(int row, RowData value) {
            slice.pointTo(value.getString(index));
            return sink.setUtf8(row, slice.array(), slice.offset(), slice.length());
        }
    }

    private static final class Binary extends FieldWriter {
        private final int maxLength;
        private final boolean exact;

        Binary(TableColumns columns, int index, ColumnSink sink) {
            super(columns, index, sink);
            this.maxLength = LogicalTypeChecks.getLength(columns.type(index));
            this.exact = columns.type(index).is(LogicalTypeRoot.BINARY);
        }

        @Override
        int writeValue(int row, RowData value) {
            byte[] bytes = value.getBinary(index);
            if (bytes.length > maxLength || (exact && bytes.length < maxLength)) {
                throw misfit("a value of " + bytes.length + " bytes", "its length is declared");
            }
            return sink.setBytes(row, bytes, 0, bytes.length);
        }
    }

    private static final class Time extends FieldWriter {
        Time(TableColumns columns, int index, ColumnSink sink) {
            super(columns, index, sink);
        }

        @Override
        int writeValue(int row, RowData value) {
            int millis = value.getInt(index);
            return sink.setTime(row, millis / 1000, millis % 1000 * 1_000_000);
        }
    }

    /** With and without a time zone: both are counted from the epoch. */
    private static final class Timestamp extends FieldWriter {
        private final int precision;

        Timestamp(TableColumns columns, int index, ColumnSink sink, int precision) {
            super(columns, index, sink);
            this.precision = precision;
        }

        @Override
        int writeValue(int row, RowData value) {
            TimestampData timestamp = value.getTimestamp(index, precision);
            long millis = timestamp.getMillisecond();
            int nanos =
                    (int) Math.floorMod(millis, 1000L) * 1_000_000
                            + timestamp.getNanoOfMillisecond();
            if (nanos % 1000 != 0) {
                // Rounding could make one of two rows, and their retractions would not match.
                throw misfit(timestamp, "microseconds are stored; CAST it to precision 6");
            }
            return sink.setTimestamp(row, Math.floorDiv(millis, 1000L), nanos);
        }
    }
}
