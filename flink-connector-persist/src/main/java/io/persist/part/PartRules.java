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
        return violation(updates, desc, 0);
    }

    /**
     * The same of updates of which others are the first ones.
     *
     * @param before how many
     */
    static @Nullable String violation(Updates updates, Description desc, long before) {
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
                        + (before + i);
            }
            if (diffs.get(i) == 0) {
                return "expected diffs other than 0, found 0 in row " + (before + i);
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
        checkWritable(updates, format, desc, 0);
        checkSize(format, updates.count(), rowBytes(updates));
    }

    /**
     * The same of a piece of a part, its size apart.
     *
     * @param before how many updates there are in earlier pieces
     */
    static void checkWritable(Updates updates, PartFormat format, Description desc, long before) {
        RowColumns rows = updates.rows();
        if ((rows == null && format != PartFormat.STRUCTURED)
                || (updates.structured() == null && format != PartFormat.ROW)) {
            throw new IllegalArgumentException("updates lack columns for the format " + format);
        }
        if (rows != null && format != PartFormat.STRUCTURED) {
            checkNoNulls("k", rows.keys());
            checkNoNulls("v", rows.vals());
        }
        String violation = violation(updates, desc, before);
        if (violation != null) {
            throw new IllegalArgumentException("part to be written: " + violation);
        }
    }

    private static void checkNoNulls(String name, VarBinaryVector column) {
        if (column.getNullCount() > 0) {
            throw new IllegalArgumentException("column " + name + " has nulls");
        }
    }

    /** Bytes of keys and of values in the row form. */
    record RowBytes(long keys, long vals) {
        static final RowBytes NONE = new RowBytes(0, 0);

        RowBytes plus(RowBytes more) {
            return new RowBytes(keys + more.keys, vals + more.vals);
        }
    }

    static RowBytes rowBytes(Updates updates) {
        RowColumns rows = updates.rows();
        return rows == null ? RowBytes.NONE : new RowBytes(bytes(rows.keys()), bytes(rows.vals()));
    }

    private static long bytes(VarBinaryVector column) {
        int rows = column.getValueCount();
        return rows == 0 ? 0 : (long) column.getEndOffset(rows - 1) - column.getStartOffset(0);
    }

    /**
     * @throws IllegalArgumentException if readers would refuse a part of that size
     */
    static void checkSize(PartFormat format, long count, RowBytes bytes) {
        if (format != PartFormat.STRUCTURED) {
            checkSize("k", count, bytes.keys());
            checkSize("v", count, bytes.vals());
        }
    }

    private static void checkSize(String name, long rows, long bytes) {
        if (bytes + 4 * (rows + 1) > MAX_ROW_COLUMN_BYTES) {
            throw new IllegalArgumentException(
                    "column " + name + " has " + bytes + " bytes in " + rows + " rows, too many");
        }
    }
}
