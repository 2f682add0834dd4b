package io.persist.batch.merge;

import io.persist.batch.RunOrder;
import io.persist.batch.columns.PartColumns;
import io.persist.part.PartFormat;

/**
 * Which columns a merge works with: those that come out, and those that it sorts by.
 *
 * @param sort what decides the order
 */
record PartForm(boolean rows, boolean structured, PartColumns.Sort sort) {
    static PartForm of(PartFormat format, RunOrder order) {
        boolean codec = order == RunOrder.CODEC;
        return new PartForm(
                codec || format != PartFormat.STRUCTURED,
                !codec || format != PartFormat.ROW,
                codec ? PartColumns.Sort.ROWS : PartColumns.Sort.COLUMNS);
    }
}
