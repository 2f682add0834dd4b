package io.persist.part;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.StructuredOrder;
import io.persist.codec.proto.ProtoArrayData;
import io.persist.codec.proto.ProtoDataType;
import io.persist.codec.proto.ProtoField;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/**
 * Lower bounds of the keys of a part, as its metadata holds them. Merges stop before the bounds of
 * parts that are not loaded yet, so a bound may be too low, never too high.
 */
public final class KeyLowerEncoding {
    private KeyLowerEncoding() {}

    /** Prefix of the least row bytes; empty if there are none. */
    public static Bytes ofRows(VarBinaryVector keys) {
        if (keys.getValueCount() == 0) {
            return Bytes.EMPTY;
        }
        StructuredOrder order = StructuredOrder.of(keys, keys);
        Bytes least = Bytes.takeArray(keys.get(leastRow(keys, order)));
        return Truncation.bytesLower(least, Truncation.MAX_BYTES);
    }

    /**
     * The least key as an encoded one-row array. A struct that does not fit loses trailing fields,
     * which only lowers it; null if it still does not fit, or there are no keys.
     */
    public static @Nullable Bytes ofColumn(FieldVector keys, int maxBytes) {
        if (maxBytes == 0 || keys.getValueCount() == 0) {
            return null;
        }
        return ofRow(keys, leastRow(keys, StructuredOrder.of(keys, keys)), maxBytes);
    }

    /** The same of keys in structured order, of which the first is the least. */
    public static @Nullable Bytes ofSortedColumn(FieldVector keys, int maxBytes) {
        return maxBytes == 0 || keys.getValueCount() == 0 ? null : ofRow(keys, 0, maxBytes);
    }

    private static @Nullable Bytes ofRow(FieldVector keys, int least, int maxBytes) {
        ProtoArrayData whole = ArrayDataEncoding.toProto(keys, least, 1);
        Bound bound = new Bound(whole.getDataType(), whole.toBuilder().clearDataType().build());
        ProtoArrayData fitting =
                whole.getSerializedSize() <= maxBytes ? whole : bound.shrunkTo(maxBytes).message();
        return fitting.getSerializedSize() <= maxBytes
                ? Bytes.takeArray(fitting.toByteArray())
                : null;
    }

    static int leastRow(FieldVector keys, StructuredOrder order) {
        int least = 0;
        for (int row = 1; row < keys.getValueCount(); row++) {
            if (order.compare(row, least) < 0) {
                least = row;
            }
        }
        return least;
    }

    /** A type, and an array of it that does not say so. */
    private record Bound(ProtoDataType type, ProtoArrayData array) {
        ProtoArrayData message() {
            return array.toBuilder().setDataType(type).build();
        }

        int size() {
            return type.getSerializedSize() + array.getSerializedSize();
        }

        /**
         * Without as many trailing fields as it takes, the first of these shrunk instead if that is
         * enough. Too large still if it is no struct. Sums up like the original, which does not see
         * the few bytes around each field, so that bounds come out equal (mz_persist_types
         * arrow.rs): the result may be too large by these, or smaller than it had to be.
         */
        Bound shrunkTo(int maxBytes) {
            Bound shrunk = this;
            int total = size();
            while (total > maxBytes && shrunk.type.getStruct().getChildrenCount() > 0) {
                int last = shrunk.type.getStruct().getChildrenCount() - 1;
                ProtoField field = shrunk.type.getStruct().getChildren(last);
                ProtoArrayData child = shrunk.array.getChildren(last);
                shrunk = shrunk.withoutField(last);
                total -= field.getSerializedSize() + child.getSerializedSize();
                if (total <= maxBytes) {
                    return shrunk.withPartOf(field, child, maxBytes - total);
                }
            }
            return shrunk;
        }

        private Bound withPartOf(ProtoField field, ProtoArrayData child, int maxBytes) {
            Bound part = new Bound(field.getDataType(), child).shrunkTo(maxBytes);
            ProtoField smaller = field.toBuilder().setDataType(part.type).build();
            boolean fits = smaller.getSerializedSize() + part.array.getSerializedSize() <= maxBytes;
            return fits ? withField(smaller, part.array) : this;
        }

        private Bound withoutField(int index) {
            return new Bound(
                    type.toBuilder()
                            .setStruct(type.getStruct().toBuilder().removeChildren(index))
                            .build(),
                    array.toBuilder().removeChildren(index).build());
        }

        private Bound withField(ProtoField field, ProtoArrayData child) {
            return new Bound(
                    type.toBuilder()
                            .setStruct(type.getStruct().toBuilder().addChildren(field))
                            .build(),
                    array.toBuilder().addChildren(child).build());
        }
    }
}
