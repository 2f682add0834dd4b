package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.part.stats.ValueStats.FixedSize;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/**
 * Least and greatest numeric, by value: the packed form does not sort as its values do, and the
 * approximation beside it is too coarse. Not-a-number is the greatest of all. The first of several
 * equal ones counts.
 */
final class NumericBounds implements ValueCollector {
    private static final Bytes NAN = special(0x20);
    private static final Bytes NEGATIVE_INFINITY = special(0xc0);

    private @Nullable Extreme least;
    private @Nullable Extreme greatest;

    /** A numeric of a vector that may be gone. */
    private record Extreme(Bytes packed, NumericOrder.Key key) {}

    /**
     * @throws CorruptDataException if a value is no packed numeric
     */
    @Override
    public void add(FieldVector vector, Validity rows) throws CorruptDataException {
        StructVector numerics = KeyStats.typed(StructVector.class, vector);
        if (numerics.size() != 2
                || !(numerics.getChildrenFromFields().get(1) instanceof VarBinaryVector packed)) {
            throw new IllegalArgumentException("numerics in " + numerics.getField());
        }
        if (Validity.of(packed, rows).nulls() != rows.nulls()) {
            throw new CorruptDataException("numeric without a value");
        }
        Piece piece = new Piece(packed);
        rows.forEachRun(piece::add);
        if (piece.corruptRow >= 0) {
            throw new CorruptDataException("no numeric in row " + piece.corruptRow);
        }
        if (piece.least >= 0) {
            add(piece.extreme(piece.least), piece.extreme(piece.greatest));
        }
    }

    private void add(Extreme low, Extreme high) {
        least = least == null || low.key.compareTo(least.key) < 0 ? low : least;
        greatest = greatest == null || high.key.compareTo(greatest.key) > 0 ? high : greatest;
    }

    @Override
    public ValueStats stats() {
        return new ValueStats.FixedSizes(
                FixedSize.NUMERIC,
                least == null ? NAN : least.packed,
                greatest == null ? NEGATIVE_INFINITY : greatest.packed);
    }

    /** The rows of one vector. */
    private static final class Piece {
        private final VarBinaryVector packed;
        private final NumericOrder order;
        private int least = -1;
        private int greatest = -1;
        private long leastHead;
        private long greatestHead;
        private int corruptRow = -1;

        Piece(VarBinaryVector packed) {
            this.packed = packed;
            this.order = new NumericOrder(packed.getDataBuffer());
        }

        Extreme extreme(int row) {
            return new Extreme(Bytes.takeArray(packed.get(row)), order.key(start(row)));
        }

        void add(int from, int to) {
            long start = start(from);
            for (int row = from; row < to && corruptRow < 0; row++) {
                long end = start(row + 1);
                long head =
                        end - start == NumericOrder.WIDTH
                                ? order.head(start)
                                : NumericOrder.INVALID;
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
    }

    private static Bytes special(int flags) {
        byte[] bytes = new byte[NumericOrder.WIDTH];
        bytes[0] = 1;
        bytes[NumericOrder.FLAGS_AT] = (byte) flags;
        return Bytes.takeArray(bytes);
    }
}
