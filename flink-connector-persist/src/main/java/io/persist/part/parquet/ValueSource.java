package io.persist.part.parquet;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * The values of a leaf vector in the order of Parquet, nulls left out, copied to the heap page by
 * page. Uses no NIO view of Arrow's memory, so that no JVM flag is needed.
 */
abstract class ValueSource {
    private final int @Nullable [] slots;
    private final int count;
    private final int width;

    private ValueSource(int @Nullable [] slots, int count, int width) {
        this.slots = slots;
        this.count = count;
        this.width = width;
    }

    /**
     * @param slots where the values are; null if from 0 on
     */
    static ValueSource of(SchemaNode leaf, FieldVector vector, int @Nullable [] slots) {
        ArrowType type = leaf.field().getType();
        int count = slots == null ? vector.getValueCount() : slots.length;
        if (leaf.isNullType()) {
            return new Zeros(count);
        } else if (type instanceof ArrowType.Bool) {
            return new Booleans(slots, count, vector.getDataBuffer());
        } else if (leaf.width() == 0) {
            int[] offsets = Levels.offsets(vector.getOffsetBuffer(), vector.getValueCount());
            return new ByteArrays(slots, count, offsets, vector.getDataBuffer());
        } else if (type instanceof ArrowType.Int integer && integer.getBitWidth() < 32) {
            return new Narrow(slots, count, vector.getDataBuffer(), integer);
        }
        return new Fixed(slots, count, vector.getDataBuffer(), leaf.width());
    }

    /** Bytes of a value on the heap; 0 for byte arrays. */
    int width() {
        return width;
    }

    int count() {
        return count;
    }

    /** Bytes of value {@code index} in a page. */
    int plainSize(int index) {
        return width;
    }

    /** Copies values {@code [from, to)}. */
    void gather(int from, int to, ValueBuffer target) {
        if (slots == null) {
            copy(from, to - from, target);
            return;
        }
        int start = from;
        while (start < to) {
            int end = start + 1;
            while (end < to && slots[end] == slots[end - 1] + 1) {
                end++;
            }
            copy(slots[start], end - start, target);
            start = end;
        }
    }

    int slot(int index) {
        return slots == null ? index : slots[index];
    }

    abstract void copy(int slot, int values, ValueBuffer target);

    private static final class Fixed extends ValueSource {
        private final ArrowBuf data;

        Fixed(int @Nullable [] slots, int count, ArrowBuf data, int width) {
            super(slots, count, width);
            this.data = data;
        }

        @Override
        void copy(int slot, int values, ValueBuffer target) {
            target.data().write(data, (long) slot * width(), values * width());
            target.added(values);
        }
    }

    private static final class Narrow extends ValueSource {
        private final ArrowBuf data;
        private final ArrowType.Int type;

        Narrow(int @Nullable [] slots, int count, ArrowBuf data, ArrowType.Int type) {
            super(slots, count, 4);
            this.data = data;
            this.type = type;
        }

        @Override
        void copy(int slot, int values, ValueBuffer target) {
            for (int i = slot; i < slot + values; i++) {
                int value = type.getBitWidth() == 8 ? data.getByte(i) : data.getShort(2L * i);
                int mask = type.getIsSigned() ? -1 : (1 << type.getBitWidth()) - 1;
                target.data().writeInt(value & mask);
            }
            target.added(values);
        }
    }

    private static final class Booleans extends ValueSource {
        private final ArrowBuf data;

        Booleans(int @Nullable [] slots, int count, ArrowBuf data) {
            super(slots, count, 1);
            this.data = data;
        }

        @Override
        void copy(int slot, int values, ValueBuffer target) {
            for (int i = slot; i < slot + values; i++) {
                target.data().write(data.getByte(i >> 3) >> (i & 7) & 1);
            }
            target.added(values);
        }
    }

    /** A column that is always null but REQUIRED, as Parquet stores it. */
    private static final class Zeros extends ValueSource {
        Zeros(int count) {
            super(null, count, 4);
        }

        @Override
        void copy(int slot, int values, ValueBuffer target) {
            for (int i = 0; i < values; i++) {
                target.data().writeInt(0);
            }
            target.added(values);
        }
    }

    private static final class ByteArrays extends ValueSource {
        private final int[] offsets;
        private final ArrowBuf data;

        ByteArrays(int @Nullable [] slots, int count, int[] offsets, ArrowBuf data) {
            super(slots, count, 0);
            this.offsets = offsets;
            this.data = data;
        }

        @Override
        int plainSize(int index) {
            int slot = slot(index);
            return 4 + offsets[slot + 1] - offsets[slot];
        }

        @Override
        void copy(int slot, int values, ValueBuffer target) {
            int base = target.data().size() - offsets[slot];
            target.data().write(data, offsets[slot], offsets[slot + values] - offsets[slot]);
            target.addEnds(offsets, slot + 1, values, base);
        }
    }
}
