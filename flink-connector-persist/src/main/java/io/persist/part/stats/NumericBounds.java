package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.part.stats.ValueStats.FixedSize;

import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Least and greatest numeric, by value: the packed form does not sort as its values do, and the
 * approximation beside it is too coarse. Not-a-number is the greatest of all. One use.
 */
final class NumericBounds {
    private static final Bytes NAN = special(0x20);
    private static final Bytes NEGATIVE_INFINITY = special(0xc0);

    private final VarBinaryVector packed;
    private final NumericOrder order;
    private int least = -1;
    private int greatest = -1;
    private long leastHead;
    private long greatestHead;
    private int corruptRow = -1;

    private NumericBounds(VarBinaryVector packed) {
        this.packed = packed;
        this.order = new NumericOrder(packed.getDataBuffer());
    }

    /**
     * @throws CorruptDataException if a value is no packed numeric
     */
    static ValueStats of(StructVector numerics, Validity rows) throws CorruptDataException {
        if (numerics.size() != 2
                || !(numerics.getChildrenFromFields().get(1) instanceof VarBinaryVector packed)) {
            throw new IllegalArgumentException("numerics in " + numerics.getField());
        }
        if (Validity.of(packed, rows).nulls() != rows.nulls()) {
            throw new CorruptDataException("numeric without a value");
        }
        NumericBounds bounds = new NumericBounds(packed);
        rows.forEachRun(bounds::add);
        if (bounds.corruptRow >= 0) {
            throw new CorruptDataException("no numeric in row " + bounds.corruptRow);
        }
        boolean none = bounds.least < 0;
        return new ValueStats.FixedSizes(
                FixedSize.NUMERIC,
                none ? NAN : bounds.bytes(bounds.least),
                none ? NEGATIVE_INFINITY : bounds.bytes(bounds.greatest));
    }

    private void add(int from, int to) {
        long start = start(from);
        for (int row = from; row < to && corruptRow < 0; row++) {
            long end = start(row + 1);
            long head =
                    end - start == NumericOrder.WIDTH ? order.head(start) : NumericOrder.INVALID;
            if (head == NumericOrder.INVALID) {
                corruptRow = row;
                return;
            }
            add(row, start, head);
            start = end;
        }
    }

    private void add(int row, long start, long head) {
        if (least < 0
                || head < leastHead
                || (head == leastHead && order.compare(start, start(least)) < 0)) {
            least = row;
            leastHead = head;
        }
        if (greatest < 0
                || head > greatestHead
                || (head == greatestHead && order.compare(start, start(greatest)) > 0)) {
            greatest = row;
            greatestHead = head;
        }
    }

    private long start(int row) {
        return packed.getOffsetBuffer().getInt(4L * row);
    }

    private Bytes bytes(int row) {
        return Bytes.takeArray(packed.get(row));
    }

    private static Bytes special(int flags) {
        byte[] bytes = new byte[NumericOrder.WIDTH];
        bytes[0] = 1;
        bytes[NumericOrder.FLAGS_AT] = (byte) flags;
        return Bytes.takeArray(bytes);
    }
}
