package io.persist.batch.columns;

import io.persist.codec.Vectors;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.StructVector;

/** Copies rows of a vector behind one another, into a new one or behind those of an old one. */
public final class Gather {
    private Gather() {}

    /** A new vector with row {@code rows[i]} of {@code source} at row i. The caller closes it. */
    public static FieldVector rows(FieldVector source, int[] rows, BufferAllocator allocator) {
        FieldVector target = Vectors.create(source.getField(), allocator);
        try {
            copy(source, rows, target);
            return target;
        } catch (RuntimeException | Error e) {
            target.close();
            throw e;
        }
    }

    private static void copy(FieldVector source, int[] rows, FieldVector target) {
        if (source instanceof NullVector) {
            target.setValueCount(rows.length);
        } else if (source instanceof StructVector struct) {
            copyStruct(struct, rows, (StructVector) target);
        } else {
            allocate(source, rows, target);
            for (int i = 0; i < rows.length; i++) {
                target.copyFromSafe(rows[i], i, source);
            }
            target.setValueCount(rows.length);
        }
    }

    /**
     * Copies all rows of {@code source} behind those of {@code target}, which is of the same type.
     * (Arrow's VectorAppender cannot grow a struct that has a child of type null.)
     */
    static void append(FieldVector target, FieldVector source) {
        int at = target.getValueCount();
        int count = source.getValueCount();
        if (source instanceof StructVector struct) {
            StructVector targetStruct = (StructVector) target;
            for (int child = 0; child < struct.size(); child++) {
                append(
                        (FieldVector) targetStruct.getChildByOrdinal(child),
                        (FieldVector) struct.getChildByOrdinal(child));
            }
            for (int row = 0; row < count; row++) {
                setDefined(targetStruct, at + row, !struct.isNull(row));
            }
        } else if (!(source instanceof NullVector)) {
            for (int row = 0; row < count; row++) {
                target.copyFromSafe(row, at + row, source);
            }
        }
        target.setValueCount(at + count);
    }

    private static void copyStruct(StructVector source, int[] rows, StructVector target) {
        for (int child = 0; child < source.size(); child++) {
            copy(
                    (FieldVector) source.getChildByOrdinal(child),
                    rows,
                    (FieldVector) target.getChildByOrdinal(child));
        }
        for (int i = 0; i < rows.length; i++) {
            setDefined(target, i, !source.isNull(rows[i]));
        }
        target.setValueCount(rows.length);
    }

    private static void setDefined(StructVector vector, int row, boolean defined) {
        if (defined) {
            vector.setIndexDefined(row);
        } else {
            vector.setNull(row);
        }
    }

    private static void allocate(FieldVector source, int[] rows, FieldVector target) {
        if (source instanceof BaseVariableWidthVector bytes) {
            ArrowBuf offsets = bytes.getOffsetBuffer();
            long total = 0;
            for (int row : rows) {
                total += offsets.getInt(4L * row + 4) - offsets.getInt(4L * row);
            }
            ((BaseVariableWidthVector) target).allocateNew(total, rows.length);
        } else {
            target.setInitialCapacity(rows.length);
            target.allocateNew();
        }
    }
}
