package io.persist.part.stats;

import io.persist.codec.CorruptDataException;

import org.apache.arrow.vector.FieldVector;

/**
 * Learns about the values of one column of a part, whose rows come in pieces. What it says in the
 * end does not depend on where they were cut.
 */
interface ValueCollector {
    /**
     * Adds the values of the next rows; nothing of {@code vector} is kept.
     *
     * @param rows in which there are any
     * @throws CorruptDataException if values are not what their type says
     * @throws IllegalArgumentException if the vector is of another type than this was made for
     */
    void add(FieldVector vector, Validity rows) throws CorruptDataException;

    /**
     * Of all values; at least one piece was added.
     *
     * @throws CorruptDataException likewise
     */
    ValueStats stats() throws CorruptDataException;

    /** Of a column of which nothing is to be said. */
    final class None implements ValueCollector {
        @Override
        public void add(FieldVector vector, Validity rows) {}

        @Override
        public ValueStats stats() {
            return new ValueStats.None();
        }
    }
}
