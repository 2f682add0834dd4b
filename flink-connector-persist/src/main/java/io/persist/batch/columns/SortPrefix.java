package io.persist.batch.columns;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

import java.util.BitSet;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * The first 64 bits of rows as unsigned numbers that sort like the rows do: where two differ, they
 * order their rows; where they are equal, the rows must be compared. The layout depends on the type
 * only, so this holds for rows of different vectors too. Sorting looks at rows twenty times each,
 * so this pays off.
 */
final class SortPrefix {
    private final long[] prefixes;
    private int bitsLeft = Long.SIZE;

    private SortPrefix(int count) {
        prefixes = new long[count];
    }

    /** Prefixes by row. */
    static long[] of(FieldVector vector) {
        return of(vector, vector.getField());
    }

    /**
     * Prefixes by row of a vector whose structs may lack trailing fields.
     *
     * @param type the complete one; rows count as lower than all that begin like them
     */
    static long[] of(FieldVector vector, Field type) {
        SortPrefix prefix = new SortPrefix(vector.getValueCount());
        prefix.append(vector, type, new BitSet());
        return prefix.prefixes;
    }

    /**
     * Appends as many bits as there is room for.
     *
     * @param nulls rows that are null further out
     */
    private void append(FieldVector vector, Field field, BitSet nulls) {
        if (bitsLeft == 0 || vector instanceof NullVector) {
            return;
        }
        BitSet dead = nulls;
        bitsLeft--; // whether there are nulls or not, for the layout's sake
        if (vector.getNullCount() > 0) {
            dead = (BitSet) nulls.clone();
            for (int row = 0; row < prefixes.length; row++) {
                if (vector.isNull(row) && !nulls.get(row)) {
                    prefixes[row] |= 1L << bitsLeft; // nulls sort last
                    dead.set(row);
                }
            }
        }
        if (vector instanceof StructVector struct) {
            List<FieldVector> children = struct.getChildrenFromFields();
            for (int i = 0; i < children.size(); i++) {
                append(children.get(i), field.getChildren().get(i), dead);
            }
            if (children.size() < field.getChildren().size()) {
                bitsLeft = 0;
            }
        } else if (vector instanceof BitVector bits) {
            append(1, dead, bits::get);
        } else if (vector instanceof BaseVariableWidthVector bytes) {
            append(Long.SIZE, dead, row -> firstBytes(bytes, row));
            bitsLeft = 0; // of values that are shorter nothing else may follow
        } else if (vector instanceof BaseFixedWidthVector fixed) {
            appendFixed(fixed, dead);
        } else {
            bitsLeft = 0;
        }
    }

    private void appendFixed(BaseFixedWidthVector vector, BitSet dead) {
        ArrowType type = vector.getField().getType();
        ArrowBuf data = vector.getDataBuffer();
        if (type instanceof ArrowType.Int integer) {
            int bits = integer.getBitWidth();
            long flip = integer.getIsSigned() ? 1L << (bits - 1) : 0;
            append(bits, dead, row -> bitsAt(data, bits, row) ^ flip);
        } else if (type instanceof ArrowType.FloatingPoint floating) {
            int bits = floating.getPrecision() == FloatingPointPrecision.SINGLE ? 32 : 64;
            long sign = 1L << (bits - 1);
            append(
                    bits,
                    dead,
                    row -> {
                        long raw = bitsAt(data, bits, row);
                        return (raw & sign) == 0 ? raw | sign : ~raw;
                    });
        } else {
            bitsLeft = 0;
        }
    }

    /** Appends the upper ones of the low {@code bits} bits of each value. */
    private void append(int bits, BitSet dead, IntToLongFunction values) {
        int taken = Math.min(bits, bitsLeft);
        if (taken == 0) {
            return;
        }
        int below = bitsLeft - taken;
        long mask = bits == Long.SIZE ? -1 : (1L << bits) - 1;
        for (int row = 0; row < prefixes.length; row++) {
            if (!dead.get(row)) {
                prefixes[row] |= ((values.applyAsLong(row) & mask) >>> (bits - taken)) << below;
            }
        }
        bitsLeft = below;
    }

    private static long bitsAt(ArrowBuf data, int bits, int row) {
        return switch (bits) {
            case 8 -> data.getByte(row);
            case 16 -> data.getShort(2L * row);
            case 32 -> data.getInt(4L * row);
            default -> data.getLong(8L * row);
        };
    }

    private static long firstBytes(BaseVariableWidthVector vector, int row) {
        ArrowBuf offsets = vector.getOffsetBuffer();
        long from = offsets.getInt(4L * row);
        long length = offsets.getInt(4L * row + 4) - from;
        ArrowBuf data = vector.getDataBuffer();
        if (length >= Long.BYTES) {
            return Long.reverseBytes(data.getLong(from));
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (data.getByte(from + i) & 0xffL) << (Long.SIZE - Byte.SIZE * (i + 1));
        }
        return value;
    }
}
