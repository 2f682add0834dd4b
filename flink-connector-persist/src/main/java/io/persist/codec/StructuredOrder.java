package io.persist.codec;

import org.apache.arrow.vector.FieldVector;

/**
 * The order of structured runs: by value, nulls last at every level, and equal to each other.
 * Strings and bytes compare as unsigned bytes, a prefix first; floats in IEEE total order; structs
 * field by field; lists element by element, a prefix first. Not thread safe; allocates nothing per
 * comparison.
 */
public interface StructuredOrder {
    /** Compares row {@code left} of the first vector with row {@code right} of the second. */
    int compare(int left, int right);

    /**
     * A comparator of rows of two vectors of equal type (they may be the same vector). Where one
     * struct has the fields of the other and more, it is greater if the others are equal.
     *
     * @throws IllegalArgumentException if the types differ in any other way, or have no order
     */
    static StructuredOrder of(FieldVector left, FieldVector right) {
        return StructuredOrders.of(left, right);
    }
}
