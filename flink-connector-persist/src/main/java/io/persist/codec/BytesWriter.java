package io.persist.codec;

import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseVariableWidthVector;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Appends byte strings to a vector, which grows as needed. Writes by address, since Arrow's setters
 * check everything again for every value: room is made sure of here. While rows are appended nobody
 * else may grow the vector. One thread.
 */
public final class BytesWriter {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Up to here a loop is faster than a call of the copying routine. */
    private static final int SHORT_BYTES = 64;

    private final BaseVariableWidthVector vector;
    private int capacity;
    private long dataCapacity;
    private long offsets;
    private long validity;
    private long data;

    public BytesWriter(BaseVariableWidthVector vector) {
        this.vector = vector;
        locate();
    }

    /** Stores a value at {@code row}, which is the row after the last one, or that once more. */
    public void put(int row, byte[] bytes, int from, int length) {
        Objects.checkFromIndexSize(from, length, bytes.length);
        if (row >= capacity) {
            makeRoomFor(row);
        }
        int start = MemoryUtil.getInt(offsets + (long) row * Integer.BYTES);
        if (start + (long) length > dataCapacity) {
            vector.reallocDataBuffer(start + (long) length);
            locate();
        }
        copy(bytes, from, data + start, length);
        MemoryUtil.putInt(offsets + (row + 1L) * Integer.BYTES, start + length);
        long bits = validity + (row >> 3);
        MemoryUtil.putByte(bits, (byte) (MemoryUtil.getByte(bits) | 1 << (row & 7)));
        vector.setLastSet(row);
    }

    /** Stores a null at {@code row}, which takes no data. */
    public void putNull(int row) {
        put(row, Bytes.EMPTY_ARRAY, 0, 0);
        long bits = validity + (row >> 3);
        MemoryUtil.putByte(bits, (byte) (MemoryUtil.getByte(bits) & ~(1 << (row & 7))));
    }

    private static void copy(byte[] bytes, int from, long target, int length) {
        if (length < Long.BYTES || length > SHORT_BYTES) {
            MemoryUtil.copyToMemory(bytes, from, target, length);
            return;
        }
        int last = length - Long.BYTES; // overlaps what the loop copies
        for (int at = 0; at < last; at += Long.BYTES) {
            MemoryUtil.putLong(target + at, (long) LONG.get(bytes, from + at));
        }
        MemoryUtil.putLong(target + last, (long) LONG.get(bytes, from + last));
    }

    private void makeRoomFor(int row) {
        while (row >= vector.getValueCapacity()) {
            vector.reallocValidityAndOffsetBuffers();
        }
        locate();
    }

    private void locate() {
        capacity = vector.getValueCapacity();
        dataCapacity = vector.getDataBuffer().capacity();
        offsets = vector.getOffsetBuffer().memoryAddress();
        validity = vector.getValidityBuffer().memoryAddress();
        data = vector.getDataBuffer().memoryAddress();
    }
}
