package io.persist.batch.columns;

import io.persist.part.Updates;

import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedWidthVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Payload of updates: what is left of them without offsets, validity and padding. Decides whether a
 * part is inline; never stored. Costs time by the number of columns, not of rows.
 */
public final class GoodBytes {
    private static final int TIME_AND_DIFF = 16;

    private GoodBytes() {}

    /** Payload of the row form if there is one, else of the columns. */
    public static long of(Updates updates) {
        Updates.RowColumns rows = updates.rows();
        Updates.StructuredColumns columns = updates.structured();
        long payload = (long) TIME_AND_DIFF * updates.count();
        if (rows != null) {
            return payload + of(rows.keys()) + of(rows.vals());
        }
        return columns == null ? payload : payload + of(columns.keys()) + of(columns.vals());
    }

    private static long of(FieldVector vector) {
        int count = vector.getValueCount();
        if (count == 0 || vector instanceof NullVector) {
            return 0;
        }
        if (vector instanceof BitVector) {
            return count;
        }
        if (vector instanceof BaseVariableWidthVector bytes) {
            return Integer.toUnsignedLong(bytes.getOffsetBuffer().getInt(4L * count));
        }
        if (vector instanceof FixedWidthVector fixed) {
            return (long) fixed.getTypeWidth() * count;
        }
        long sum = 0;
        if (vector instanceof StructVector || vector instanceof ListVector) {
            for (FieldVector child : vector.getChildrenFromFields()) {
                sum += of(child);
            }
        }
        return sum;
    }
}
