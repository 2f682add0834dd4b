package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.Slots;

import java.math.BigDecimal;
import java.util.List;

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
     * @param nullBytes payload of a null: the widths of fixed-width leaves
     */
    Column(RelationColumn column, Slots slots, int nullBytes) {
        this.column = column;
        this.slots = slots;
        this.nullBytes = nullBytes;
    }

    /** The value at {@code row}, which is not null. */
    abstract Datum value(int row) throws CorruptDataException;

    /** Stores a value that is not null. */
    abstract int setValue(int row, Datum datum);

    /** Stores a null even where the column promises none: in the row of an error. */
    final int clear(int row) {
        slots.setNull(row);
        return nullBytes;
    }

    /** Payload of a null. */
    final int nullBytes() {
        return nullBytes;
    }

    final RelationColumn column() {
        return column;
    }

    @Override
    public final Datum datum(int row) throws CorruptDataException {
        return isNull(row) ? Datum.NULL : value(row);
    }

    @Override
    public final int setDatum(int row, Datum datum) {
        return datum instanceof Datum.Null ? setNull(row) : setValue(row, datum);
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
    public int setUInt8(int row, int value) {
        throw wrongType("uint8");
    }

    @Override
    public int setUInt16(int row, int value) {
        throw wrongType("uint16");
    }

    @Override
    public int setUInt32(int row, long value) {
        throw wrongType("uint32");
    }

    @Override
    public int setUInt64(int row, long bits) {
        throw wrongType("uint64");
    }

    @Override
    public int setInterval(int row, int months, int days, long micros) {
        throw wrongType("interval");
    }

    @Override
    public int setUuid(int row, long high, long low) {
        throw wrongType("uuid");
    }

    @Override
    public ColumnSink fieldSink(int index) {
        throw wrongType("fields");
    }

    @Override
    public int setRecord(int row) {
        throw wrongType("fields");
    }

    @Override
    public ColumnSink keySink() {
        throw wrongType("keys");
    }

    @Override
    public ColumnSink elementSink() {
        throw wrongType("elements");
    }

    @Override
    public int beginList(int row) {
        throw wrongType("elements");
    }

    @Override
    public int endList(int row, int count) {
        throw wrongType("elements");
    }

    @Override
    public int endArray(int row, int count, List<Datum.Dimension> dimensions) {
        throw wrongType("dimensions");
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

    @Override
    public int uint8(int row) {
        throw wrongType("uint8");
    }

    @Override
    public int uint16(int row) {
        throw wrongType("uint16");
    }

    @Override
    public long uint32(int row) {
        throw wrongType("uint32");
    }

    @Override
    public long uint64(int row) {
        throw wrongType("uint64");
    }

    @Override
    public int months(int row) {
        throw wrongType("interval");
    }

    @Override
    public int days(int row) {
        throw wrongType("interval");
    }

    @Override
    public long micros(int row) {
        throw wrongType("interval");
    }

    @Override
    public long uuidHigh(int row) {
        throw wrongType("uuid");
    }

    @Override
    public long uuidLow(int row) {
        throw wrongType("uuid");
    }

    @Override
    public ColumnSource fieldSource(int index) {
        throw wrongType("fields");
    }

    @Override
    public ColumnSource keySource() {
        throw wrongType("keys");
    }

    @Override
    public ColumnSource elementSource() {
        throw wrongType("elements");
    }

    @Override
    public int elementStart(int row) throws CorruptDataException {
        throw wrongType("elements");
    }

    @Override
    public int elementEnd(int row) throws CorruptDataException {
        throw wrongType("elements");
    }

    @Override
    public List<Datum.Dimension> dimensions(int row) throws CorruptDataException {
        throw wrongType("dimensions");
    }
}
