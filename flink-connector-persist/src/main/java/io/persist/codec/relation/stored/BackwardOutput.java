package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;

import java.util.Arrays;

/**
 * Protobuf written from its end to its beginning: what is nested is written before its length, so
 * that no length has to be computed. One thread.
 */
final class BackwardOutput {
    private static final int WIRE_VARINT = 0;
    private static final int WIRE_FIXED64 = 1;
    private static final int WIRE_DELIMITED = 2;
    private static final int WIRE_FIXED32 = 5;
    private static final int MAX_VARINT = 10;

    private byte[] buffer = new byte[256];
    private int start = buffer.length;

    void clear() {
        start = buffer.length;
    }

    /** Bytes written so far; to be handed to {@link #endDelimited} after what is nested. */
    int written() {
        return buffer.length - start;
    }

    Bytes toBytes() {
        return Bytes.takeArray(Arrays.copyOfRange(buffer, start, buffer.length));
    }

    /** Stores all of it and returns the number of bytes. */
    int putInto(Slots target, int row) {
        target.putBytes(row, buffer, start, written());
        return written();
    }

    private void reserve(int count) {
        if (start >= count) {
            return;
        }
        int used = written();
        byte[] larger = new byte[Math.max(2 * buffer.length, Math.addExact(used, count))];
        System.arraycopy(buffer, start, larger, larger.length - used, used);
        buffer = larger;
        start = larger.length - used;
    }

    private void rawVarint(long value) {
        int size = (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
        reserve(MAX_VARINT);
        start -= size;
        long rest = value;
        for (int i = start; i < start + size; i++) {
            buffer[i] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        buffer[start + size - 1] &= 0x7f;
    }

    private void tag(int field, int wireType) {
        rawVarint((long) field << 3 | wireType);
    }

    void varint(int field, long value) {
        rawVarint(value);
        tag(field, WIRE_VARINT);
    }

    /** Nothing if it is 0. */
    void varintUnlessZero(int field, long value) {
        if (value != 0) {
            varint(field, value);
        }
    }

    void fixed32(int field, int bits) {
        reserve(Integer.BYTES);
        start -= Integer.BYTES;
        for (int i = 0; i < Integer.BYTES; i++) {
            buffer[start + i] = (byte) (bits >> (Byte.SIZE * i));
        }
        tag(field, WIRE_FIXED32);
    }

    void fixed64(int field, long bits) {
        reserve(Long.BYTES);
        start -= Long.BYTES;
        for (int i = 0; i < Long.BYTES; i++) {
            buffer[start + i] = (byte) (bits >> (Byte.SIZE * i));
        }
        tag(field, WIRE_FIXED64);
    }

    void raw(byte b) {
        reserve(1);
        buffer[--start] = b;
    }

    /** Without a tag. */
    void raw(byte[] bytes, int length) {
        reserve(length);
        start -= length;
        System.arraycopy(bytes, 0, buffer, start, length);
    }

    void bytes(int field, byte[] bytes, int length) {
        raw(bytes, length);
        rawVarint(length);
        tag(field, WIRE_DELIMITED);
    }

    /** Ends, that is begins, a message that was written since {@code written} bytes. */
    void endDelimited(int field, int written) {
        rawVarint(written() - written);
        tag(field, WIRE_DELIMITED);
    }
}
