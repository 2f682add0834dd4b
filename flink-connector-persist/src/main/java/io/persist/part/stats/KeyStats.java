package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.codec.StatsKind;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.SortedMap;

/**
 * Measures the keys of a part, which may come in pieces. Looks once at every value of every column
 * that has bounds, and allocates by the number of columns, not of rows (JSON aside). One thread at
 * a time.
 */
public final class KeyStats {
    private final StructCollector collector;

    public KeyStats(StatsKind.Struct kind) {
        this.collector = new StructCollector(kind);
    }

    /**
     * Adds the next keys; nothing of them is kept.
     *
     * @param keys the structured keys
     * @throws IllegalArgumentException if the vector is of another type than the kind is made for
     */
    public void add(FieldVector keys) {
        Validity all = Validity.all(keys.getValueCount());
        if (keys instanceof StructVector struct) {
            collector.addColumns(struct.getChildrenFromFields(), Validity.of(keys, all));
        } else {
            collector.addColumns(List.of(keys).subList(0, Math.min(1, collector.size())), all);
        }
    }

    /** Of all keys up to now, wherever they were cut. */
    public StructStats stats() {
        return collector.stats();
    }

    /**
     * @param keys the structured keys
     * @throws IllegalArgumentException if the vector is of another type than the kind is made for
     */
    public static StructStats of(StatsKind.Struct kind, FieldVector keys) {
        KeyStats stats = new KeyStats(kind);
        stats.add(keys);
        return stats.stats();
    }

    /** Of so many keys without columns at hand; null if these would have to be looked at. */
    public static @Nullable StructStats ofCount(StatsKind.Struct kind, long count) {
        SortedMap<String, ColumnStats> columns = StructStats.emptyColumns();
        for (StatsKind.Column column : kind.columns()) {
            if (column.nullable() || column.kind() != StatsKind.Leaf.NONE) {
                return null; // some would read the absence of one column as that of its values
            }
            columns.put(column.name(), new ColumnStats(null, new ValueStats.None()));
        }
        return new StructStats(count, columns);
    }

    /** Seals what was measured into metadata. */
    public static TrimmedStats trim(StructStats stats, StatsSettings settings) {
        StructStats trimmed = Trimming.trim(stats, settings);
        Bytes encoded = StatsEncoding.encode(trimmed);
        return new TrimmedStats(encoded, StatsEncoding.size(stats) - encoded.length());
    }

    static <T> T typed(Class<T> type, FieldVector vector) {
        if (!type.isInstance(vector)) {
            throw new IllegalArgumentException(
                    "expected a " + type.getSimpleName() + ", found " + vector.getField());
        }
        return type.cast(vector);
    }
}
