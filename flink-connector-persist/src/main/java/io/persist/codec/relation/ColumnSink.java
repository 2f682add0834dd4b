package io.persist.codec.relation;

import java.math.BigDecimal;

/**
 * Stores values of one column. Rows are written in ascending order; the last one may be written
 * again, for example after a failure. Each setter returns the payload bytes of the value: the
 * widths of fixed-width leaves, the lengths of variable-width ones. One thread.
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

    /** For text, varchar and char; a char(n) is stored without trailing white space. */
    int setUtf8(int row, byte[] utf8, int offset, int length);

    /**
     * For text, varchar and char.
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
}
