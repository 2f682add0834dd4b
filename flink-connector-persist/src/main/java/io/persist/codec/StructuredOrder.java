package io.persist.codec;

import org.apache.arrow.vector.FieldVector;

/** The order of structured runs over Arrow values, nulls last. (Skeleton: owner fills it in.) */
public interface StructuredOrder {
    /** Compares row {@code left} of the first vector with row {@code right} of the second. */
    int compare(int left, int right);

    /** A comparator of rows of two vectors of equal type (they may be the same vector). */
    static StructuredOrder of(FieldVector left, FieldVector right) {
        throw new AssertionError("skeleton");
    }
}
