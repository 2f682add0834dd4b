package io.persist.codec.relation;

import io.persist.codec.Bytes;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.complex.StructVector;

/** Slots in Arrow vectors. Slots of nulls are zero or empty, whatever was there before. */
final class VectorSlots {
    private VectorSlots() {}

    static Slots of(FieldVector vector) {
        if (vector instanceof StructVector struct) {
            return new OfNumeric(struct);
        }
        if (vector instanceof BaseVariableWidthVector text) {
            return new OfBytes(text);
        }
        if (vector instanceof BitVector bits) {
            return new OfBits(bits);
        }
        if (vector instanceof FixedSizeBinaryVector fixed) {
            return new OfFixedBytes(fixed);
        }
        BaseFixedWidthVector fixed = (BaseFixedWidthVector) vector;
        return switch (fixed.getTypeWidth()) {
            case 2 -> new OfShorts(fixed);
            case 4 -> new OfInts(fixed);
            case 8 -> new OfLongs(fixed);
            default -> throw new AssertionError(vector.getField());
        };
    }

    /** Any width; grows as needed. */
    private abstract static class OfFixedWidth extends Slots {
        final BaseFixedWidthVector vector;

        OfFixedWidth(BaseFixedWidthVector vector) {
            this.vector = vector;
        }

        /** Makes room for the row, marks it as valid, and returns the data. */
        final ArrowBuf dataFor(int row) {
            while (row >= vector.getValueCapacity()) {
                vector.reAlloc();
            }
            BitVectorHelper.setBit(vector.getValidityBuffer(), row);
            return vector.getDataBuffer();
        }

        @Override
        final boolean isNull(int row) {
            return vector.isNull(row);
        }

        @Override
        void setNull(int row) {
            putLong(row, 0);
            BitVectorHelper.unsetBit(vector.getValidityBuffer(), row);
        }
    }

    private static final class OfBits extends OfFixedWidth {
        OfBits(BitVector vector) {
            super(vector);
        }

        @Override
        void putLong(int row, long value) {
            ArrowBuf bits = dataFor(row);
            if (value == 0) {
                BitVectorHelper.unsetBit(bits, row);
            } else {
                BitVectorHelper.setBit(bits, row);
            }
        }

        @Override
        long getLong(int row) {
            return BitVectorHelper.get(vector.getDataBuffer(), row);
        }
    }

    private static final class OfShorts extends OfFixedWidth {
        OfShorts(BaseFixedWidthVector vector) {
            super(vector);
        }

        @Override
        void putLong(int row, long value) {
            dataFor(row).setShort(2L * row, (short) value);
        }

        @Override
        long getLong(int row) {
            return vector.getDataBuffer().getShort(2L * row);
        }
    }

    private static final class OfInts extends OfFixedWidth {
        OfInts(BaseFixedWidthVector vector) {
            super(vector);
        }

        @Override
        void putLong(int row, long value) {
            dataFor(row).setInt(4L * row, (int) value);
        }

        @Override
        long getLong(int row) {
            return vector.getDataBuffer().getInt(4L * row);
        }
    }

    private static final class OfLongs extends OfFixedWidth {
        OfLongs(BaseFixedWidthVector vector) {
            super(vector);
        }

        @Override
        void putLong(int row, long value) {
            dataFor(row).setLong(8L * row, value);
        }

        @Override
        long getLong(int row) {
            return vector.getDataBuffer().getLong(8L * row);
        }
    }

    private static final class OfFixedBytes extends OfFixedWidth {
        private final long width;

        OfFixedBytes(FixedSizeBinaryVector vector) {
            super(vector);
            width = vector.getByteWidth();
        }

        @Override
        void setNull(int row) {
            dataFor(row).setZero(row * width, width);
            BitVectorHelper.unsetBit(vector.getValidityBuffer(), row);
        }

        @Override
        void putBytes(int row, byte[] bytes, int offset, int length) {
            assert length == width;
            dataFor(row).setBytes(row * width, bytes, offset, width);
        }

        @Override
        Bytes getBytes(int row) {
            byte[] bytes = new byte[(int) width];
            copyBytes(row, bytes);
            return Bytes.takeArray(bytes);
        }

        @Override
        int copyBytes(int row, byte[] target) {
            int count = (int) Math.min(width, target.length);
            vector.getDataBuffer().getBytes(row * width, target, 0, count);
            return (int) width;
        }
    }

    private static final class OfBytes extends Slots {
        private static final byte[] NONE = new byte[0];

        private final BaseVariableWidthVector vector;

        OfBytes(BaseVariableWidthVector vector) {
            this.vector = vector;
        }

        @Override
        boolean isNull(int row) {
            return vector.isNull(row);
        }

        @Override
        void setNull(int row) {
            vector.setSafe(row, NONE, 0, 0);
            vector.setNull(row);
        }

        @Override
        void putBytes(int row, byte[] bytes, int offset, int length) {
            vector.setSafe(row, bytes, offset, length);
        }

        @Override
        Bytes getBytes(int row) {
            byte[] bytes = new byte[vector.getValueLength(row)];
            copyBytes(row, bytes);
            return Bytes.takeArray(bytes);
        }

        @Override
        int copyBytes(int row, byte[] target) {
            int length = vector.getValueLength(row);
            long from = vector.getOffsetBuffer().getInt(4L * row);
            vector.getDataBuffer().getBytes(from, target, 0, Math.min(length, target.length));
            return length;
        }
    }

    /** A struct of approximation and packed form. */
    private static final class OfNumeric extends Slots {
        private final StructVector struct;
        private final OfLongs approximations;
        private final OfBytes packedForms;

        OfNumeric(StructVector struct) {
            this.struct = struct;
            this.approximations =
                    new OfLongs((BaseFixedWidthVector) struct.getChildrenFromFields().get(0));
            this.packedForms =
                    new OfBytes((BaseVariableWidthVector) struct.getChildrenFromFields().get(1));
        }

        @Override
        boolean isNull(int row) {
            return struct.isNull(row);
        }

        @Override
        void setNull(int row) {
            struct.setNull(row);
            approximations.setNull(row);
            packedForms.setNull(row);
        }

        @Override
        void putNumeric(int row, double approximation, byte[] packed) {
            struct.setIndexDefined(row);
            approximations.putLong(row, Double.doubleToLongBits(approximation));
            packedForms.putBytes(row, packed, 0, packed.length);
        }

        @Override
        Bytes getBytes(int row) {
            return packedForms.getBytes(row);
        }

        @Override
        int copyBytes(int row, byte[] target) {
            return packedForms.isNull(row) ? 0 : packedForms.copyBytes(row, target);
        }
    }
}
