package io.persist.codec;

import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BigIntVector;

/**
 * Appends numbers without nulls to a vector, which grows as needed. Writes by address, as {@link
 * BytesWriter} does: while rows are appended nobody else may grow the vector. One thread.
 */
public final class LongsWriter {
    private final BigIntVector vector;
    private int capacity;
    private long data;

    /** Appends to {@code vector} from row 0 on. */
    public LongsWriter(BigIntVector vector) {
        this.vector = vector;
        locate();
    }

    /** Stores a value at {@code row}, which is the row after the last one, or that once more. */
    public void put(int row, long value) {
        if (row >= capacity) {
            while (row >= vector.getValueCapacity()) {
                vector.reAlloc();
            }
            locate();
        }
        MemoryUtil.putLong(data + (long) row * Long.BYTES, value);
    }

    /** Makes the first {@code rowCount} rows those of the vector, none of them null. */
    public void finish(int rowCount) {
        vector.setValueCount(rowCount);
        int whole = rowCount / Byte.SIZE;
        vector.getValidityBuffer().setOne(0L, (long) whole);
        if (rowCount % Byte.SIZE != 0) {
            vector.getValidityBuffer().setByte(whole, (1 << rowCount % Byte.SIZE) - 1);
        }
    }

    private void locate() {
        capacity = vector.getValueCapacity();
        data = vector.getDataBuffer().memoryAddress();
    }
}
