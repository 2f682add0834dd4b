package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;
import io.persist.codec.Vectors;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds the vector of a column from its leaves. */
final class VectorAssembler {
    private final BufferAllocator allocator;
    private final List<LeafData> leaves;
    private final String column;
    private int nextLeaf;

    private VectorAssembler(BufferAllocator allocator, List<LeafData> leaves, String column) {
        this.allocator = allocator;
        this.leaves = leaves;
        this.column = column;
    }

    /**
     * A new vector of {@code rows} rows, which the caller closes. Its field is not nullable.
     *
     * @param leaves those below {@code node}, in order
     */
    static FieldVector assemble(
            SchemaNode node, List<LeafData> leaves, int rows, BufferAllocator allocator)
            throws CorruptDataException {
        String name = node.field().getName();
        FieldVector vector = Vectors.create(SchemaNode.required(name, node.field()), allocator);
        boolean complete = false;
        try {
            VectorAssembler assembler = new VectorAssembler(allocator, leaves, name);
            assembler.checkLength(node, rows, assembler.fill(node, vector));
            if (!node.isNullType() && vector.getNullCount() > 0) {
                throw new CorruptDataException(
                        "column " + name + ": expected no nulls, found " + vector.getNullCount());
            }
            complete = true;
            return vector;
        } finally {
            if (!complete) {
                vector.close();
            }
        }
    }

    /** What the levels say about a field with children. */
    private static final class Shape {
        final int count;
        final int nulls;
        final byte @Nullable [] validity;
        final int @Nullable [] offsets;

        /**
         * @param validity bitmap, null if nothing is null
         * @param offsets of a list or map, else null
         */
        Shape(int count, int nulls, byte @Nullable [] validity, int @Nullable [] offsets) {
            this.count = count;
            this.nulls = nulls;
            this.validity = validity;
            this.offsets = offsets;
        }

        boolean sameAs(Shape other) {
            return count == other.count
                    && nulls == other.nulls
                    && Arrays.equals(validity, other.validity)
                    && Arrays.equals(offsets, other.offsets);
        }
    }

    /** Fills {@code vector} and everything below it; returns its length. */
    private int fill(SchemaNode node, FieldVector vector) throws CorruptDataException {
        if (node.isLeaf()) {
            return LeafVectors.fill(leaves.get(nextLeaf++), vector, allocator);
        }
        int first = nextLeaf;
        Shape shape = shape(node, leaves.get(first));
        if (node.isRepeated()) {
            FieldVector items = ((BaseRepeatedValueVector) vector).getDataVector();
            int length = fill(node.children().get(0), items);
            int[] offsets = shape.offsets;
            checkLength(node, offsets == null ? 0 : offsets[shape.count], length);
        } else {
            List<FieldVector> fields = vector.getChildrenFromFields();
            for (int i = 0; i < fields.size(); i++) {
                int length = fill(node.children().get(i), fields.get(i));
                checkLength(node, shape.count, length);
            }
        }
        for (int i = first + 1; i < nextLeaf; i++) {
            if (!shape.sameAs(shape(node, leaves.get(i)))) {
                throw new CorruptDataException(
                        "column "
                                + column
                                + ": expected the same nulls and lengths of field "
                                + node.field().getName()
                                + " in all columns below it, found others in "
                                + leaves.get(i).leaf().field().getName());
            }
        }
        load(vector, shape);
        return shape.count;
    }

    private void checkLength(SchemaNode node, int expected, int found) throws CorruptDataException {
        if (expected != found) {
            throw new CorruptDataException(
                    "column "
                            + column
                            + ": expected "
                            + expected
                            + " values of field "
                            + node.field().getName()
                            + ", found "
                            + found);
        }
    }

    private static Shape shape(SchemaNode node, LeafData data) {
        if (data.isComplete() && data.isFlat(node)) {
            return new Shape(data.count(), 0, null, null); // a struct: lists have levels
        }
        byte[] validity = new byte[(data.count() + 7) / 8];
        int[] offsets = node.isRepeated() ? new int[data.count() + 1] : null;
        SchemaNode item = node.children().get(0);
        int slots = 0;
        int items = 0;
        int nulls = 0;
        for (int i = 0; i < data.count(); i++) {
            if (data.isSlot(node, i)) {
                if (data.def(i) >= node.def()) {
                    validity[slots >> 3] |= (byte) (1 << (slots & 7));
                } else {
                    nulls++;
                }
                slots++;
            }
            if (offsets != null) {
                if (data.isSlot(item, i)) {
                    items++;
                }
                offsets[slots] = items;
            }
        }
        return new Shape(
                slots,
                nulls,
                nulls == 0 ? null : Arrays.copyOf(validity, (slots + 7) / 8),
                offsets == null ? null : Arrays.copyOf(offsets, slots + 1));
    }

    /** Gives the vector its own buffers; its children are filled already. */
    private void load(FieldVector vector, Shape shape) {
        List<ArrowBuf> buffers = new ArrayList<>();
        try {
            buffers.add(validity(shape.validity, shape.count, allocator));
            int[] offsets = shape.offsets;
            if (offsets != null) {
                buffers.add(LeafVectors.offsets(offsets, allocator));
            }
            vector.loadFieldBuffers(new ArrowFieldNode(shape.count, shape.nulls), buffers);
        } finally {
            buffers.forEach(ArrowBuf::close);
        }
    }

    static ArrowBuf validity(byte @Nullable [] bits, int count, BufferAllocator allocator) {
        byte[] bitmap = bits;
        if (bitmap == null) {
            bitmap = new byte[(count + 7) / 8];
            Arrays.fill(bitmap, (byte) 0xff);
        }
        return LeafVectors.buffer(bitmap, bitmap.length, allocator);
    }
}
