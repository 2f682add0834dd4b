package io.persist.batch.columns;

import io.persist.codec.Vectors;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Copies rows of a vector behind one another, into a new one or behind those of an old one. */
public final class Gather {
    private Gather() {}

    /** A new vector with row {@code rows[i]} of {@code source} at row i. The caller closes it. */
    public static FieldVector rows(FieldVector source, int[] rows, BufferAllocator allocator) {
        FieldVector target = Vectors.create(source.getField(), allocator);
        try {
            copy(source, rows, target, 0);
            return target;
        } catch (RuntimeException | Error e) {
            target.close();
            throw e;
        }
    }

    /**
     * Copies all rows of {@code source} behind those of {@code target}, which is of the same type.
     * (Arrow's VectorAppender cannot grow a struct that has a child of type null.)
     */
    static void append(FieldVector target, FieldVector source) {
        int[] rows = new int[source.getValueCount()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        copy(source, rows, target, target.getValueCount());
    }

    /** Copies row {@code rows[i]} of {@code source} to row {@code at + i} of {@code target}. */
    private static void copy(FieldVector source, int[] rows, FieldVector target, int at) {
        if (source instanceof StructVector struct) {
            copyStruct(struct, rows, (StructVector) target, at);
        } else if (source instanceof ListVector list) {
            copyList(list, rows, (ListVector) target, at);
        } else if (!(source instanceof NullVector)) {
            if (at == 0) {
                allocate(source, rows, target);
            }
            for (int i = 0; i < rows.length; i++) {
                target.copyFromSafe(rows[i], at + i, source);
            }
        }
        target.setValueCount(at + rows.length);
    }

    private static void copyStruct(StructVector source, int[] rows, StructVector target, int at) {
        for (int child = 0; child < source.size(); child++) {
            copy(
                    (FieldVector) source.getChildByOrdinal(child),
                    rows,
                    (FieldVector) target.getChildByOrdinal(child),
                    at);
        }
        for (int i = 0; i < rows.length; i++) {
            setDefined(target, at + i, !source.isNull(rows[i]));
        }
    }

    /** (Arrow's own copies of lists know neither fixed-size bytes nor names of elements.) */
    private static void copyList(ListVector source, int[] rows, ListVector target, int at) {
        int total = 0;
        for (int row : rows) {
            total += length(source, row);
        }
        int[] elements = new int[total];
        int next = 0;
        int behind = at == 0 ? 0 : target.getElementEndIndex(at - 1);
        for (int i = 0; i < rows.length; i++) {
            int count = length(source, rows[i]);
            for (int j = 0; j < count; j++) {
                elements[next++] = source.getElementStartIndex(rows[i]) + j;
            }
            target.startNewValue(at + i);
            target.endValue(at + i, count);
            if (source.isNull(rows[i])) {
                target.setNull(at + i);
            }
        }
        copy(source.getDataVector(), elements, target.getDataVector(), behind);
    }

    private static int length(ListVector list, int row) {
        return list.isNull(row) ? 0 : list.getElementEndIndex(row) - list.getElementStartIndex(row);
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
