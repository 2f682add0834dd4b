package io.persist.codec.relation;

import io.persist.codec.Bytes;

import java.util.Arrays;

/** One value of one column, between row bytes and a {@link Column}. The row number is ignored. */
final class Cell extends Slots {
    /** How a value is marked in row bytes. Several types may share a kind. */
    enum Kind {
        BOOL,
        INT16,
        INT32,
        INT64,
        FLOAT32,
        FLOAT64,
        NUMERIC,
        BYTES,
        STRING,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMP_TZ
    }

    private final RelationColumn column;
    private final Kind kind;
    private boolean isNull = true;
    private long number;
    private byte[] bytes = new byte[0];
    private int length;

    Cell(RelationColumn column, Kind kind) {
        this.column = column;
        this.kind = kind;
    }

    RelationColumn column() {
        return column;
    }

    /** Of every value here that is not null. */
    Kind kind() {
        return kind;
    }

    boolean isNull() {
        return isNull;
    }

    long number() {
        return number;
    }

    /** The first {@link #length} bytes are the value. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    @Override
    boolean isNull(int row) {
        return isNull;
    }

    @Override
    void setNull(int row) {
        isNull = true;
    }

    @Override
    void putLong(int row, long value) {
        isNull = false;
        number = value;
    }

    @Override
    long getLong(int row) {
        return number;
    }

    @Override
    void putBytes(int row, byte[] source, int offset, int count) {
        isNull = false;
        if (bytes.length < count) {
            bytes = new byte[count];
        }
        System.arraycopy(source, offset, bytes, 0, count);
        length = count;
    }

    @Override
    Bytes getBytes(int row) {
        return Bytes.takeArray(Arrays.copyOf(bytes, length));
    }

    @Override
    int copyBytes(int row, byte[] target) {
        System.arraycopy(bytes, 0, target, 0, Math.min(length, target.length));
        return length;
    }

    @Override
    void putNumeric(int row, double approximation, byte[] packed) {
        putBytes(row, packed, 0, packed.length);
    }
}
