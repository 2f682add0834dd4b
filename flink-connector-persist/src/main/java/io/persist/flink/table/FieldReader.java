package io.persist.flink.table;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.ColumnSource;
import io.persist.codec.relation.Numeric;

import org.apache.flink.table.api.TableRuntimeException;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.Arrays;

/** Reads one column of rows into Flink's internal form. Chosen once per schema. One thread. */
abstract class FieldReader {
    private static final long FIRST_SECOND = -62_135_596_800L; // 0001-01-01
    private static final long END_SECOND = 253_402_300_800L; // 10000-01-01
    private static final int NANOS_PER_SECOND = 1_000_000_000;
    private static final int SECONDS_PER_DAY = 86_400;

    private final String name;
    private final LogicalType type;
    final ColumnSource source;

    private FieldReader(TableColumns columns, int index, ColumnSource source) {
        this.name = columns.name(index);
        this.type = columns.type(index);
        this.source = source;
    }

    /**
     * The field of row {@code row}, null for SQL NULL.
     *
     * @throws TableRuntimeException if what is stored has no form in the declared type, naming both
     */
    final @Nullable Object read(int row) throws CorruptDataException {
        if (!source.isNull(row)) {
            return readValue(row);
        }
        if (!type.isNullable()) {
            throw new TableRuntimeException(
                    "Column '"
                            + name
                            + "' is declared "
                            + type.asSummaryString()
                            + ", but the shard has a row with NULL in it");
        }
        return null;
    }

    abstract Object readValue(int row) throws CorruptDataException;

    final TableRuntimeException misfit(Object value, String why) {
        return new TableRuntimeException(
                "Column '"
                        + name
                        + "' of type "
                        + type.asSummaryString()
                        + " cannot show the stored value "
                        + value
                        + ": "
                        + why);
    }

    /** The reader of column {@code index}. */
    static FieldReader of(TableColumns columns, int index, ColumnSource source) {
        LogicalType type = columns.type(index);
        return switch (type.getTypeRoot()) {
            case BOOLEAN -> new Simple(columns, index, source, ColumnSource::bool);
            case SMALLINT -> new Simple(columns, index, source, ColumnSource::int16);
            case INTEGER -> new Simple(columns, index, source, ColumnSource::int32);
            case BIGINT -> new Simple(columns, index, source, ColumnSource::int64);
            case FLOAT -> new Simple(columns, index, source, ColumnSource::float32);
            case DOUBLE -> new Simple(columns, index, source, ColumnSource::float64);
            case TINYINT -> new TinyInt(columns, index, source);
            case DECIMAL -> new Decimal(columns, index, source, (DecimalType) type);
            case CHAR, VARCHAR -> new Text(columns, index, source);
            case BINARY, VARBINARY -> new Binary(columns, index, source);
            case DATE -> new Date(columns, index, source);
            case TIME_WITHOUT_TIME_ZONE -> new Time(columns, index, source);
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                    new Timestamp(columns, index, source, ((TimestampType) type).getPrecision());
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    new Timestamp(
                            columns,
                            index,
                            source,
                            ((LocalZonedTimestampType) type).getPrecision());
            // Invariant: TableColumns holds only types that RelationTypes maps.
            default -> throw new AssertionError(type);
        };
    }

    private static final class Simple extends FieldReader {
        interface Getter {
            Object get(ColumnSource source, int row) throws CorruptDataException;
        }

        private final Getter getter;

        Simple(TableColumns columns, int index, ColumnSource source, Getter getter) {
            super(columns, index, source);
            this.getter = getter;
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            return getter.get(source, row);
        }
    }

    private static final class TinyInt extends FieldReader {
        TinyInt(TableColumns columns, int index, ColumnSource source) {
            super(columns, index, source);
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            short value = source.int16(row);
            if (value != (byte) value) {
                throw misfit(value, "declare the column as SMALLINT");
            }
            return (byte) value;
        }
    }

    private static final class Decimal extends FieldReader {
        private final int precision;
        private final int scale;

        Decimal(TableColumns columns, int index, ColumnSource source, DecimalType type) {
            super(columns, index, source);
            this.precision = type.getPrecision();
            this.scale = type.getScale();
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            Numeric numeric = source.numeric(row);
            if (!(numeric instanceof Numeric.Finite finite)) {
                throw misfit(numeric, "only finite numbers are DECIMALs");
            }
            BigDecimal value = finite.value();
            // DecimalData would round; a rounded row would not match its own retraction.
            if (value.signum() != 0
                    && (value.scale() > scale
                            || value.precision() - value.scale() > precision - scale)) {
                throw misfit(value.toPlainString(), "it has too many digits");
            }
            return DecimalData.fromBigDecimal(value, precision, scale);
        }
    }

    private static final class Text extends FieldReader {
        private final Utf8Slice slice = new Utf8Slice();
        private final int maxCodePoints;
        private final boolean padded;

        Text(TableColumns columns, int index, ColumnSource source) {
            super(columns, index, source);
            this.maxCodePoints = LogicalTypeChecks.getLength(columns.type(index));
            this.padded = RelationTypes.isPadded(columns.type(index));
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            byte[] bytes = source.utf8(row).toArray();
            StringData text = StringData.fromBytes(bytes);
            if (!padded && bytes.length <= maxCodePoints) {
                return text;
            }
            slice.pointTo(text);
            int missing = maxCodePoints - slice.codePoints();
            if (missing < 0) {
                throw misfit("'" + text + "'", "it has " + slice.codePoints() + " characters");
            }
            return padded && missing > 0 ? pad(bytes, missing) : text;
        }

        private static StringData pad(byte[] bytes, int blanks) {
            byte[] padded = Arrays.copyOf(bytes, bytes.length + blanks);
            Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
            return StringData.fromBytes(padded);
        }
    }

    private static final class Binary extends FieldReader {
        private final int maxLength;
        private final boolean exact;

        Binary(TableColumns columns, int index, ColumnSource source) {
            super(columns, index, source);
            this.maxLength = LogicalTypeChecks.getLength(columns.type(index));
            this.exact = columns.type(index).is(LogicalTypeRoot.BINARY);
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            byte[] bytes = source.bytes(row).toArray();
            if (bytes.length > maxLength || (exact && bytes.length < maxLength)) {
                throw misfit("of " + bytes.length + " bytes", "its length is declared");
            }
            return bytes;
        }
    }

    private static final class Date extends FieldReader {
        Date(TableColumns columns, int index, ColumnSource source) {
            super(columns, index, source);
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            int days = source.unixDays(row);
            long seconds = (long) days * SECONDS_PER_DAY;
            if (seconds < FIRST_SECOND || seconds >= END_SECOND) {
                throw misfit("day " + days + " since 1970", "Flink has the years 1 to 9999");
            }
            return days;
        }
    }

    private static final class Time extends FieldReader {
        Time(TableColumns columns, int index, ColumnSource source) {
            super(columns, index, source);
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            int nanos = source.nanosOfSecond(row);
            if (nanos >= NANOS_PER_SECOND || nanos % 1_000_000 != 0) {
                throw misfit(nanos + " ns in a second", "Flink keeps milliseconds of a time");
            }
            return source.secondsOfDay(row) * 1000 + nanos / 1_000_000;
        }
    }

    private static final class Timestamp extends FieldReader {
        private final int nanosPerUnit;

        Timestamp(TableColumns columns, int index, ColumnSource source, int precision) {
            super(columns, index, source);
            // Unlike when writing, nine digits can be shown if they are declared.
            this.nanosPerUnit = RelationTypes.nanosPerUnit(precision);
        }

        @Override
        Object readValue(int row) throws CorruptDataException {
            long seconds = source.epochSeconds(row);
            int nanos = source.nanos(row);
            if (seconds < FIRST_SECOND || seconds >= END_SECOND) {
                throw misfit("second " + seconds, "Flink has the years 1 to 9999");
            }
            if (nanos >= NANOS_PER_SECOND || nanos % nanosPerUnit != 0) {
                throw misfit(
                        nanos + " ns in a second",
                        "the column's precision is too low, or it is a leap second");
            }
            return TimestampData.fromEpochMillis(
                    seconds * 1000 + nanos / 1_000_000, nanos % 1_000_000);
        }
    }
}
