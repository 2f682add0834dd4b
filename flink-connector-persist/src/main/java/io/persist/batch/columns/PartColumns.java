package io.persist.batch.columns;

import io.persist.part.Updates;

import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of updates in the forms that a reader asked for, always the same ones for one
 * reader. Owns the vectors.
 *
 * @param sort which of them decide the order
 */
public record PartColumns(
        Updates.@Nullable RowColumns rows,
        Updates.@Nullable StructuredColumns structured,
        Sort sort)
        implements AutoCloseable {

    /** What updates are sorted by. */
    public enum Sort {
        /** Row bytes of the key, then of the value. */
        ROWS,
        /** Structured key, then value. */
        COLUMNS
    }

    /** The keys that decide the order. */
    FieldVector keys() {
        return sort == Sort.ROWS ? requireRows().keys() : requireStructured().keys();
    }

    /** The values that decide the order. */
    FieldVector vals() {
        return sort == Sort.ROWS ? requireRows().vals() : requireStructured().vals();
    }

    private Updates.RowColumns requireRows() {
        if (rows == null) {
            throw new IllegalStateException("no row bytes");
        }
        return rows;
    }

    private Updates.StructuredColumns requireStructured() {
        if (structured == null) {
            throw new IllegalStateException("no structured columns");
        }
        return structured;
    }

    /** All vectors: keys and values as rows, then structured. */
    List<FieldVector> vectors() {
        List<FieldVector> vectors = new ArrayList<>();
        if (rows != null) {
            vectors.add(rows.keys());
            vectors.add(rows.vals());
        }
        if (structured != null) {
            vectors.add(structured.keys());
            vectors.add(structured.vals());
        }
        return vectors;
    }

    /** Off-heap bytes. */
    long bytes() {
        long bytes = 0;
        for (FieldVector vector : vectors()) {
            bytes += vector.getBufferSize();
        }
        return bytes;
    }

    @Override
    public void close() {
        vectors().forEach(FieldVector::close);
    }
}
