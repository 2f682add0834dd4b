package io.persist.part.stats;

import io.persist.codec.Bytes;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.ByteFunctionHelpers;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.jspecify.annotations.Nullable;

/** The rows with the least and the greatest bytes, unsigned, a prefix first. One use. */
final class ByteRows {
    private final ArrowBuf data;
    private final @Nullable ArrowBuf offsets; // null: all of one width
    private final int width;
    private int least = -1;
    private int greatest = -1;

    /** First bytes of the two, as of {@link #head}. */
    private long leastHead;

    private long greatestHead;

    ByteRows(BaseVariableWidthVector vector, Validity rows) {
        this(vector.getDataBuffer(), vector.getOffsetBuffer(), 0, rows);
    }

    ByteRows(FixedSizeBinaryVector vector, Validity rows) {
        this(vector.getDataBuffer(), null, vector.getByteWidth(), rows);
    }

    private ByteRows(ArrowBuf data, @Nullable ArrowBuf offsets, int width, Validity rows) {
        this.data = data;
        this.offsets = offsets;
        this.width = width;
        rows.forEachRun(this::add);
    }

    /** Least bytes; null if there are no rows. */
    @Nullable Bytes least() {
        return least < 0 ? null : bytes(least);
    }

    @Nullable Bytes greatest() {
        return greatest < 0 ? null : bytes(greatest);
    }

    private void add(int from, int to) {
        if (least < 0) {
            least = from;
            greatest = from;
            leastHead = head(start(from), end(from));
            greatestHead = leastHead;
        }
        for (int row = from; row < to; row++) {
            long start = start(row);
            long end = end(row);
            long head = head(start, end);
            if (head <= leastHead && (head < leastHead || compare(start, end, least) < 0)) {
                least = row;
                leastHead = head;
            }
            if (head >= greatestHead
                    && (head > greatestHead || compare(start, end, greatest) > 0)) {
                greatest = row;
                greatestHead = head;
            }
        }
    }

    private long start(int row) {
        return offsets == null ? (long) row * width : offsets.getInt(4L * row);
    }

    private long end(int row) {
        return offsets == null ? (row + 1L) * width : offsets.getInt(4L * (row + 1));
    }

    private int compare(long start, long end, int row) {
        return ByteFunctionHelpers.compare(data, start, end, data, start(row), end(row));
    }

    /** Up to 8 first bytes, such that the order of signed longs never contradicts that of bytes. */
    private long head(long start, long end) {
        if (end - start >= Long.BYTES) {
            return Long.reverseBytes(data.getLong(start)) ^ Long.MIN_VALUE;
        }
        long head = 0;
        for (int i = 0; i < end - start; i++) {
            head |= (data.getByte(start + i) & 0xffL) << (56 - 8 * i);
        }
        return head ^ Long.MIN_VALUE;
    }

    private Bytes bytes(int row) {
        byte[] bytes = new byte[(int) (end(row) - start(row))];
        data.getBytes(start(row), bytes);
        return Bytes.takeArray(bytes);
    }
}
