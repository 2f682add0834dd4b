package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import java.util.List;

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

    /** The UTF-8 bytes of a text, varchar, char or name; of a jsonb, its only text. */
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

    /** A "char". */
    int uint8(int row);

    int uint16(int row);

    /** A uint4, oid, regproc, regtype or regclass. */
    long uint32(int row);

    /** The bits of a uint8 or mz_timestamp, which are unsigned. */
    long uint64(int row);

    /** Of an interval. */
    int months(int row);

    /** Of an interval. */
    int days(int row);

    /** Of an interval. */
    long micros(int row);

    /** Of a uuid: the eight bytes that are written first. */
    long uuidHigh(int row);

    /** Of a uuid: the eight bytes that are written last. */
    long uuidLow(int row);

    /** A value of any type, as an object; {@link Datum#NULL} for nulls. */
    Datum datum(int row) throws CorruptDataException;

    /** A field of a record; it has the record's rows. */
    ColumnSource fieldSource(int index);

    /** Keys of a map, in the rows of its values. */
    ColumnSource keySource();

    /** Elements of a list, array or int2vector, values of a map. */
    ColumnSource elementSource();

    /** The row of the first element. */
    int elementStart(int row) throws CorruptDataException;

    /** Exclusive. */
    int elementEnd(int row) throws CorruptDataException;

    /** Of an array or int2vector; none for most empty ones. */
    List<Datum.Dimension> dimensions(int row) throws CorruptDataException;
}
