package io.persist.codec;

/** Writes values into one structured column, growing its buffers as needed. One thread. */
public interface ColumnAppender<T> {
    /**
     * Stores {@code value} at {@code row}. Rows are written in ascending order without gaps, from
     * 0. After the last row the owner of the vector calls {@link #finish}.
     *
     * @return payload bytes added: widths of fixed-width leaves, data lengths of variable-width
     *     ones; no offsets, no validity
     * @throws IllegalArgumentException if the value does not fit the schema; the row must then be
     *     written again
     */
    int append(int row, T value);

    /** Sets the value counts of the vector and everything below it to {@code rowCount}. */
    void finish(int rowCount);
}
