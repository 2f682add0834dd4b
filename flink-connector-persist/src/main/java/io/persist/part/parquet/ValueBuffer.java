package io.persist.part.parquet;

import java.util.Arrays;

/**
 * Values of one leaf on the heap, nulls left out: those of a page that is being written, or of a
 * column that is being read. Fixed-width values lie packed (booleans as one byte each), byte arrays
 * one after the other with their ends. Grows; not thread safe.
 */
final class ValueBuffer {
    private final int width;
    private final ByteSink data = new ByteSink(1 << 10);
    private int[] ends;
    private int count;

    /**
     * @param width bytes of a value, 0 for byte arrays
     */
    ValueBuffer(int width) {
        this.width = width;
        ends = new int[width == 0 ? 128 : 0];
    }

    int width() {
        return width;
    }

    int count() {
        return count;
    }

    void clear() {
        data.clear();
        count = 0;
    }

    /** Whoever writes fixed-width values into this counts them with {@link #added}. */
    ByteSink data() {
        return data;
    }

    byte[] array() {
        return data.array();
    }

    int start(int index) {
        return width > 0 ? index * width : index == 0 ? 0 : ends[index - 1];
    }

    int end(int index) {
        return width > 0 ? (index + 1) * width : ends[index];
    }

    int length(int index) {
        return end(index) - start(index);
    }

    /** Bytes of all values, without any lengths. */
    int dataSize() {
        return data.size();
    }

    /** Bytes of all values in PLAIN encoding, booleans aside. */
    long plainSize() {
        return width > 0 ? data.size() : data.size() + 4L * count;
    }

    void added(int values) {
        count += values;
    }

    /** Counts the bytes written to {@link #data} since the last value as one byte array. */
    void endValue() {
        ensureEnds(1);
        ends[count++] = data.size();
    }

    private void ensureEnds(int more) {
        if (count + more > ends.length) {
            ends = Arrays.copyOf(ends, Math.max(count + more, 2 * ends.length));
        }
    }

    void add(byte[] source, int offset, int length) {
        data.write(source, offset, length);
        if (width > 0) {
            count++;
        } else {
            endValue();
        }
    }

    /** Removes all values from {@code newCount} on. */
    void truncate(int newCount) {
        data.truncate(newCount == 0 ? 0 : end(newCount - 1));
        count = newCount;
    }

    /** Appends all values in PLAIN encoding; not for booleans. */
    void encodePlain(ByteSink out) {
        if (width > 0) {
            out.write(data);
        } else {
            encodeByteArrays(out);
        }
    }

    private void encodeByteArrays(ByteSink out) {
        byte[] source = data.array();
        byte[] target = out.reserve(Math.toIntExact(plainSize()));
        int at = out.size();
        int start = 0;
        for (int i = 0; i < count; i++) {
            int length = ends[i] - start;
            ByteSink.INT.set(target, at, length);
            System.arraycopy(source, start, target, at + 4, length);
            at += 4 + length;
            start = ends[i];
        }
        out.advance(at - out.size());
    }
}
