package io.persist.codec;

import com.google.protobuf.ByteString;

import io.persist.codec.proto.ProtoArrayData;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The reading half of {@link ArrayDataEncoding}: checks one message and copies it to vectors. */
final class ArrayDataLoadEncoding {
    /**
     * Bytes that may be allocated per byte of the message. Rows cost at least a bit of data in the
     * message and, for each struct around them, a bit of validity that the message may leave out.
     */
    private static final int EXPANSION = 16;

    private static final int SMALL = 4096;

    private final BufferAllocator allocator;
    private final long budget;
    private long allocated;

    private ArrayDataLoadEncoding(BufferAllocator allocator, long budget) {
        this.allocator = allocator;
        this.budget = budget;
    }

    static FieldVector load(ProtoArrayData proto, String name, BufferAllocator allocator)
            throws CorruptDataException {
        if (!proto.hasDataType()) {
            throw new CorruptDataException("array '" + name + "': no data type");
        }
        Field field;
        try {
            field = DataTypeEncoding.fromProto(proto.getDataType(), name, proto.hasNulls());
        } catch (CorruptDataException e) {
            throw e.in("array '" + name + "'");
        }
        long budget = SMALL + (long) EXPANSION * proto.getSerializedSize();
        FieldVector vector = Vectors.create(field, allocator);
        boolean done = false;
        try {
            Slice slice = new Slice(proto, field, name, 0, proto.getLength());
            new ArrayDataLoadEncoding(allocator, budget).fill(vector, slice);
            done = true;
            return vector;
        } finally {
            if (!done) {
                vector.close();
            }
        }
    }

    /**
     * Rows of a message.
     *
     * @param path names the array in messages
     * @param from first row, not counting the message's own offset
     */
    private record Slice(ProtoArrayData proto, Field field, String path, long from, long count) {
        CorruptDataException corrupt(String what) {
            return new CorruptDataException("array '" + path + "': " + what);
        }

        /** Position of the first row in the value buffers. */
        long start() {
            return proto.getOffset() + from;
        }

        Slice child(int index, long first, long rows) {
            Field child = field.getChildren().get(index);
            String childPath = path + "." + child.getName();
            return new Slice(proto.getChildren(index), child, childPath, first, rows);
        }

        void check() throws CorruptDataException {
            long length = proto.getLength();
            long offset = proto.getOffset();
            if (length < 0 || length > Integer.MAX_VALUE - 1) {
                throw corrupt("length " + Long.toUnsignedString(length));
            }
            if (offset < 0 || offset > Integer.MAX_VALUE - 1 - length) {
                throw corrupt("offset " + Long.toUnsignedString(offset) + ", length " + length);
            }
            if (length < from + count) {
                throw corrupt(length + " rows, expected at least " + (from + count));
            }
            if (proto.hasDataType()
                    && !proto.getDataType().equals(DataTypeEncoding.toProto(field))) {
                throw corrupt("own data type contradicts " + field);
            }
            if (proto.hasNulls()) {
                checkNulls();
            }
        }

        private void checkNulls() throws CorruptDataException {
            long length = proto.getLength();
            long bytes = proto.getNulls().getBuffer().getData().size();
            if (field.getType() instanceof ArrowType.Null) {
                throw corrupt("validity of a Null array");
            }
            if (!proto.getNulls().hasBuffer()
                    || proto.getNulls().getLength() != length
                    || bytes < (length + 7) / 8) {
                throw corrupt(
                        "validity of "
                                + Long.toUnsignedString(proto.getNulls().getLength())
                                + " bits in "
                                + bytes
                                + " bytes, expected "
                                + length);
            }
        }

        void expect(int buffers, int children) throws CorruptDataException {
            if (proto.getBuffersCount() != buffers || proto.getChildrenCount() != children) {
                throw corrupt(
                        proto.getBuffersCount()
                                + " buffers and "
                                + proto.getChildrenCount()
                                + " children, expected "
                                + buffers
                                + " and "
                                + children);
            }
        }

        ByteString buffer(int index, long minBytes) throws CorruptDataException {
            ByteString data = proto.getBuffers(index).getData();
            if (data.size() < minBytes) {
                throw corrupt(
                        "buffer " + index + " of " + data.size() + " bytes, expected " + minBytes);
            }
            return data;
        }
    }

    private void fill(FieldVector vector, Slice slice) throws CorruptDataException {
        slice.check();
        ArrowType type = slice.field().getType();
        if (type instanceof ArrowType.Null) {
            slice.expect(0, 0);
            vector.setValueCount((int) slice.count());
            return;
        }
        List<ArrowBuf> buffers = new ArrayList<>();
        try {
            buffers.add(validity(slice));
            if (type instanceof ArrowType.Struct) {
                slice.expect(0, slice.field().getChildren().size());
                setBuffers(vector, slice, buffers);
                fillFields(vector, slice);
            } else if (vector instanceof ListVector list) {
                slice.expect(1, 1);
                int[] offsets = offsets(slice, Integer.MAX_VALUE);
                buffers.add(rebased(offsets));
                setBuffers(vector, slice, buffers);
                int first = offsets[0];
                Slice elements = slice.child(0, first, offsets[offsets.length - 1] - first);
                fill(list.getDataVector(), elements);
                requireValid(list.getDataVector(), elements, null);
            } else if (type instanceof ArrowType.Utf8 || type instanceof ArrowType.Binary) {
                slice.expect(2, 0);
                addVariableWidth(slice, buffers);
                setBuffers(vector, slice, buffers);
            } else {
                slice.expect(1, 0);
                buffers.add(type instanceof ArrowType.Bool ? bits(slice) : fixedWidth(slice, type));
                setBuffers(vector, slice, buffers);
            }
        } finally {
            buffers.forEach(ArrowBuf::close);
        }
    }

    private static void setBuffers(FieldVector vector, Slice slice, List<ArrowBuf> buffers) {
        long nulls = 0;
        if (slice.proto().hasNulls()) {
            for (long i = 0; i < slice.count(); i++) {
                nulls += 1 - bit(buffers.get(0), i);
            }
        }
        vector.loadFieldBuffers(new ArrowFieldNode(slice.count(), nulls), buffers);
    }

    private static int bit(ArrowBuf bits, long index) {
        return (bits.getByte(index >> 3) >> (index & 7)) & 1;
    }

    private void fillFields(FieldVector struct, Slice slice) throws CorruptDataException {
        List<FieldVector> children = struct.getChildrenFromFields();
        for (int i = 0; i < children.size(); i++) {
            Slice child = slice.child(i, slice.start(), slice.count());
            fill(children.get(i), child);
            requireValid(children.get(i), child, struct);
        }
    }

    /** A column that must not be null may be so only where the struct around it is. */
    private static void requireValid(FieldVector vector, Slice slice, @Nullable FieldVector parent)
            throws CorruptDataException {
        if (slice.field().isNullable() || vector instanceof NullVector) {
            return;
        }
        if (vector.getNullCount() == 0) {
            return;
        }
        for (int i = 0; i < vector.getValueCount(); i++) {
            if (vector.isNull(i) && (parent == null || !parent.isNull(i))) {
                throw slice.corrupt("null at row " + i + ", where none may be");
            }
        }
    }

    private ArrowBuf allocate(Slice slice, long bytes) throws CorruptDataException {
        allocated += bytes;
        if (allocated > budget) {
            throw slice.corrupt("claims " + slice.count() + " rows in a message far too small");
        }
        return allocator.buffer(bytes);
    }

    private ArrowBuf copy(Slice slice, ByteString data, long from, long count)
            throws CorruptDataException {
        ArrowBuf target = allocate(slice, count);
        byte[] bytes = data.substring((int) from, (int) (from + count)).toByteArray();
        target.setBytes(0, bytes);
        return target;
    }

    private ArrowBuf validity(Slice slice) throws CorruptDataException {
        if (slice.proto().hasNulls()) {
            ByteString bits = slice.proto().getNulls().getBuffer().getData();
            return bits(slice, bits, slice.from());
        }
        long bytes = (slice.count() + 7) / 8;
        ArrowBuf target = allocate(slice, bytes);
        target.setOne(0, bytes);
        if (slice.count() % 8 != 0) {
            target.setByte(bytes - 1, (1 << (slice.count() % 8)) - 1);
        }
        return target;
    }

    private ArrowBuf bits(Slice slice) throws CorruptDataException {
        long bytes = (slice.start() + slice.count() + 7) / 8;
        return bits(slice, slice.buffer(0, bytes), slice.start());
    }

    /** The slice's bits beginning with bit {@code from}, moved to the front, the rest cleared. */
    private ArrowBuf bits(Slice slice, ByteString source, long from) throws CorruptDataException {
        long bytes = (slice.count() + 7) / 8;
        ArrowBuf target = allocate(slice, bytes);
        target.setZero(0, bytes);
        for (long i = 0; i < slice.count(); i++) {
            long at = from + i;
            int bit = (source.byteAt((int) (at >> 3)) >> (at & 7)) & 1;
            target.setByte(i >> 3, target.getByte(i >> 3) | (bit << (i & 7)));
        }
        return target;
    }

    private ArrowBuf fixedWidth(Slice slice, ArrowType type) throws CorruptDataException {
        long width = width(type);
        ByteString data = slice.buffer(0, (slice.start() + slice.count()) * width);
        return copy(slice, data, slice.start() * width, slice.count() * width);
    }

    private static long width(ArrowType type) {
        if (type instanceof ArrowType.Int integer) {
            return integer.getBitWidth() / 8;
        }
        if (type instanceof ArrowType.FixedSizeBinary fixed) {
            return fixed.getByteWidth();
        }
        if (type instanceof ArrowType.FloatingPoint floating) {
            return switch (floating.getPrecision()) {
                case HALF -> 2;
                case SINGLE -> 4;
                case DOUBLE -> 8;
            };
        }
        throw new AssertionError(type);
    }

    /** The slice's {@code count + 1} offsets: ascending, from at least 0 to at most {@code max}. */
    private static int[] offsets(Slice slice, int max) throws CorruptDataException {
        ByteString buffer = slice.proto().getBuffers(0).getData();
        if (slice.count() == 0 && buffer.isEmpty()) {
            return new int[1];
        }
        slice.buffer(0, 4 * (slice.start() + slice.count() + 1));
        ByteBuffer source = buffer.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int[] offsets = new int[(int) slice.count() + 1];
        int previous = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = source.getInt((int) (4 * (slice.start() + i)));
            if (offsets[i] < previous) {
                throw slice.corrupt("offset " + offsets[i] + " of row " + i + " after " + previous);
            }
            previous = offsets[i];
        }
        if (previous > max) {
            throw slice.corrupt("offsets up to " + previous + " into " + max + " bytes");
        }
        return offsets;
    }

    private ArrowBuf rebased(int[] offsets) {
        ArrowBuf target = allocator.buffer(4L * offsets.length);
        for (int i = 0; i < offsets.length; i++) {
            target.setInt(4L * i, offsets[i] - offsets[0]);
        }
        return target;
    }

    private void addVariableWidth(Slice slice, List<ArrowBuf> buffers) throws CorruptDataException {
        ByteString data = slice.proto().getBuffers(1).getData();
        int[] offsets = offsets(slice, data.size());
        int first = offsets[0];
        int bytes = offsets[offsets.length - 1] - first;
        if (slice.field().getType() instanceof ArrowType.Utf8) {
            byte[] text = data.substring(first, first + bytes).toByteArray();
            for (int i = 0; i + 1 < offsets.length; i++) {
                if (!Utf8.isValid(text, offsets[i] - first, offsets[i + 1] - offsets[i])) {
                    throw slice.corrupt("row " + i + " is not UTF-8");
                }
            }
        }
        buffers.add(rebased(offsets));
        buffers.add(copy(slice, data, first, bytes));
    }
}
