package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;
import io.persist.codec.BytesWriter;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.ByteFunctionHelpers;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Slots in Arrow vectors. Slots of nulls are zero or empty, whatever was there before. Values are
 * written by address, as {@link BytesWriter} does: while that goes on nobody else may grow the
 * vectors.
 */
public final class VectorSlots {
    private VectorSlots() {}

    public static Slots of(FieldVector vector) {
        if (vector instanceof StructVector struct) {
            return struct.getChild("approx") != null ? new OfNumeric(struct) : new OfStruct(struct);
        }
        if (vector instanceof ListVector list) {
            return new OfLists(list);
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
            case 1 -> new OfOctets(fixed);
            case 2 -> new OfShorts(fixed);
            case 4 -> new OfInts(fixed);
            case 8 -> new OfLongs(fixed);
            default -> throw new AssertionError(vector.getField());
        };
    }

    /** Any width; grows as needed. */
    private abstract static class OfFixedWidth extends Slots {
        final BaseFixedWidthVector vector;

        /** Rows that can be written at the addresses below. */
        private int capacity;

        private long validity;
        private long data;

        OfFixedWidth(BaseFixedWidthVector vector) {
            this.vector = vector;
        }

        /** Makes room for the row, marks it as valid, and returns the address of the data. */
        final long dataFor(int row) {
            if (row >= capacity) {
                makeRoomFor(row);
            }
            long bits = validity + (row >> 3);
            MemoryUtil.putByte(bits, (byte) (MemoryUtil.getByte(bits) | 1 << (row & 7)));
            return data;
        }

        private void makeRoomFor(int row) {
            while (row >= vector.getValueCapacity()) {
                vector.reAlloc();
            }
            capacity = vector.getValueCapacity();
            validity = vector.getValidityBuffer().memoryAddress();
            data = vector.getDataBuffer().memoryAddress();
        }

        /** Makes a row null for which {@link #dataFor} was called. */
        final void clearValidity(int row) {
            long bits = validity + (row >> 3);
            MemoryUtil.putByte(bits, (byte) (MemoryUtil.getByte(bits) & ~(1 << (row & 7))));
        }

        @Override
        public final boolean isNull(int row) {
            return vector.isNull(row);
        }

        @Override
        public void setNull(int row) {
            putLong(row, 0);
            clearValidity(row);
        }
    }

    private static final class OfBits extends OfFixedWidth {
        OfBits(BitVector vector) {
            super(vector);
        }

        @Override
        public void putLong(int row, long value) {
            long at = dataFor(row) + (row >> 3);
            int bit = 1 << (row & 7);
            int others = MemoryUtil.getByte(at) & ~bit;
            MemoryUtil.putByte(at, (byte) (value == 0 ? others : others | bit));
        }

        @Override
        public long getLong(int row) {
            return BitVectorHelper.get(vector.getDataBuffer(), row);
        }
    }

    private static final class OfShorts extends OfFixedWidth {
        OfShorts(BaseFixedWidthVector vector) {
            super(vector);
        }

        @Override
        public void putLong(int row, long value) {
            MemoryUtil.putShort(dataFor(row) + 2L * row, (short) value);
        }

        @Override
        public long getLong(int row) {
            return vector.getDataBuffer().getShort(2L * row);
        }
    }

    private static final class OfInts extends OfFixedWidth {
        OfInts(BaseFixedWidthVector vector) {
            super(vector);
        }

        @Override
        public void putLong(int row, long value) {
            MemoryUtil.putInt(dataFor(row) + 4L * row, (int) value);
        }

        @Override
        public long getLong(int row) {
            return vector.getDataBuffer().getInt(4L * row);
        }
    }

    private static final class OfLongs extends OfFixedWidth {
        OfLongs(BaseFixedWidthVector vector) {
            super(vector);
        }

        @Override
        public void putLong(int row, long value) {
            MemoryUtil.putLong(dataFor(row) + 8L * row, value);
        }

        @Override
        public long getLong(int row) {
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
        public void setNull(int row) {
            MemoryUtil.setMemory(dataFor(row) + row * width, width, (byte) 0);
            clearValidity(row);
        }

        @Override
        public void putBytes(int row, byte[] bytes, int offset, int length) {
            if (length != width) {
                throw new IllegalArgumentException(length + " bytes for a width of " + width);
            }
            Objects.checkFromIndexSize(offset, length, bytes.length);
            MemoryUtil.copyToMemory(bytes, offset, dataFor(row) + row * width, width);
        }

        @Override
        public Bytes getBytes(int row) {
            byte[] bytes = new byte[(int) width];
            copyBytes(row, bytes);
            return Bytes.takeArray(bytes);
        }

        @Override
        public int copyBytes(int row, byte[] target) {
            int count = (int) Math.min(width, target.length);
            vector.getDataBuffer().getBytes(row * width, target, 0, count);
            return (int) width;
        }
    }

    private static final class OfBytes extends Slots {
        private final BaseVariableWidthVector vector;

        /** Null until something is written. */
        private @Nullable BytesWriter writer;

        OfBytes(BaseVariableWidthVector vector) {
            this.vector = vector;
        }

        @Override
        public boolean isNull(int row) {
            return vector.isNull(row);
        }

        @Override
        public void setNull(int row) {
            writer().putNull(row);
        }

        private BytesWriter writer() {
            if (writer == null) {
                writer = new BytesWriter(vector);
            }
            return writer;
        }

        @Override
        public void putBytes(int row, byte[] bytes, int offset, int length) {
            writer().put(row, bytes, offset, length);
        }

        @Override
        public Bytes getBytes(int row) {
            byte[] bytes = new byte[vector.getValueLength(row)];
            copyBytes(row, bytes);
            return Bytes.takeArray(bytes);
        }

        @Override
        public int copyBytes(int row, byte[] target) {
            int length = vector.getValueLength(row);
            long from = vector.getOffsetBuffer().getInt(4L * row);
            vector.getDataBuffer().getBytes(from, target, 0, Math.min(length, target.length));
            return length;
        }

        @Override
        public int compareBytes(int left, int right) {
            ArrowBuf offsets = vector.getOffsetBuffer();
            ArrowBuf data = vector.getDataBuffer();
            return ByteFunctionHelpers.compare(
                    data,
                    offsets.getInt(4L * left),
                    offsets.getInt(4L * (left + 1)),
                    data,
                    offsets.getInt(4L * right),
                    offsets.getInt(4L * (right + 1)));
        }
    }

    /** A struct; everything below a null is null. */
    private static class OfStruct extends Slots {
        final StructVector struct;
        private final Slots[] children;

        OfStruct(StructVector struct) {
            this.struct = struct;
            List<Slots> slots = new ArrayList<>();
            for (FieldVector child : struct.getChildrenFromFields()) {
                slots.add(of(child));
            }
            this.children = slots.toArray(Slots[]::new);
        }

        @Override
        public final Slots child(int index) {
            return children[index];
        }

        @Override
        public final boolean isNull(int row) {
            return struct.isNull(row);
        }

        @Override
        public final void setNull(int row) {
            struct.setNull(row);
            for (Slots child : children) {
                child.setNull(row);
            }
        }

        @Override
        public final void putStruct(int row) {
            struct.setIndexDefined(row);
        }
    }

    /** A struct of approximation and packed form. */
    private static final class OfNumeric extends OfStruct {
        private final Slots approximations;
        private final Slots packedForms;

        OfNumeric(StructVector struct) {
            super(struct);
            this.approximations = child(0);
            this.packedForms = child(1);
        }

        @Override
        public void putNumeric(int row, double approximation, byte[] packed) {
            struct.setIndexDefined(row);
            approximations.putLong(row, Double.doubleToLongBits(approximation));
            packedForms.putBytes(row, packed, 0, packed.length);
        }

        @Override
        public Bytes getBytes(int row) {
            return packedForms.getBytes(row);
        }

        @Override
        public int copyBytes(int row, byte[] target) {
            return packedForms.isNull(row) ? 0 : packedForms.copyBytes(row, target);
        }
    }

    /** Nulls have no elements. */
    private static final class OfLists extends Slots {
        private final ListVector list;
        private final Slots elements;

        OfLists(ListVector list) {
            this.list = list;
            this.elements = of(list.getDataVector());
        }

        @Override
        public Slots child(int index) {
            return elements;
        }

        @Override
        public boolean isNull(int row) {
            return list.isNull(row);
        }

        @Override
        public void setNull(int row) {
            list.setNull(row);
        }

        @Override
        public int beginList(int row) {
            return list.startNewValue(row);
        }

        @Override
        public void endList(int row, int count) {
            list.endValue(row, count);
        }

        @Override
        public int listStart(int row) {
            return list.getElementStartIndex(row);
        }

        @Override
        public int listEnd(int row) {
            return list.getElementEndIndex(row);
        }
    }

    private static final class OfOctets extends OfFixedWidth {
        OfOctets(BaseFixedWidthVector vector) {
            super(vector);
        }

        @Override
        public void putLong(int row, long value) {
            MemoryUtil.putByte(dataFor(row) + row, (byte) value);
        }

        @Override
        public long getLong(int row) {
            return vector.getDataBuffer().getByte(row);
        }
    }
}
