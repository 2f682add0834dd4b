package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

/**
 * Reads values of one column. A getter may be called only if {@link #isNull} is false for the row.
 * One thread.
 *
 * <p>All getters throw {@link IllegalArgumentException}, naming column and type, if they are for
 * another type, and {@link CorruptDataException} if what is stored is no value of the column's
 * type.
 */
public interface ColumnSource {
    boolean isNull(int row);

    boolean bool(int row);

    short int16(int row);

    int int32(int row);

    long int64(int row);

    float float32(int row);

    double float64(int row);

    /** The UTF-8 bytes of a text, varchar or char. */
    Bytes utf8(int row) throws CorruptDataException;

    /** A bytea. */
    Bytes bytes(int row);

    Numeric numeric(int row) throws CorruptDataException;

    /** A date, in days since 1970-01-01. */
    int unixDays(int row) throws CorruptDataException;

    /** Of a time. */
    int secondsOfDay(int row) throws CorruptDataException;

    /** Of a time; beyond 999,999,999 in a leap second. */
    int nanosOfSecond(int row) throws CorruptDataException;

    /** Of a timestamp or timestamptz. */
    long epochSeconds(int row) throws CorruptDataException;

    /** Of a timestamp or timestamptz, within the second; beyond 999,999,999 in a leap second. */
    int nanos(int row) throws CorruptDataException;
}
