package io.persist.part.parquet;

import org.apache.arrow.memory.ArrowBuf;

import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing byte array. Integers are little endian. Not thread safe. */
final class ByteSink extends OutputStream {
    static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Some VMs cannot allocate arrays up to {@link Integer#MAX_VALUE}. */
    static final int MAX_SIZE = Integer.MAX_VALUE - 16;

    private byte[] array;
    private int size;

    ByteSink(int capacity) {
        array = new byte[capacity];
    }

    int size() {
        return size;
    }

    /** The bytes so far are the first {@link #size} of this array, until the next write. */
    byte[] array() {
        return array;
    }

    /** Bytes that can be written before the array has to grow. */
    int remaining() {
        return array.length - size;
    }

    void clear() {
        size = 0;
    }

    /** Forgets everything beyond the first {@code newSize} bytes. */
    void truncate(int newSize) {
        size = newSize;
    }

    /**
     * Makes room for {@code more} bytes to be written by the caller into {@link #array} from {@link
     * #size} on, then counted by {@link #advance}.
     *
     * @throws IllegalArgumentException if an array cannot hold that many bytes
     */
    byte[] reserve(int more) {
        long needed = (long) size + more;
        if (needed > array.length) {
            if (needed > MAX_SIZE) {
                throw tooLarge(needed);
            }
            array = Arrays.copyOf(array, (int) Math.min(Math.max(needed, 2L * size), MAX_SIZE));
        }
        return array;
    }

    /** The same as {@link #reserve}, for writing here. */
    ByteSink reserving(int more) {
        reserve(more);
        return this;
    }

    static IllegalArgumentException tooLarge(long bytes) {
        return new IllegalArgumentException(
                "a part of " + bytes + " bytes or more cannot be written");
    }

    void advance(int count) {
        size += count;
    }

    @Override
    public void write(int value) {
        reserve(1)[size] = (byte) value;
        size++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        System.arraycopy(source, offset, reserve(length), size, length);
        size += length;
    }

    /** Copies a few bytes, which {@link System#arraycopy} is slow to begin with. */
    static void copyShort(byte[] source, int from, byte[] target, int to, int length) {
        if (length > 64) {
            System.arraycopy(source, from, target, to, length);
            return;
        }
        if (length >= Long.BYTES) {
            for (int at = 0; at < length - Long.BYTES; at += Long.BYTES) {
                LONG.set(target, to + at, (long) LONG.get(source, from + at));
            }
            int last = length - Long.BYTES; // overlaps what was just copied
            LONG.set(target, to + last, (long) LONG.get(source, from + last));
            return;
        }
        for (int at = 0; at < length; at++) {
            target[to + at] = source[from + at];
        }
    }

    void write(ByteSink source) {
        write(source.array, 0, source.size);
    }

    void write(ArrowBuf source, long offset, int length) {
        byte[] target = reserve(length);
        if (length > 0) {
            source.getBytes(offset, target, size, length);
        }
        size += length;
    }

    void writeInt(int value) {
        INT.set(reserve(4), size, value);
        size += 4;
    }

    void writeLong(long value) {
        LONG.set(reserve(8), size, value);
        size += 8;
    }

    /** Unsigned LEB128. */
    void writeVarint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        write(rest);
    }
}
