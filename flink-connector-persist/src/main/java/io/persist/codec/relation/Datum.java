package io.persist.codec.relation;

import io.persist.codec.Bytes;

/** A value of one column. Kinds that no codec supports yet are missing. */
public sealed interface Datum {
    /** SQL NULL. */
    Null NULL = new Null();

    /** SQL NULL. */
    record Null() implements Datum {}

    record Bool(boolean value) implements Datum {}

    record Int16(short value) implements Datum {}

    record Int32(int value) implements Datum {}

    record Int64(long value) implements Datum {}

    /** Both zeros are different values, all NaNs the same. */
    record Float32(float value) implements Datum {}

    /** Both zeros are different values, all NaNs the same. */
    record Float64(double value) implements Datum {}

    record Numeric(io.persist.codec.relation.Numeric value) implements Datum {}

    record Bytea(Bytes value) implements Datum {}

    /** text, varchar and char. */
    record Text(String value) implements Datum {}

    /**
     * @param unixDays since 1970-01-01
     */
    record Date(int unixDays) implements Datum {}

    /**
     * @param nanos of the second; beyond 999,999,999 in a leap second
     */
    record Time(int secondsOfDay, int nanos) implements Datum {}

    /**
     * Date and time without a zone, as seconds since 1970-01-01 00:00:00 on the same clock.
     *
     * @param nanos of the second; beyond 999,999,999 in a leap second
     */
    record Timestamp(long epochSeconds, int nanos) implements Datum {}

    /**
     * An instant.
     *
     * @param nanos of the second; beyond 999,999,999 in a leap second
     */
    record TimestampTz(long epochSeconds, int nanos) implements Datum {}
}
