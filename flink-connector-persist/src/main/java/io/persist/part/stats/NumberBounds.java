package io.persist.part.stats;

import io.persist.part.stats.ValueStats.IntegerType;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedWidthVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Least and greatest of booleans and numbers; zeros if there are none. One use. */
final class NumberBounds {
    /** Address of the values. */
    private final long data;

    /** Of values mapped such that their order is that of signed longs. */
    private long least = Long.MAX_VALUE;

    private long greatest = Long.MIN_VALUE;

    private NumberBounds(FieldVector vector) {
        int bits =
                vector instanceof BitVector
                        ? 1
                        : ((FixedWidthVector) vector).getTypeWidth() * Byte.SIZE;
        ArrowBuf values = vector.getDataBuffer();
        values.checkBytes(0, ((long) vector.getValueCount() * bits + Byte.SIZE - 1) / Byte.SIZE);
        this.data = values.memoryAddress();
    }

    /**
     * @throws IllegalArgumentException if the vector is of some other type
     */
    static ValueStats.Bounds of(FieldVector vector, Validity rows) {
        ArrowType type = vector.getField().getType();
        if (!(vector instanceof FixedWidthVector)) {
            throw new IllegalArgumentException("no bounds of " + vector.getField());
        }
        NumberBounds bounds = new NumberBounds(vector);
        if (vector instanceof BitVector) {
            rows.forEachRun(bounds::addBits);
            return new ValueStats.Bools(bounds.least() != 0, bounds.greatest() != 0);
        }
        if (type instanceof ArrowType.Int integer) {
            return bounds.integers(integer, rows);
        }
        if (type instanceof ArrowType.FloatingPoint floating) {
            if (floating.getPrecision() == FloatingPointPrecision.SINGLE) {
                rows.forEachRun(bounds::addFloats);
                return new ValueStats.Floats(
                        Float.intBitsToFloat(ordered((int) bounds.least())),
                        Float.intBitsToFloat(ordered((int) bounds.greatest())));
            }
            if (floating.getPrecision() == FloatingPointPrecision.DOUBLE) {
                rows.forEachRun(bounds::addDoubles);
                return new ValueStats.Doubles(
                        Double.longBitsToDouble(ordered(bounds.least())),
                        Double.longBitsToDouble(ordered(bounds.greatest())));
            }
        }
        throw new IllegalArgumentException("no bounds of " + vector.getField());
    }

    private long least() {
        return isEmpty() ? 0 : least;
    }

    private long greatest() {
        return isEmpty() ? 0 : greatest;
    }

    private boolean isEmpty() {
        return least > greatest;
    }

    private ValueStats.Integers integers(ArrowType.Int type, Validity rows) {
        boolean signed = type.getIsSigned();
        switch (type.getBitWidth()) {
            case 8 -> {
                rows.forEachRun(signed ? this::addBytes : this::addUnsignedBytes);
                return integers(signed ? IntegerType.I8 : IntegerType.U8);
            }
            case 16 -> {
                rows.forEachRun(signed ? this::addShorts : this::addUnsignedShorts);
                return integers(signed ? IntegerType.I16 : IntegerType.U16);
            }
            case 32 -> {
                rows.forEachRun(signed ? this::addInts : this::addUnsignedInts);
                return integers(signed ? IntegerType.I32 : IntegerType.U32);
            }
            case 64 -> {
                if (signed) {
                    rows.forEachRun(this::addLongs);
                    return integers(IntegerType.I64);
                }
                rows.forEachRun(this::addUnsignedLongs);
                long flip = isEmpty() ? 0 : Long.MIN_VALUE;
                return new ValueStats.Integers(IntegerType.U64, least() ^ flip, greatest() ^ flip);
            }
            default -> throw new IllegalArgumentException("no bounds of " + type);
        }
    }

    private ValueStats.Integers integers(IntegerType type) {
        return new ValueStats.Integers(type, least(), greatest());
    }

    private void addBits(int from, int to) {
        for (int row = from; row < to && !(least == 0 && greatest == 1); row++) {
            int bit = (MemoryUtil.getByte(data + (row >> 3)) >> (row & 7)) & 1;
            least = Math.min(least, bit);
            greatest = Math.max(greatest, bit);
        }
    }

    private void addBytes(int from, int to) {
        for (int row = from; row < to; row++) {
            byte value = MemoryUtil.getByte(data + row);
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    private void addUnsignedBytes(int from, int to) {
        for (int row = from; row < to; row++) {
            int value = MemoryUtil.getByte(data + row) & 0xff;
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    private void addShorts(int from, int to) {
        for (int row = from; row < to; row++) {
            short value = MemoryUtil.getShort(data + 2L * row);
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    private void addUnsignedShorts(int from, int to) {
        for (int row = from; row < to; row++) {
            int value = MemoryUtil.getShort(data + 2L * row) & 0xffff;
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    private void addInts(int from, int to) {
        long min = least;
        long max = greatest;
        for (int row = from; row < to; row++) {
            int value = MemoryUtil.getInt(data + 4L * row);
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        least = min;
        greatest = max;
    }

    private void addUnsignedInts(int from, int to) {
        for (int row = from; row < to; row++) {
            long value = MemoryUtil.getInt(data + 4L * row) & 0xffffffffL;
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    private void addLongs(int from, int to) {
        long min = least;
        long max = greatest;
        for (int row = from; row < to; row++) {
            long value = MemoryUtil.getLong(data + 8L * row);
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        least = min;
        greatest = max;
    }

    private void addUnsignedLongs(int from, int to) {
        for (int row = from; row < to; row++) {
            long value = MemoryUtil.getLong(data + 8L * row) ^ Long.MIN_VALUE;
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    private void addFloats(int from, int to) {
        for (int row = from; row < to; row++) {
            int value = ordered(MemoryUtil.getInt(data + 4L * row));
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    private void addDoubles(int from, int to) {
        for (int row = from; row < to; row++) {
            long value = ordered(MemoryUtil.getLong(data + 8L * row));
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
    }

    /** IEEE total order of the bits as an integer order, and back. */
    private static int ordered(int bits) {
        return bits ^ ((bits >> 31) >>> 1);
    }

    private static long ordered(long bits) {
        return bits ^ ((bits >> 63) >>> 1);
    }
}
