package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Fills leaf vectors from decoded values and levels. */
final class LeafVectors {
    private LeafVectors() {}

    /** The slots of a leaf. */
    private static final class Slots {
        final int count;
        final int nulls;
        private final boolean @Nullable [] valid;

        /**
         * @param valid whether a slot has a value; null if all have
         */
        Slots(int count, int nulls, boolean @Nullable [] valid) {
            this.count = count;
            this.nulls = nulls;
            this.valid = valid;
        }

        boolean isValid(int slot) {
            return valid == null || valid[slot];
        }

        byte @Nullable [] bitmap() {
            if (nulls == 0) {
                return null;
            }
            byte[] bits = new byte[(count + 7) / 8];
            for (int i = 0; i < count; i++) {
                if (isValid(i)) {
                    bits[i >> 3] |= (byte) (1 << (i & 7));
                }
            }
            return bits;
        }
    }

    /** Returns the length of the vector. */
    static int fill(LeafData data, FieldVector vector, BufferAllocator allocator)
            throws CorruptDataException {
        Slots slots = slots(data);
        if (vector instanceof NullVector) {
            vector.setValueCount(slots.count);
            return slots.count;
        }
        ArrowType type = data.leaf().field().getType();
        List<ArrowBuf> buffers = new ArrayList<>();
        try {
            buffers.add(VectorAssembler.validity(slots.bitmap(), slots.count, allocator));
            if (type instanceof ArrowType.Bool) {
                byte[] bits = bits(data.values(), slots);
                buffers.add(buffer(bits, bits.length, allocator));
            } else if (data.leaf().width() > 0) {
                buffers.add(fixed(data, slots, allocator));
            } else {
                if (type instanceof ArrowType.Utf8) {
                    data.requireUtf8();
                }
                buffers.add(offsets(ends(data.values(), slots), allocator));
                buffers.add(buffer(data.values().array(), data.values().dataSize(), allocator));
            }
            vector.loadFieldBuffers(new ArrowFieldNode(slots.count, slots.nulls), buffers);
        } finally {
            buffers.forEach(ArrowBuf::close);
        }
        return slots.count;
    }

    private static Slots slots(LeafData data) {
        SchemaNode leaf = data.leaf();
        if (data.isComplete()) {
            return new Slots(data.count(), 0, null);
        }
        boolean[] valid = new boolean[data.count()];
        int slots = 0;
        int nulls = 0;
        for (int i = 0; i < data.count(); i++) {
            if (data.isSlot(leaf, i)) {
                valid[slots] = data.def(i) == leaf.def();
                nulls += valid[slots] ? 0 : 1;
                slots++;
            }
        }
        return new Slots(slots, nulls, nulls == 0 ? null : valid);
    }

    private static byte[] bits(ValueBuffer values, Slots slots) {
        byte[] bits = new byte[(slots.count + 7) / 8];
        byte[] source = values.array();
        int value = 0;
        for (int i = 0; i < slots.count; i++) {
            if (slots.isValid(i)) {
                bits[i >> 3] |= (byte) (source[value++] << (i & 7));
            }
        }
        return bits;
    }

    private static int[] ends(ValueBuffer values, Slots slots) {
        int[] offsets = new int[slots.count + 1];
        int value = 0;
        for (int i = 0; i < slots.count; i++) {
            offsets[i + 1] = slots.isValid(i) ? values.end(value++) : offsets[i];
        }
        return offsets;
    }

    private static ArrowBuf fixed(LeafData data, Slots slots, BufferAllocator allocator)
            throws CorruptDataException {
        int width = data.leaf().width();
        byte[] source = data.values().array();
        if (data.leaf().field().getType() instanceof ArrowType.Int integer
                && integer.getBitWidth() < 32) {
            source = narrowed(data, integer);
            width = integer.getBitWidth() / 8;
        }
        if (slots.nulls == 0) {
            return buffer(source, slots.count * width, allocator);
        }
        // Null slots are zero.
        byte[] spread = new byte[slots.count * width];
        int value = 0;
        for (int i = 0; i < slots.count; i++) {
            if (slots.isValid(i)) {
                System.arraycopy(source, value++ * width, spread, i * width, width);
            }
        }
        return buffer(spread, spread.length, allocator);
    }

    /** Integers of 8 or 16 bits, which Parquet stores in 32. */
    private static byte[] narrowed(LeafData data, ArrowType.Int type) throws CorruptDataException {
        int bits = type.getBitWidth();
        int width = bits / 8;
        byte[] source = data.values().array();
        byte[] narrow = new byte[data.values().count() * width];
        for (int i = 0; i < data.values().count(); i++) {
            int value = (int) ByteSink.INT.get(source, 4 * i);
            int unused = 32 - bits;
            int back = type.getIsSigned() ? value << unused >> unused : value << unused >>> unused;
            if (back != value) {
                throw new CorruptDataException(
                        "column "
                                + data.leaf().field().getName()
                                + ": expected an integer of "
                                + bits
                                + " bits, found "
                                + value);
            }
            for (int k = 0; k < width; k++) {
                narrow[i * width + k] = (byte) (value >>> (8 * k));
            }
        }
        return narrow;
    }

    static ArrowBuf buffer(byte[] source, int length, BufferAllocator allocator) {
        ArrowBuf buffer = allocator.buffer(length);
        if (length > 0) {
            buffer.setBytes(0, source, 0, length);
        }
        buffer.writerIndex(length);
        return buffer;
    }

    static ArrowBuf offsets(int[] offsets, BufferAllocator allocator) {
        ArrowBuf buffer = allocator.buffer(4L * offsets.length);
        byte[] chunk = new byte[1 << 14];
        for (int done = 0; done < offsets.length; ) {
            int some = Math.min(offsets.length - done, chunk.length / 4);
            for (int i = 0; i < some; i++) {
                ByteSink.INT.set(chunk, 4 * i, offsets[done + i]);
            }
            buffer.setBytes(4L * done, chunk, 0, 4L * some);
            done += some;
        }
        buffer.writerIndex(4L * offsets.length);
        return buffer;
    }
}
