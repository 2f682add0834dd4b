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
    private final int width;

    /** The slots that were loaded, from the first of the page on. */
    final ByteSink raw;

    private ValueSource(int width, ByteSink raw) {
        this.width = width;
        this.raw = raw;
    }

    /**
     * @param raw scratch memory, of use to others whenever no page is being written
     * @param offsets likewise
     */
    static ValueSource of(SchemaNode leaf, FieldVector vector, ByteSink raw, ByteSink offsets) {
        ArrowType type = leaf.field().getType();
        if (leaf.isNullType()) {
            return new Zeros(raw);
        } else if (type instanceof ArrowType.Bool) {
            return new Booleans(vector.getDataBuffer(), raw);
        } else if (leaf.width() == 0) {
            return new ByteArrays(vector, raw, offsets);
        } else if (type instanceof ArrowType.Int integer && integer.getBitWidth() < 32) {
            return new Narrow(vector.getDataBuffer(), integer, raw);
        }
        return new Fixed(vector.getDataBuffer(), leaf.width(), raw);
    }

    /** Bytes of a value in a {@link ValueBuffer}; 0 for byte arrays. */
    int width() {
        return width;
    }

    /** Bytes of the slots {@code [from, to)} in a page if all of them have values, roughly. */
    long slotBytes(int from, int to) {
        return (long) width * (to - from);
    }

    /** Makes the slots of a page those that the other methods are about. */
    abstract void load(PageSlots slots);

    /** Bytes of the loaded values in PLAIN encoding. */
    int plainSize(PageSlots slots) {
        return Math.multiplyExact(width, slots.count());
    }

    /** Appends the loaded values in PLAIN encoding; there must be room. */
    abstract void encodePlain(PageSlots slots, ByteSink out);

    /** Appends the loaded values. */
    void gather(PageSlots slots, ValueBuffer target) {
        target.data().reserve(plainSize(slots));
        encodePlain(slots, target.data());
        target.added(slots.count());
    }

    private static final class Fixed extends ValueSource {
        private final ArrowBuf data;

        Fixed(ArrowBuf data, int width, ByteSink raw) {
            super(width, raw);
            this.data = data;
        }

        @Override
        void load(PageSlots slots) {
            if (slots.picked() != null) {
                raw.clear();
                raw.write(data, (long) slots.first() * width(), slots.span() * width());
            }
        }

        @Override
        void encodePlain(PageSlots slots, ByteSink out) {
            int[] picked = slots.picked();
            if (picked == null) {
                out.write(data, (long) slots.first() * width(), slots.count() * width());
            } else if (width() == Long.BYTES) {
                encodeLongs(slots, picked, out);
            } else {
                encodeBytes(slots, picked, out);
            }
        }

        private void encodeLongs(PageSlots slots, int[] picked, ByteSink out) {
            byte[] source = raw.array();
            byte[] target = out.array();
            int at = out.size();
            for (int i = 0; i < slots.count(); i++) {
                int from = (picked[i] - slots.first()) * Long.BYTES;
                ByteSink.LONG.set(target, at, (long) ByteSink.LONG.get(source, from));
                at += Long.BYTES;
            }
            out.advance(at - out.size());
        }

        private void encodeBytes(PageSlots slots, int[] picked, ByteSink out) {
            byte[] source = raw.array();
            byte[] target = out.array();
            int at = out.size();
            for (int i = 0; i < slots.count(); i++) {
                int from = (picked[i] - slots.first()) * width();
                ByteSink.copyShort(source, from, target, at, width());
                at += width();
            }
            out.advance(at - out.size());
        }
    }

    private static final class Narrow extends ValueSource {
        private final ArrowBuf data;
        private final ArrowType.Int type;

        Narrow(ArrowBuf data, ArrowType.Int type, ByteSink raw) {
            super(Integer.BYTES, raw);
            this.data = data;
            this.type = type;
        }

        @Override
        void load(PageSlots slots) {}

        @Override
        void encodePlain(PageSlots slots, ByteSink out) {
            int[] picked = slots.picked();
            int mask = type.getIsSigned() ? -1 : (1 << type.getBitWidth()) - 1;
            for (int i = 0; i < slots.count(); i++) {
                int slot = picked == null ? slots.first() + i : picked[i];
                int value = type.getBitWidth() == 8 ? data.getByte(slot) : data.getShort(2L * slot);
                out.writeInt(value & mask);
            }
        }
    }

    private static final class Booleans extends ValueSource {
        private final ArrowBuf data;

        Booleans(ArrowBuf data, ByteSink raw) {
            super(1, raw);
            this.data = data;
        }

        @Override
        void load(PageSlots slots) {
            int firstByte = slots.first() >> 3;
            int end = (slots.first() + slots.span() + 7) >> 3;
            raw.clear();
            raw.write(data, firstByte, end - firstByte);
        }

        @Override
        int plainSize(PageSlots slots) {
            return (slots.count() + 7) / 8;
        }

        @Override
        void encodePlain(PageSlots slots, ByteSink out) {
            byte[] source = raw.array();
            int base = slots.first() & ~7;
            int[] picked = slots.picked();
            int bits = 0;
            for (int i = 0; i < slots.count(); i++) {
                int bit = (picked == null ? slots.first() + i : picked[i]) - base;
                bits |= (source[bit >> 3] >> (bit & 7) & 1) << (i & 7);
                if ((i & 7) == 7) {
                    out.write(bits);
                    bits = 0;
                }
            }
            if ((slots.count() & 7) != 0) {
                out.write(bits);
            }
        }

        @Override
        void gather(PageSlots slots, ValueBuffer target) {
            throw new AssertionError("booleans have no dictionary");
        }
    }

    /** A column that is always null but REQUIRED, as Parquet stores it. */
    private static final class Zeros extends ValueSource {
        Zeros(ByteSink raw) {
            super(Integer.BYTES, raw);
        }

        @Override
        void load(PageSlots slots) {}

        @Override
        void encodePlain(PageSlots slots, ByteSink out) {
            for (int i = 0; i < slots.count(); i++) {
                out.writeInt(0);
            }
        }
    }

    private static final class ByteArrays extends ValueSource {
        private final ArrowBuf offsetBuffer;
        private final ArrowBuf data;

        /** Offsets of the loaded slots, and the end of the last. */
        private final ByteSink offsets;

        ByteArrays(FieldVector vector, ByteSink raw, ByteSink offsets) {
            super(0, raw);
            this.offsetBuffer = vector.getOffsetBuffer();
            this.data = vector.getDataBuffer();
            this.offsets = offsets;
        }

        @Override
        long slotBytes(int from, int to) {
            if (from == to) {
                return 0; // a vector without values may lack the buffer
            }
            long bytes = (long) offsetBuffer.getInt(4L * to) - offsetBuffer.getInt(4L * from);
            return bytes + 4L * (to - from);
        }

        @Override
        void load(PageSlots slots) {
            offsets.clear();
            raw.clear();
            if (slots.count() == 0) {
                return;
            }
            offsets.write(offsetBuffer, 4L * slots.first(), 4 * slots.span() + 4);
            int from = offset(0);
            raw.write(data, from, offset(slots.span()) - from);
        }

        private int offset(int slot) {
            return (int) ByteSink.INT.get(offsets.array(), 4 * slot);
        }

        @Override
        int plainSize(PageSlots slots) {
            int[] picked = slots.picked();
            if (picked == null) {
                return raw.size() + 4 * slots.count();
            }
            byte[] ends = offsets.array();
            long size = 4L * slots.count();
            for (int i = 0; i < slots.count(); i++) {
                int at = 4 * (picked[i] - slots.first());
                size += (int) ByteSink.INT.get(ends, at + 4) - (int) ByteSink.INT.get(ends, at);
            }
            return Math.toIntExact(size);
        }

        @Override
        void encodePlain(PageSlots slots, ByteSink out) {
            byte[] ends = offsets.array();
            byte[] source = raw.array();
            byte[] target = out.array();
            int[] picked = slots.picked();
            int base = slots.count() == 0 ? 0 : offset(0);
            int at = out.size();
            for (int i = 0; i < slots.count(); i++) {
                int offsetAt = 4 * (picked == null ? i : picked[i] - slots.first());
                int from = (int) ByteSink.INT.get(ends, offsetAt);
                int length = (int) ByteSink.INT.get(ends, offsetAt + 4) - from;
                ByteSink.INT.set(target, at, length);
                ByteSink.copyShort(source, from - base, target, at + 4, length);
                at += 4 + length;
            }
            out.advance(at - out.size());
        }

        @Override
        void gather(PageSlots slots, ValueBuffer target) {
            int[] picked = slots.picked();
            int base = slots.count() == 0 ? 0 : offset(0);
            for (int i = 0; i < slots.count(); i++) {
                int slot = picked == null ? i : picked[i] - slots.first();
                int from = offset(slot);
                target.add(raw.array(), from - base, offset(slot + 1) - from);
            }
        }
    }

    /**
     * The slots of a vector whose values make a page, in ascending order. Reused for every page.
     */
    static final class PageSlots {
        private int first;
        private int count;
        private boolean dense;
        private int[] slots = new int[128];

        /** Makes it the slots from {@code from} to {@code from + values} (exclusive). */
        void setDense(int from, int values) {
            first = from;
            count = values;
            dense = true;
        }

        /** Room for so many slots, which the caller fills in and counts by {@link #setPicked}. */
        int[] room(int values) {
            if (slots.length < values) {
                slots = new int[Math.max(values, 2 * slots.length)];
            }
            return slots;
        }

        /** Makes it the first {@code values} slots of {@link #room}. */
        void setPicked(int values) {
            count = values;
            dense = values > 0 && slots[values - 1] - slots[0] == values - 1;
            first = values > 0 ? slots[0] : 0;
        }

        int count() {
            return count;
        }

        int first() {
            return first;
        }

        /** Number of slots from the first to the last, those that are left out included. */
        int span() {
            return dense || count == 0 ? count : slots[count - 1] - first + 1;
        }

        /** The slots; null if none between the first and the last is left out. */
        int @Nullable [] picked() {
            return dense || count == 0 ? null : slots;
        }
    }
}
