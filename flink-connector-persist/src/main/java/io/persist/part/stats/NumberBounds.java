package io.persist.part.stats;

import io.persist.part.stats.ValueStats.IntegerType;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedWidthVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Least and greatest of booleans and numbers; zeros if there are none. */
final class NumberBounds implements ValueCollector {
    private final ArrowType type;

    /** Address of the values that are being added. */
    private long data;

    /** Of values mapped such that their order is that of signed longs. */
    private long least = Long.MAX_VALUE;

    private long greatest = Long.MIN_VALUE;

    /**
     * @param vector of the type of all that will be added
     * @throws IllegalArgumentException if its type has no bounds
     */
    NumberBounds(FieldVector vector) {
        this.type = vector.getField().getType();
        boolean known =
                vector instanceof BitVector
                        || type instanceof ArrowType.Int
                        || (type instanceof ArrowType.FloatingPoint floating
                                && floating.getPrecision() != FloatingPointPrecision.HALF);
        if (!known || !(vector instanceof FixedWidthVector)) {
            throw new IllegalArgumentException("no bounds of " + vector.getField());
        }
    }

    @Override
    public void add(FieldVector vector, Validity rows) {
        if (!vector.getField().getType().equals(type)) {
            throw new IllegalArgumentException("no " + type + ": " + vector.getField());
        }
        int bits =
                vector instanceof BitVector
                        ? 1
                        : ((FixedWidthVector) vector).getTypeWidth() * Byte.SIZE;
        ArrowBuf values = vector.getDataBuffer();
        values.checkBytes(0, ((long) vector.getValueCount() * bits + Byte.SIZE - 1) / Byte.SIZE);
        data = values.memoryAddress();
        rows.forEachRun(adder());
    }

    private Validity.Run adder() {
        if (type instanceof ArrowType.Bool) {
            return this::addBits;
        }
        if (type instanceof ArrowType.FloatingPoint floating) {
            return floating.getPrecision() == FloatingPointPrecision.SINGLE
                    ? this::addFloats
                    : this::addDoubles;
        }
        ArrowType.Int integer = (ArrowType.Int) type;
        boolean signed = integer.getIsSigned();
        return switch (integer.getBitWidth()) {
            case 8 -> signed ? this::addBytes : this::addUnsignedBytes;
            case 16 -> signed ? this::addShorts : this::addUnsignedShorts;
            case 32 -> signed ? this::addInts : this::addUnsignedInts;
            case 64 -> signed ? this::addLongs : this::addUnsignedLongs;
            default -> throw new IllegalArgumentException("no bounds of " + type);
        };
    }

    @Override
    public ValueStats stats() {
        if (type instanceof ArrowType.Bool) {
            return new ValueStats.Bools(least() != 0, greatest() != 0);
        }
        if (type instanceof ArrowType.FloatingPoint floating) {
            return floating.getPrecision() == FloatingPointPrecision.SINGLE
                    ? new ValueStats.Floats(
                            Float.intBitsToFloat(ordered((int) least())),
                            Float.intBitsToFloat(ordered((int) greatest())))
                    : new ValueStats.Doubles(
                            Double.longBitsToDouble(ordered(least())),
                            Double.longBitsToDouble(ordered(greatest())));
        }
        return integers((ArrowType.Int) type);
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

    private ValueStats.Integers integers(ArrowType.Int integer) {
        boolean signed = integer.getIsSigned();
        return switch (integer.getBitWidth()) {
            case 8 -> integers(signed ? IntegerType.I8 : IntegerType.U8);
            case 16 -> integers(signed ? IntegerType.I16 : IntegerType.U16);
            case 32 -> integers(signed ? IntegerType.I32 : IntegerType.U32);
            default -> {
                if (signed) {
                    yield integers(IntegerType.I64);
                }
                long flip = isEmpty() ? 0 : Long.MIN_VALUE;
                yield new ValueStats.Integers(IntegerType.U64, least() ^ flip, greatest() ^ flip);
            }
        };
    }

    private ValueStats.Integers integers(IntegerType of) {
        return new ValueStats.Integers(of, least(), greatest());
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
