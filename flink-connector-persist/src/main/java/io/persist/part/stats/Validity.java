package io.persist.part.stats;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.jspecify.annotations.Nullable;

/** The rows in which a column has a value; where what is around it is null, it has none. */
final class Validity {
    private static final int WORD = Long.SIZE;

    private final int rows;
    private final @Nullable ArrowBuf bits; // null: all of them, or none
    private final boolean none;
    private final @Nullable Validity around; // null: all of them

    private Validity(int rows, @Nullable ArrowBuf bits, boolean none, @Nullable Validity around) {
        this.rows = rows;
        this.bits = bits;
        this.none = none;
        this.around = around;
    }

    /** Rows from {@code from} to {@code to} (exclusive) have values. */
    @FunctionalInterface
    interface Run {
        void accept(int from, int to);
    }

    static Validity all(int rows) {
        return new Validity(rows, null, false, null);
    }

    /** Of a child of what {@code around} is of. */
    static Validity of(FieldVector vector, Validity around) {
        Validity mask = around.isAll() ? null : around;
        if (vector instanceof NullVector) {
            return new Validity(around.rows, null, true, null);
        }
        ArrowBuf bits = vector.getNullCount() == 0 ? null : vector.getValidityBuffer();
        return new Validity(around.rows, bits, false, mask);
    }

    private boolean isAll() {
        return bits == null && !none && around == null;
    }

    int rows() {
        return rows;
    }

    int nulls() {
        if (isAll()) {
            return 0;
        }
        int values = 0;
        for (int first = 0; first < rows; first += WORD) {
            values += Long.bitCount(word(first));
        }
        return rows - values;
    }

    /** Visits the rows with values, in order, in as few runs as there are. */
    void forEachRun(Run visitor) {
        int start = -1;
        for (int first = 0; first < rows; first += WORD) {
            int end = Math.min(rows, first + WORD);
            long word = word(first);
            int at = first;
            while (at < end) {
                long rest = word >>> (at - first);
                boolean value = (rest & 1) != 0;
                if (value == (start < 0)) {
                    if (value) {
                        start = at;
                    } else {
                        visitor.accept(start, at);
                        start = -1;
                    }
                }
                at += Math.min(end - at, Long.numberOfTrailingZeros(value ? ~rest : rest));
            }
        }
        if (start >= 0) {
            visitor.accept(start, rows);
        }
    }

    /** One bit for each of the 64 rows from {@code first}; none for rows beyond the last. */
    private long word(int first) {
        if (none) {
            return 0;
        }
        long word = rows - first < WORD ? (1L << (rows - first)) - 1 : -1;
        if (bits != null) {
            word &= load(bits, first);
        }
        return around == null ? word : word & around.word(first);
    }

    private long load(ArrowBuf buffer, int first) {
        int at = first / Byte.SIZE;
        int bytes = (rows + Byte.SIZE - 1) / Byte.SIZE - at;
        if (bytes >= Long.BYTES) {
            return buffer.getLong(at);
        }
        long word = 0;
        for (int i = 0; i < bytes; i++) {
            word |= (buffer.getByte(at + i) & 0xffL) << (Byte.SIZE * i);
        }
        return word;
    }
}
