package io.persist.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * An immutable byte string with value equality. Compared as unsigned bytes, a shorter prefix first.
 */
public sealed class Bytes implements Comparable<Bytes> permits BytePieces {
    static final byte[] EMPTY_ARRAY = {};

    public static final Bytes EMPTY = new Bytes(EMPTY_ARRAY, 0, 0);

    private final byte[] array;
    private final int offset;
    private final int length;

    Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** Takes the array over without copying it: the caller must not change it afterwards. */
    public static Bytes takeArray(byte[] array) {
        return takeArray(array, 0, array.length);
    }

    /**
     * Takes a range of the array over without copying it: the caller must not change it afterwards.
     */
    public static Bytes takeArray(byte[] array, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, array.length);
        return length == 0 ? EMPTY : new Bytes(array, offset, length);
    }

    /**
     * All pieces one after the other. Nothing is copied: large ones are best read by range or by
     * {@link #copyTo}, since most other methods copy them into one array each time.
     *
     * @throws ArithmeticException if they have 2 GiB or more
     */
    public static Bytes concat(List<Bytes> pieces) {
        return BytePieces.of(pieces);
    }

    /** The same in one array. */
    Bytes whole() {
        return this;
    }

    public static Bytes copyOf(byte[] array) {
        return takeArray(array.clone());
    }

    /** The UTF-8 bytes of {@code text}. */
    public static Bytes utf8(String text) {
        return takeArray(text.getBytes(StandardCharsets.UTF_8));
    }

    public static Bytes fromHex(String hex) {
        return takeArray(HexFormat.of().parseHex(hex));
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public byte at(int index) {
        return array[offset + java.util.Objects.checkIndex(index, length)];
    }

    /** Part of these bytes; nothing is copied unless it spans several pieces. */
    public Bytes slice(int from, int count) {
        java.util.Objects.checkFromIndexSize(from, count, length);
        return takeArray(array, offset + from, count);
    }

    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /**
     * A read-only view positioned at the first byte; nothing is copied if they are in one piece.
     */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    public void copyTo(byte[] target, int targetOffset) {
        System.arraycopy(array, offset, target, targetOffset, length);
    }

    void putInto(BytesWriter target, int row) {
        target.put(row, array, offset, length);
    }

    /** Decodes as UTF-8; malformed input becomes replacement characters. */
    public String utf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    /** Whether these bytes are well-formed UTF-8. */
    public boolean isUtf8() {
        return Utf8.isValid(array, offset, length);
    }

    public String hex() {
        return HexFormat.of().formatHex(array, offset, offset + length);
    }

    @Override
    public int compareTo(Bytes other) {
        Bytes that = other.whole();
        return Arrays.compareUnsigned(
                array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Bytes bytes)) {
            return false;
        }
        Bytes that = bytes.whole();
        return Arrays.equals(
                array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /** Hex, cut after 64 bytes. */
    @Override
    public String toString() {
        return length <= 64 ? hex() : slice(0, 64).hex() + "… (" + length + " bytes)";
    }
}
