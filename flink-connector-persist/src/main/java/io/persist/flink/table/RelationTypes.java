package io.persist.flink.table;

import io.persist.codec.relation.ScalarType;

import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;
import org.jspecify.annotations.Nullable;

/** Which column type of a relation holds values of a Flink type. */
final class RelationTypes {
    /** Longer limits cannot be recorded; the column then has no limit. */
    private static final int LENGTH_LIMIT = 10_485_760;

    /** Finest precision of a stored timestamp: microseconds. */
    private static final int MICROS = 6;

    private static final int NANO_DIGITS = 9;

    private RelationTypes() {}

    /**
     * The type of a column named {@code column} declared as {@code type}.
     *
     * @throws ValidationException if there is none, naming the column, the type and what to use
     *     instead
     */
    static ScalarType scalarType(String column, LogicalType type) {
        return switch (type.getTypeRoot()) {
            case BOOLEAN -> new ScalarType.Bool();
            case TINYINT, SMALLINT -> new ScalarType.Int16();
            case INTEGER -> new ScalarType.Int32();
            case BIGINT -> new ScalarType.Int64();
            case FLOAT -> new ScalarType.Float32();
            case DOUBLE -> new ScalarType.Float64();
            case DECIMAL -> new ScalarType.Numeric(((DecimalType) type).getScale());
            case CHAR -> charType(((CharType) type).getLength());
            case VARCHAR -> varCharType(((VarCharType) type).getLength());
            case BINARY, VARBINARY -> new ScalarType.Bytea();
            case DATE -> new ScalarType.Date();
            case TIME_WITHOUT_TIME_ZONE -> new ScalarType.Time();
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                    new ScalarType.Timestamp(precision(((TimestampType) type).getPrecision()));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    new ScalarType.TimestampTz(
                            precision(((LocalZonedTimestampType) type).getPrecision()));
            default ->
                    throw new ValidationException(
                            "Column '"
                                    + column
                                    + "' of type "
                                    + type.asSummaryString()
                                    + " cannot be stored in a persist table: "
                                    + insteadOf(type)
                                    + ".");
        };
    }

    /** Whether values are stored without trailing white space and padded with blanks when read. */
    static boolean isPadded(LogicalType type) {
        return type instanceof CharType charType && charType.getLength() < LENGTH_LIMIT;
    }

    /** Nanoseconds in one unit of a fraction of a second with {@code digits} digits. */
    static int nanosPerUnit(int digits) {
        int nanos = 1;
        for (int digit = digits; digit < NANO_DIGITS; digit++) {
            nanos *= 10;
        }
        return nanos;
    }

    private static ScalarType charType(int length) {
        return length < LENGTH_LIMIT ? new ScalarType.Char(length) : new ScalarType.Text();
    }

    private static ScalarType varCharType(int length) {
        return length < LENGTH_LIMIT ? new ScalarType.VarChar(length) : new ScalarType.Text();
    }

    /** Microseconds are recorded as "no precision", which is what they are by default. */
    private static @Nullable Integer precision(int precision) {
        return precision < MICROS ? precision : null;
    }

    /** Why a type is refused and what to write instead. */
    private static String insteadOf(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case TIMESTAMP_WITH_TIME_ZONE ->
                    "an offset cannot be stored; CAST it to TIMESTAMP_LTZ, which keeps the instant";
            case INTERVAL_YEAR_MONTH ->
                    "intervals are not supported yet; store the number of months as an INT";
            case INTERVAL_DAY_TIME ->
                    "intervals are not supported yet; store the milliseconds as a BIGINT";
            case ARRAY, MULTISET, MAP ->
                    "collections are not supported yet; store JSON_STRING of it as a STRING";
            case ROW, STRUCTURED_TYPE ->
                    "nested rows are not supported yet; store its fields as columns of their own";
            case VARIANT -> "VARIANT is not supported yet; store its JSON text as a STRING";
            case DISTINCT_TYPE ->
                    "distinct types are not supported yet; CAST it to its source type";
            case RAW, BITMAP -> "its bytes are opaque; serialize it to BYTES with a function";
            case NULL -> "it has no type; CAST the NULL to the type that is meant";
            default -> "such a type holds no data";
        };
    }
}
