package io.persist.part;

import io.persist.frontier.Description;

import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/** What the updates of a part must obey, given the description stored in it. */
final class PartRules {
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
                        + Long.toUnsignedString(time)
                        + " in row "
                        + i;
            }
            if (diffs.get(i) == 0) {
                return "expected diffs other than 0, found 0 in row " + i;
            }
        }
        return null;
    }

    /** The most that a row column may take, with four bytes a row for offsets. */
    private static final long MAX_ROW_COLUMN_BYTES = Integer.MAX_VALUE;

    /**
     * The column itself.
     *
     * @throws IllegalArgumentException if readers would refuse it for its size
     */
    static VarBinaryVector checkSize(String name, VarBinaryVector column) {
        int rows = column.getValueCount();
        long bytes = rows == 0 ? 0 : column.getEndOffset(rows - 1) - column.getStartOffset(0);
        if (bytes + 4L * (rows + 1) > MAX_ROW_COLUMN_BYTES) {
            throw new IllegalArgumentException(
                    "column " + name + " has " + bytes + " bytes in " + rows + " rows, too many");
        }
        return column;
    }
}
