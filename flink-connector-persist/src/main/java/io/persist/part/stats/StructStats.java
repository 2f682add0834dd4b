package io.persist.part.stats;

import io.persist.codec.Bytes;

import java.util.Collections;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Statistics of columns side by side: of all keys of a part, or of a struct among their columns.
 *
 * @param len rows of the part; those where a struct is null count, too
 * @param columns by name, in the order of the names' bytes. Nothing is known of a column that is
 *     missing
 */
public record StructStats(long len, SortedMap<String, ColumnStats> columns) implements ValueStats {
    private static final Comparator<String> NAMES =
            Comparator.comparing((String name) -> Bytes.utf8(name));

    public StructStats {
        SortedMap<String, ColumnStats> copy = emptyColumns();
        copy.putAll(columns);
        columns = Collections.unmodifiableSortedMap(copy);
    }

    /** A map to be filled, in the right order. */
    static SortedMap<String, ColumnStats> emptyColumns() {
        return new TreeMap<>(NAMES);
    }

    @Override
    public StructStats shortened() {
        SortedMap<String, ColumnStats> shorter = emptyColumns();
        columns.forEach((name, column) -> shorter.put(name, column.shortened()));
        return new StructStats(len, shorter);
    }
}
