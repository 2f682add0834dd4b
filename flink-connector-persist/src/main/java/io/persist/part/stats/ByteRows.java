package io.persist.part.stats;

import io.persist.codec.Bytes;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * The rows with the least and the greatest bytes, unsigned, a prefix first. Remembers what the two
 * have in common, so that most rows are told by the eight bytes behind that. One use.
 */
final class ByteRows {
    private final ArrowBuf data;
    private final long address;
    private final long capacity;
    private final @Nullable ArrowBuf offsets; // null: all of one width
    private final int width;
    private int least = -1;
    private int greatest = -1;

    /** Number of first bytes that the least and the greatest share. */
    private long common;

    /** The bytes of the two behind what they share, as of {@link #head}. */
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
        this.address = data.memoryAddress();
        this.capacity = data.capacity();
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
        int first = from;
        if (least < 0) {
            least = from;
            greatest = from;
            Objects.checkFromToIndex(start(from), end(from), capacity);
            extremesChanged();
            first++;
        }
        long start = first < to ? start(first) : 0;
        for (int row = first; row < to; row++) {
            long end = end(row);
            if (start < 0 || start > end || end > capacity) {
                throw new IllegalArgumentException("row " + row + " beyond the data");
            }
            add(row, start, end);
            start = end;
        }
    }

    private void add(int row, long start, long end) {
        if (end - start < common || firstDifference(start, start(least), common) < common) {
            addFromStart(row, start, end);
            return;
        }
        long head = head(start + common, end);
        boolean low = head < leastHead || (head == leastHead && compare(start, end, least) < 0);
        boolean high =
                head > greatestHead || (head == greatestHead && compare(start, end, greatest) > 0);
        if (low || high) {
            least = low ? row : least;
            greatest = high ? row : greatest;
            extremesChanged();
        }
    }

    /** It lies outside what was seen so far, or is all that they have in common. */
    private void addFromStart(int row, long start, long end) {
        if (compare(start, end, least) < 0) {
            least = row;
            extremesChanged();
        } else if (compare(start, end, greatest) > 0) {
            greatest = row;
            extremesChanged();
        }
    }

    private void extremesChanged() {
        long length = Math.min(end(least) - start(least), end(greatest) - start(greatest));
        common = firstDifference(start(least), start(greatest), length);
        leastHead = head(start(least) + common, end(least));
        greatestHead = head(start(greatest) + common, end(greatest));
    }

    private long start(int row) {
        return offsets == null ? (long) row * width : offsets.getInt(4L * row);
    }

    private long end(int row) {
        return offsets == null ? (row + 1L) * width : offsets.getInt(4L * (row + 1));
    }

    private int compare(long start, long end, int row) {
        long other = start(row);
        long otherLength = end(row) - other;
        long length = Math.min(end - start, otherLength);
        long at = firstDifference(start, other, length);
        return at == length
                ? Long.compare(end - start, otherLength)
                : Byte.compareUnsigned(byteAt(start + at), byteAt(other + at));
    }

    /** Number of equal bytes, at most {@code length}. */
    private long firstDifference(long left, long right, long length) {
        long at = 0;
        while (at + Long.BYTES <= length) {
            long bits =
                    MemoryUtil.getLong(address + left + at)
                            ^ MemoryUtil.getLong(address + right + at);
            if (bits != 0) {
                return at + Long.numberOfTrailingZeros(bits) / Byte.SIZE;
            }
            at += Long.BYTES;
        }
        while (at < length && byteAt(left + at) == byteAt(right + at)) {
            at++;
        }
        return at;
    }

    private byte byteAt(long at) {
        return MemoryUtil.getByte(address + at);
    }

    /** Up to 8 bytes, such that the order of signed longs never contradicts that of bytes. */
    private long head(long start, long end) {
        long length = Math.min(Long.BYTES, end - start);
        if (start + Long.BYTES <= capacity && length > 0) {
            long word = Long.reverseBytes(MemoryUtil.getLong(address + start));
            return (word & (-1L << (Long.SIZE - Byte.SIZE * length))) ^ Long.MIN_VALUE;
        }
        long head = 0;
        for (int i = 0; i < length; i++) {
            head |= (byteAt(start + i) & 0xffL) << (56 - 8 * i);
        }
        return head ^ Long.MIN_VALUE;
    }

    private Bytes bytes(int row) {
        byte[] bytes = new byte[(int) (end(row) - start(row))];
        data.getBytes(start(row), bytes);
        return Bytes.takeArray(bytes);
    }
}
