package io.persist.codec.relation;

import java.math.BigDecimal;
import java.util.List;

/**
 * Stores values of one column. Rows are written in ascending order; the last one may be written
 * again, for example after a failure. Each setter returns the payload bytes of the value: the
 * widths of fixed-width leaves, the lengths of variable-width ones; what is nested counts where it
 * is set. One thread.
 *
 * <p>Records, lists, arrays and maps are written piece by piece. A record: each field at the same
 * row through {@link #fieldSink}, then {@link #setRecord}. A list: {@link #beginList} says at which
 * row the first element is written to {@link #elementSink}, the others follow it; then {@link
 * #endList}. A map: likewise, with a key in the same row of {@link #keySink}.
 *
 * <p>All setters throw {@link IllegalArgumentException}, naming column, type and value, if the
 * value is none of the column's type or the setter is for another type.
 */
public interface ColumnSink {
    /**
     * @throws IllegalArgumentException also if the column is not nullable
     */
    int setNull(int row);

    int setBool(int row, boolean value);

    int setInt16(int row, short value);

    int setInt32(int row, int value);

    int setInt64(int row, long value);

    /** Every NaN is stored as the same NaN; the sign of zero is kept. */
    int setFloat32(int row, float value);

    /** Every NaN is stored as the same NaN; the sign of zero is kept. */
    int setFloat64(int row, double value);

    /**
     * For text, varchar, char and name; a char(n) is stored without trailing white space. Also for
     * jsonb: any JSON text, of which only the value is stored; a text that is the stored one
     * already (no white space, keys ascending) makes no objects, others do.
     */
    int setUtf8(int row, byte[] utf8, int offset, int length);

    /**
     * As {@link #setUtf8}.
     *
     * @throws IllegalArgumentException also if the string holds an unpaired surrogate
     */
    int setText(int row, String value);

    /** For bytea. */
    int setBytes(int row, byte[] bytes, int offset, int length);

    /** Trailing zeros are not stored. */
    int setNumeric(int row, BigDecimal value);

    /** Stores {@code unscaled} times ten to the power of {@code -scale}; allocates nothing. */
    int setNumeric(int row, long unscaled, int scale);

    int setNumeric(int row, Numeric value);

    /**
     * @param unixDays since 1970-01-01
     */
    int setDate(int row, int unixDays);

    /**
     * @param nanos of the second; beyond 999,999,999 only in the last second of a minute (a leap
     *     second). Should be whole microseconds, which is all that other clients write
     */
    int setTime(int row, int secondsOfDay, int nanos);

    /**
     * For timestamp and timestamptz.
     *
     * @param nanos as in {@link #setTime}; without a precision in the type they are stored as they
     *     are, with one finer digits are refused: the caller rounds
     */
    int setTimestamp(int row, long epochSeconds, int nanos);

    /** For "char". */
    int setUInt8(int row, int value);

    int setUInt16(int row, int value);

    /** For uint4, oid, regproc, regtype and regclass. */
    int setUInt32(int row, long value);

    /**
     * For uint8 and mz_timestamp.
     *
     * @param bits of the unsigned value
     */
    int setUInt64(int row, long bits);

    /** The three parts are stored as they are; none is carried into another. */
    int setInterval(int row, int months, int days, long micros);

    /**
     * @param high the eight bytes that are written first
     */
    int setUuid(int row, long high, long low);

    /** For values of all types, nulls too, at the price of an object. */
    int setDatum(int row, Datum datum);

    /** A field of a record. */
    ColumnSink fieldSink(int index);

    /** Ends a record, after its fields. */
    int setRecord(int row);

    /** Keys of a map, which are text. */
    ColumnSink keySink();

    /** Elements of a list, array or int2vector, values of a map. They may be null. */
    ColumnSink elementSink();

    /**
     * Begins a list, array, int2vector or map.
     *
     * @return the row of the first element
     */
    int beginList(int row);

    /**
     * Ends a list, array, int2vector or map. An array is given one dimension from 1, or none if it
     * is empty.
     *
     * @throws IllegalArgumentException also if keys of a map are not ascending by their bytes
     */
    int endList(int row, int count);

    /**
     * Ends an array or int2vector whose elements were written row-major.
     *
     * @throws IllegalArgumentException also if the dimensions are not of {@code count} elements
     */
    int endArray(int row, int count, List<Datum.Dimension> dimensions);
}
