package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

/**
 * A range of bytes being read. Every read is checked, and says where it failed. Integers are little
 * endian. Not thread safe.
 */
final class Slice {
    private final byte[] array;
    private final int start;
    private final int end;
    private final String place;
    private int position;

    Slice(byte[] array, int from, int end, String place) {
        this.array = array;
        this.start = from;
        this.position = from;
        this.end = end;
        this.place = place;
    }

    byte[] array() {
        return array;
    }

    /** Index in {@link #array} of the next byte. */
    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    String place() {
        return place;
    }

    CorruptDataException corrupt(String expected, Object found) {
        return new CorruptDataException(message(expected, found));
    }

    CorruptDataException corrupt(String expected, Object found, Throwable cause) {
        return new CorruptDataException(message(expected, found), cause);
    }

    private String message(String expected, Object found) {
        return place
                + ": expected "
                + expected
                + ", found "
                + found
                + " at offset "
                + (position - start);
    }

    /** Moves on by {@code count} bytes. */
    void skip(int count, String what) throws CorruptDataException {
        if (count < 0 || count > remaining()) {
            throw corrupt(what + " of " + count + " bytes", remaining() + " bytes");
        }
        position += count;
    }

    /** The next {@code count} bytes, which are skipped here. */
    Slice take(int count, String what) throws CorruptDataException {
        int from = position;
        skip(count, what);
        return new Slice(array, from, from + count, place);
    }

    int readByte(String what) throws CorruptDataException {
        if (position == end) {
            throw corrupt(what, "the end");
        }
        return array[position++] & 0xff;
    }

    int readInt(String what) throws CorruptDataException {
        int at = position;
        skip(4, what);
        return (int) ByteSink.INT.get(array, at);
    }

    /** Unsigned LEB128 of at most 32 bits, as an int. */
    int readVarint(String what) throws CorruptDataException {
        return (int) readVarlong(what, 5);
    }

    /** Zigzag LEB128. */
    long readZigzag(String what) throws CorruptDataException {
        long value = readVarlong(what, 10);
        return (value >>> 1) ^ -(value & 1);
    }

    private long readVarlong(String what, int maxBytes) throws CorruptDataException {
        long value = 0;
        for (int i = 0; i < maxBytes; i++) {
            int next = readByte(what);
            value |= (next & 0x7fL) << (7 * i);
            if (next < 0x80) {
                return value;
            }
        }
        throw corrupt(what + " of at most " + maxBytes + " bytes", "a longer number");
    }
}
