package io.persist.codec;

import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

import java.util.Objects;

/**
 * The payload of a column: value bytes of its leaves, without validity and offsets. Thresholds are
 * stated in it; it is stored nowhere.
 */
public final class GoodBytes {
    private GoodBytes() {}

    public static long of(FieldVector vector) {
        return of(vector, 0, vector.getValueCount());
    }

    /** Of the rows from {@code from} to {@code from + count} (exclusive). */
    public static long of(FieldVector vector, int from, int count) {
        Objects.checkFromIndexSize(from, count, vector.getValueCount());
        if (count == 0 || vector instanceof NullVector) {
            return 0;
        }
        if (vector instanceof BitVector) {
            return count;
        }
        if (vector instanceof BaseFixedWidthVector fixed) {
            return (long) count * fixed.getTypeWidth();
        }
        if (vector instanceof BaseVariableWidthVector text) {
            int first = text.getOffsetBuffer().getInt(4L * from);
            return (long) text.getOffsetBuffer().getInt(4L * (from + count)) - first;
        }
        if (vector instanceof ListVector list) {
            int first = list.getOffsetBuffer().getInt(4L * from);
            int end = list.getOffsetBuffer().getInt(4L * (from + count));
            return of(list.getDataVector(), first, end - first);
        }
        if (vector instanceof StructVector struct) {
            long sum = 0;
            for (FieldVector child : struct.getChildrenFromFields()) {
                sum += of(child, from, count);
            }
            return sum;
        }
        throw new IllegalArgumentException("no payload of " + vector.getField());
    }
}
