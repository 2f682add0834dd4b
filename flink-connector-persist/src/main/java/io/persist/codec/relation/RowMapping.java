package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * How rows of type {@code R} lie in columns. Used by many threads, so it must not change; the
 * writers and readers it makes are used by one thread each, and should do the work that depends on
 * types when they are made, not per row.
 */
public interface RowMapping<R> {
    /**
     * @param columns one per column of the description, in its order
     */
    RowWriter<R> writer(List<ColumnSink> columns);

    /**
     * @param columns one per column of the description, in its order
     */
    RowReader<R> reader(List<ColumnSource> columns);

    /**
     * The value that stands for an error in the place of a row.
     *
     * @param dataflowError encoded
     * @throws CorruptDataException if errors are not accepted here
     */
    R error(Bytes dataflowError) throws CorruptDataException;

    /** The encoded error that {@code value} stands for; null if it is a row. */
    default @Nullable Bytes errorOf(R value) {
        return null;
    }
}
