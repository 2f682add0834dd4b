package io.persist.batch.columns;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.StructuredOrder;
import io.persist.codec.proto.ProtoArrayData;
import io.persist.codec.proto.ProtoDataType;
import io.persist.codec.proto.ProtoStructType;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/** Lower bounds of the keys of a part, as its metadata holds them. */
public final class KeyLowerEncoding {
    /** Longest lower bound of row bytes (mz_persist_client batch.rs, TRUNCATE_LEN). */
    private static final int MAX_ROW_BYTES = 100;

    private KeyLowerEncoding() {}

    /** Prefix of the least row bytes; empty if there are none. */
    public static Bytes ofRows(VarBinaryVector keys) {
        if (keys.getValueCount() == 0) {
            return Bytes.EMPTY;
        }
        Bytes least = Bytes.takeArray(keys.get(leastRow(keys)));
        return least.length() <= MAX_ROW_BYTES ? least : least.slice(0, MAX_ROW_BYTES);
    }

    /**
     * The least key as an encoded one-row array. A struct that does not fit loses trailing fields,
     * which only lowers it; null if it still does not fit, or there are no keys.
     */
    public static @Nullable Bytes ofColumn(
            FieldVector keys, int maxBytes, BufferAllocator allocator) {
        if (maxBytes == 0 || keys.getValueCount() == 0) {
            return null;
        }
        try (FieldVector least = Gather.rows(keys, new int[] {leastRow(keys)}, allocator)) {
            ProtoArrayData fitting = shrink(ArrayDataEncoding.toProto(least), maxBytes);
            return fitting.getSerializedSize() <= maxBytes
                    ? Bytes.takeArray(fitting.toByteArray())
                    : null;
        }
    }

    private static int leastRow(FieldVector keys) {
        StructuredOrder order = StructuredOrder.of(keys, keys);
        int least = 0;
        for (int row = 1; row < keys.getValueCount(); row++) {
            if (order.compare(row, least) < 0) {
                least = row;
            }
        }
        return least;
    }

    private static ProtoArrayData shrink(ProtoArrayData array, int maxBytes) {
        ProtoArrayData shrunk = array;
        while (shrunk.getSerializedSize() > maxBytes
                && shrunk.getDataType().hasStruct()
                && shrunk.getChildrenCount() > 1) {
            shrunk = withoutLastField(shrunk);
        }
        return shrunk;
    }

    private static ProtoArrayData withoutLastField(ProtoArrayData array) {
        int last = array.getChildrenCount() - 1;
        ProtoStructType.Builder type =
                array.getDataType().getStruct().toBuilder().removeChildren(last);
        return array.toBuilder()
                .removeChildren(last)
                .setDataType(ProtoDataType.newBuilder().setStruct(type))
                .build();
    }
}
