package io.persist.codec.relation;

import io.persist.codec.CorruptDataException;

/** Reads rows out of the columns it was made with. One thread. */
public interface RowReader<R> {
    R read(int row) throws CorruptDataException;
}
