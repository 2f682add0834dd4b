package io.persist.flink.table;

import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryStringData;

/**
 * The UTF-8 bytes of one string at a time, without copying where Flink already holds them in one
 * array. Reused from row to row; one thread.
 */
final class Utf8Slice {
    private byte[] array = new byte[0];
    private int offset;
    private int length;

    /** Points to {@code string}; valid until the row that holds it changes. */
    void pointTo(StringData string) {
        if (string instanceof BinaryStringData binary) {
            binary.ensureMaterialized();
            MemorySegment[] segments = binary.getSegments();
            byte[] heap = segments.length == 1 ? segments[0].getHeapMemory() : null;
            if (heap != null) {
                array = heap;
                offset = binary.getOffset();
                length = binary.getSizeInBytes();
                return;
            }
        }
        array = string.toBytes();
        offset = 0;
        length = array.length;
    }

    byte[] array() {
        return array;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    /** Number of code points; the bytes must be valid UTF-8. */
    int codePoints() {
        int count = 0;
        for (int i = offset; i < offset + length; i++) {
            if ((array[i] & 0xC0) != 0x80) {
                count++;
            }
        }
        return count;
    }
}
