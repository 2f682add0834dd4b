package io.persist.codec;

/** Reads values out of one structured column. One thread. */
public interface ColumnReader<T> {
    /**
     * The value at {@code row}, which must be below the vector's value count.
     *
     * @throws CorruptDataException if the row breaks a rule of the codec (for example both or
     *     neither of a row and an error)
     */
    T value(int row) throws CorruptDataException;
}
