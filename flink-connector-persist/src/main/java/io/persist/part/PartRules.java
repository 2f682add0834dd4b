package io.persist.part;

import io.persist.frontier.Description;
import io.persist.part.Updates.RowColumns;

import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/** What the updates of a part must obey, given the description stored in it. */
final class PartRules {
    /** The most that a row column may take, with four bytes a row for offsets. */
    private static final long MAX_ROW_COLUMN_BYTES = Integer.MAX_VALUE;

    private PartRules() {}

    /** The first rule that is broken, as "expected …, found …"; null if none is. */
    static @Nullable String violation(Updates updates, Description desc) {
        if (desc.upper().lessEqual(desc.lower())) {
            return "expected an interval that is not empty, found " + desc;
        }
        BigIntVector times = updates.times();
        BigIntVector diffs = updates.diffs();
        // A compaction moves times up to the since, which may be beyond the upper.
        boolean checkUpper = desc.since().lessEqual(desc.lower()) && !desc.upper().isEmpty();
        for (int i = 0; i < updates.count(); i++) {
            long time = times.get(i);
            if (!desc.lower().lessEqual(time) || (checkUpper && desc.upper().lessEqual(time))) {
                return "expected times in "
                        + desc
                        + ", found "
                        + desc.domain().toString(time)
                        + " in row "
                        + i;
            }
            if (diffs.get(i) == 0) {
                return "expected diffs other than 0, found 0 in row " + i;
            }
        }
        return null;
    }

    /**
     * @throws IllegalArgumentException if readers would refuse a part of these updates
     */
    static void checkWritable(Updates updates, PartFormat format, Description desc) {
        if (updates.count() == 0) {
            throw new IllegalArgumentException("a part without updates must not be written");
        }
        RowColumns rows = updates.rows();
        if ((rows == null && format != PartFormat.STRUCTURED)
                || (updates.structured() == null && format != PartFormat.ROW)) {
            throw new IllegalArgumentException("updates lack columns for the format " + format);
        }
        if (rows != null && format != PartFormat.STRUCTURED) {
            checkSize("k", rows.keys());
            checkSize("v", rows.vals());
        }
        String violation = violation(updates, desc);
        if (violation != null) {
            throw new IllegalArgumentException("part to be written: " + violation);
        }
    }

    private static void checkSize(String name, VarBinaryVector column) {
        int rows = column.getValueCount();
        long bytes = (long) column.getEndOffset(rows - 1) - column.getStartOffset(0);
        if (bytes + 4L * (rows + 1) > MAX_ROW_COLUMN_BYTES) {
            throw new IllegalArgumentException(
                    "column " + name + " has " + bytes + " bytes in " + rows + " rows, too many");
        }
        if (column.getNullCount() > 0) {
            throw new IllegalArgumentException("column " + name + " has nulls");
        }
    }
}
