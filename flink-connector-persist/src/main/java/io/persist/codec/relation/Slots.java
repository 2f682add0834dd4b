package io.persist.codec.relation;

import io.persist.codec.Bytes;

/**
 * Where the stored forms of one column's values lie, without knowing what they mean. Each kind of
 * storage supports the accessors of its shape only. Numbers, floats (their bits) and booleans (0 or
 * 1) go through {@code long}; everything else is bytes. One thread.
 */
abstract class Slots {
    abstract boolean isNull(int row);

    abstract void setNull(int row);

    void putLong(int row, long value) {
        throw new AssertionError("no numbers here: " + getClass());
    }

    long getLong(int row) {
        throw new AssertionError("no numbers here: " + getClass());
    }

    /** The bytes are copied. */
    void putBytes(int row, byte[] bytes, int offset, int length) {
        throw new AssertionError("no bytes here: " + getClass());
    }

    /** A copy of the bytes. */
    Bytes getBytes(int row) {
        throw new AssertionError("no bytes here: " + getClass());
    }

    /** Copies as many bytes as fit into {@code target} and returns how many there are. */
    int copyBytes(int row, byte[] target) {
        throw new AssertionError("no bytes here: " + getClass());
    }

    /** A numeric in packed form; its approximation is only for sorting. */
    void putNumeric(int row, double approximation, byte[] packed) {
        throw new AssertionError("no numerics here: " + getClass());
    }
}
