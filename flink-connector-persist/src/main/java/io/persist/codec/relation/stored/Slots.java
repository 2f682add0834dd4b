package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;

/**
 * Where the stored forms of one column's values lie, without knowing what they mean. Each kind of
 * storage supports the accessors of its shape only. Numbers, floats (their bits) and booleans (0 or
 * 1) go through {@code long}; other leaves are bytes; lists and structs have slots below them. One
 * thread.
 */
public abstract class Slots {
    public abstract boolean isNull(int row);

    /** Of a struct, everything below becomes null, too; of a list, there are no elements. */
    public abstract void setNull(int row);

    public void putLong(int row, long value) {
        throw new AssertionError("no numbers here: " + getClass());
    }

    public long getLong(int row) {
        throw new AssertionError("no numbers here: " + getClass());
    }

    /** The bytes are copied. */
    public void putBytes(int row, byte[] bytes, int offset, int length) {
        throw new AssertionError("no bytes here: " + getClass());
    }

    /** A copy of the bytes. */
    public Bytes getBytes(int row) {
        throw new AssertionError("no bytes here: " + getClass());
    }

    /** Copies as many bytes as fit into {@code target} and returns how many there are. */
    public int copyBytes(int row, byte[] target) {
        throw new AssertionError("no bytes here: " + getClass());
    }

    /** Compares the bytes of two rows, unsigned, a shorter prefix first. */
    public int compareBytes(int left, int right) {
        throw new AssertionError("no bytes here: " + getClass());
    }

    /** A numeric in packed form; its approximation is only for sorting. */
    public void putNumeric(int row, double approximation, byte[] packed) {
        throw new AssertionError("no numerics here: " + getClass());
    }

    /** A field of a struct, which has the struct's rows; or, at index 0, the elements of a list. */
    public Slots child(int index) {
        throw new AssertionError("nothing below: " + getClass());
    }

    /** Marks the row of a struct as not null; its fields are set one by one. */
    public void putStruct(int row) {
        throw new AssertionError("no structs here: " + getClass());
    }

    /**
     * Begins the list of a row, behind that of the row before.
     *
     * @return where its first element is to be put
     */
    public int beginList(int row) {
        throw new AssertionError("no lists here: " + getClass());
    }

    /** Ends the list that was begun last; it has {@code count} elements. */
    public void endList(int row, int count) {
        throw new AssertionError("no lists here: " + getClass());
    }

    /** Where the elements of a row's list begin. */
    public int listStart(int row) {
        throw new AssertionError("no lists here: " + getClass());
    }

    /** Exclusive. */
    public int listEnd(int row) {
        throw new AssertionError("no lists here: " + getClass());
    }
}
