package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import java.math.BigDecimal;

/**
 * One column of one type: checks values and brings them into their stored form, and back. Where the
 * stored forms lie is left to {@link Slots}. A subclass overrides the setters and getters of its
 * type; the others refuse.
 */
abstract class Column implements ColumnSink, ColumnSource {
    private static final int MAX_SHOWN = 80;

    final Slots slots;
    private final RelationColumn column;
    private final int nullBytes;

    /**
     * @param nullBytes payload of a null: the width of fixed-width leaves
     */
    Column(RelationColumn column, Slots slots, int nullBytes) {
        this.column = column;
        this.slots = slots;
        this.nullBytes = nullBytes;
    }

    /** The value at {@code row}, which is not null. */
    abstract Datum datum(int row) throws CorruptDataException;

    /** Stores a value that is not null. */
    abstract int setDatum(int row, Datum datum);

    /** Stores a null even where the column promises none: in the row of an error. */
    final int clear(int row) {
        slots.setNull(row);
        return nullBytes;
    }

    @Override
    public final boolean isNull(int row) {
        return slots.isNull(row);
    }

    @Override
    public final int setNull(int row) {
        if (!column.nullable()) {
            throw illegal("null", "the column is not nullable");
        }
        return clear(row);
    }

    final IllegalArgumentException illegal(Object value, String why) {
        String text = String.valueOf(value);
        String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
        return new IllegalArgumentException(
                column.describe() + " cannot hold " + shown + ": " + why);
    }

    final CorruptDataException corrupt(int row, String what) {
        return new CorruptDataException(column.describe() + ", row " + row + ": " + what);
    }

    final IllegalArgumentException wrongType(String accessor) {
        return new IllegalArgumentException(column.describe() + " has no " + accessor);
    }

    final IllegalArgumentException wrongDatum(Datum datum) {
        return illegal(datum, "another type");
    }

    @Override
    public int setBool(int row, boolean value) {
        throw wrongType("bool");
    }

    @Override
    public int setInt16(int row, short value) {
        throw wrongType("int16");
    }

    @Override
    public int setInt32(int row, int value) {
        throw wrongType("int32");
    }

    @Override
    public int setInt64(int row, long value) {
        throw wrongType("int64");
    }

    @Override
    public int setFloat32(int row, float value) {
        throw wrongType("float32");
    }

    @Override
    public int setFloat64(int row, double value) {
        throw wrongType("float64");
    }

    @Override
    public int setUtf8(int row, byte[] utf8, int offset, int length) {
        throw wrongType("text");
    }

    @Override
    public int setText(int row, String value) {
        throw wrongType("text");
    }

    @Override
    public int setBytes(int row, byte[] bytes, int offset, int length) {
        throw wrongType("bytes");
    }

    @Override
    public int setNumeric(int row, BigDecimal value) {
        throw wrongType("numeric");
    }

    @Override
    public int setNumeric(int row, long unscaled, int scale) {
        throw wrongType("numeric");
    }

    @Override
    public int setNumeric(int row, Numeric value) {
        throw wrongType("numeric");
    }

    @Override
    public int setDate(int row, int unixDays) {
        throw wrongType("date");
    }

    @Override
    public int setTime(int row, int secondsOfDay, int nanos) {
        throw wrongType("time");
    }

    @Override
    public int setTimestamp(int row, long epochSeconds, int nanos) {
        throw wrongType("timestamp");
    }

    @Override
    public boolean bool(int row) {
        throw wrongType("bool");
    }

    @Override
    public short int16(int row) {
        throw wrongType("int16");
    }

    @Override
    public int int32(int row) {
        throw wrongType("int32");
    }

    @Override
    public long int64(int row) {
        throw wrongType("int64");
    }

    @Override
    public float float32(int row) {
        throw wrongType("float32");
    }

    @Override
    public double float64(int row) {
        throw wrongType("float64");
    }

    @Override
    public Bytes utf8(int row) throws CorruptDataException {
        throw wrongType("text");
    }

    @Override
    public Bytes bytes(int row) {
        throw wrongType("bytes");
    }

    @Override
    public Numeric numeric(int row) throws CorruptDataException {
        throw wrongType("numeric");
    }

    @Override
    public int unixDays(int row) throws CorruptDataException {
        throw wrongType("date");
    }

    @Override
    public int secondsOfDay(int row) throws CorruptDataException {
        throw wrongType("time");
    }

    @Override
    public int nanosOfSecond(int row) throws CorruptDataException {
        throw wrongType("time");
    }

    @Override
    public long epochSeconds(int row) throws CorruptDataException {
        throw wrongType("timestamp");
    }

    @Override
    public int nanos(int row) throws CorruptDataException {
        throw wrongType("timestamp");
    }
}
