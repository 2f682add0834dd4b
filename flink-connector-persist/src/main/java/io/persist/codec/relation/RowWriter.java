package io.persist.codec.relation;

/** Writes rows into the columns it was made with. One thread. */
public interface RowWriter<R> {
    /**
     * Sets every column at {@code row} exactly once.
     *
     * @return the sum of what the columns returned
     * @throws IllegalArgumentException if a value does not fit its column; the row may then be
     *     written again
     */
    int write(int row, R value);
}
