package io.persist.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;

import io.persist.codec.proto.ProtoArrayData;
import io.persist.codec.proto.ProtoBooleanBuffer;
import io.persist.codec.proto.ProtoBuffer;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Arrow arrays inside protobuf. Written without offsets and with a validity bitmap only where there
 * are nulls, so that equal values give equal bytes.
 */
public final class ArrayDataEncoding {
    private ArrayDataEncoding() {}

    /** All rows of {@code vector}, with its data type at the top. */
    public static ProtoArrayData toProto(FieldVector vector) {
        return toProto(vector, 0, vector.getValueCount());
    }

    /** Rows {@code from} to {@code from + count} (exclusive), with the data type at the top. */
    public static ProtoArrayData toProto(FieldVector vector, int from, int count) {
        Objects.checkFromIndexSize(from, count, vector.getValueCount());
        return array(vector, from, count)
                .setDataType(DataTypeEncoding.toProto(vector.getField()))
                .build();
    }

    /** {@link #toProto(FieldVector, int, int)} as bytes. */
    public static Bytes encode(FieldVector vector, int from, int count) {
        return Bytes.takeArray(toProto(vector, from, count).toByteArray());
    }

    /**
     * A new vector of the given name, typed by the message itself. The caller closes it. Uses
     * memory in proportion to the size of the message, whatever the message claims.
     *
     * @throws CorruptDataException if the message is no valid array
     */
    public static FieldVector fromProto(
            ProtoArrayData proto, String name, BufferAllocator allocator)
            throws CorruptDataException {
        return ArrayDataLoadEncoding.load(proto, name, allocator);
    }

    /** {@link #fromProto} from bytes. */
    public static FieldVector decode(Bytes bytes, String name, BufferAllocator allocator)
            throws CorruptDataException {
        ProtoArrayData proto;
        try {
            proto = ProtoArrayData.parseFrom(UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer()));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("array '" + name + "': " + e.getMessage(), e);
        }
        return fromProto(proto, name, allocator);
    }

    private static ProtoArrayData.Builder array(FieldVector vector, int from, int count) {
        ProtoArrayData.Builder proto = ProtoArrayData.newBuilder().setLength(count);
        if (vector instanceof NullVector) {
            return proto;
        }
        setNulls(proto, vector, from, count);
        if (vector instanceof StructVector struct) {
            for (FieldVector child : struct.getChildrenFromFields()) {
                proto.addChildren(array(child, from, count));
            }
        } else if (vector instanceof ListVector list) { // maps too
            byte[] offsets = rebased(list.getOffsetBuffer(), from, count);
            int first = count == 0 ? 0 : list.getOffsetBuffer().getInt(4L * from);
            proto.addBuffers(buffer(offsets));
            proto.addChildren(array(list.getDataVector(), first, last(offsets)));
        } else if (vector instanceof BaseVariableWidthVector text) {
            byte[] offsets = rebased(text.getOffsetBuffer(), from, count);
            byte[] data = new byte[last(offsets)];
            if (data.length > 0) {
                text.getDataBuffer().getBytes(text.getOffsetBuffer().getInt(4L * from), data);
            }
            proto.addBuffers(buffer(offsets)).addBuffers(buffer(data));
        } else if (vector instanceof BitVector) {
            proto.addBuffers(buffer(bits(vector.getDataBuffer(), from, count)));
        } else if (vector instanceof BaseFixedWidthVector fixed) {
            int width = fixed.getTypeWidth();
            byte[] data = new byte[Math.multiplyExact(count, width)];
            if (data.length > 0) {
                fixed.getDataBuffer().getBytes((long) from * width, data);
            }
            proto.addBuffers(buffer(data));
        } else {
            throw new IllegalArgumentException("no encoded form of " + vector.getField());
        }
        return proto;
    }

    private static void setNulls(
            ProtoArrayData.Builder proto, FieldVector vector, int from, int count) {
        if (vector.getNullCount() == 0) {
            return;
        }
        byte[] valid = bits(vector.getValidityBuffer(), from, count);
        int validCount = 0;
        for (byte b : valid) {
            validCount += Integer.bitCount(b & 0xff);
        }
        if (validCount < count) {
            proto.setNulls(
                    ProtoBooleanBuffer.newBuilder().setBuffer(buffer(valid)).setLength(count));
        }
    }

    /** {@code count + 1} offsets, the first of them 0. */
    private static byte[] rebased(ArrowBuf offsets, int from, int count) {
        ByteBuffer out = ByteBuffer.allocate(4 * (count + 1)).order(ByteOrder.LITTLE_ENDIAN);
        if (count > 0) {
            int first = offsets.getInt(4L * from);
            for (int i = 0; i <= count; i++) {
                out.putInt(4 * i, offsets.getInt(4L * (from + i)) - first);
            }
        }
        return out.array();
    }

    private static int last(byte[] offsets) {
        return ByteBuffer.wrap(offsets)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt(offsets.length - Integer.BYTES);
    }

    /** Bits moved to the front, those beyond {@code count} cleared. */
    private static byte[] bits(ArrowBuf source, int from, int count) {
        byte[] out = new byte[(count + 7) / 8];
        for (int i = 0; i < count; i++) {
            int at = from + i;
            int bit = (source.getByte(at >> 3) >> (at & 7)) & 1;
            out[i >> 3] |= (byte) (bit << (i & 7));
        }
        return out;
    }

    private static ProtoBuffer buffer(byte[] data) {
        ByteString wrapped = UnsafeByteOperations.unsafeWrap(data);
        return ProtoBuffer.newBuilder().setData(wrapped).build();
    }
}
