package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StatsKind;

import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * Measures the keys of a part. Looks once at every value of every column that has bounds, and
 * allocates by the number of columns, not of rows (JSON aside).
 */
public final class KeyStats {
    private KeyStats() {}

    /**
     * @param keys the structured keys
     * @throws IllegalArgumentException if the vector is of another type than the kind is made for
     */
    public static StructStats of(StatsKind.Struct kind, FieldVector keys) {
        List<FieldVector> columns =
                keys instanceof StructVector struct
                        ? struct.getChildrenFromFields()
                        : List.of(keys).subList(0, Math.min(1, kind.columns().size()));
        int rows = keys.getValueCount();
        Validity all = Validity.all(rows);
        return struct(kind, columns, keys instanceof StructVector ? Validity.of(keys, all) : all);
    }

    /** Of so many keys without columns at hand; null if these would have to be looked at. */
    public static @Nullable StructStats ofCount(StatsKind.Struct kind, int count) {
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

    private static StructStats struct(
            StatsKind.Struct kind, List<FieldVector> vectors, Validity around) {
        if (kind.columns().size() != vectors.size()) {
            throw new IllegalArgumentException(
                    kind.columns().size() + " columns, but " + vectors.size() + " vectors");
        }
        SortedMap<String, ColumnStats> columns = StructStats.emptyColumns();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < vectors.size(); i++) {
            StatsKind.Column column = kind.columns().get(i);
            if (!seen.add(column.name())) {
                columns.remove(column.name()); // readers could not tell which one is meant
                continue;
            }
            ColumnStats stats = column(column, vectors, i, around);
            if (stats != null) {
                columns.put(column.name(), stats);
            }
        }
        return new StructStats(around.rows(), columns);
    }

    /** Null if values are not what their type says, so that nothing can be said about them. */
    private static @Nullable ColumnStats column(
            StatsKind.Column column, List<FieldVector> vectors, int index, Validity around) {
        if (column.kind() instanceof StatsKind.NullUnless unless) {
            FieldVector sibling = vectors.get(unless.sibling());
            int nulls = around.rows() - Validity.of(sibling, around).nulls();
            return new ColumnStats(
                    (long) nulls, new StructStats(around.rows(), StructStats.emptyColumns()));
        }
        Validity rows = Validity.of(vectors.get(index), around);
        try {
            ValueStats values = values(column.kind(), vectors.get(index), rows);
            return new ColumnStats(column.nullable() ? (Long) (long) rows.nulls() : null, values);
        } catch (CorruptDataException e) {
            return null;
        }
    }

    private static ValueStats values(StatsKind kind, FieldVector vector, Validity rows)
            throws CorruptDataException {
        if (kind instanceof StatsKind.Struct struct) {
            return struct(struct, typed(StructVector.class, vector).getChildrenFromFields(), rows);
        }
        if (!(kind instanceof StatsKind.Leaf leaf)) {
            throw new AssertionError(kind);
        }
        return switch (leaf) {
            case NONE -> new ValueStats.None();
            case VALUE -> bounds(vector, rows);
            case JSON -> JsonBounds.of(typed(VarCharVector.class, vector), rows);
            case NUMERIC -> NumericBounds.of(typed(StructVector.class, vector), rows);
            case TIME -> FixedSizeBounds.times(fixedSize(vector), rows);
            case DATE_TIME -> FixedSizeBounds.dateTimes(fixedSize(vector), rows);
            case INTERVAL -> FixedSizeBounds.intervals(fixedSize(vector), rows);
            case UUID -> FixedSizeBounds.uuids(fixedSize(vector), rows);
        };
    }

    private static ValueStats bounds(FieldVector vector, Validity rows)
            throws CorruptDataException {
        if (vector instanceof VarCharVector || vector instanceof VarBinaryVector) {
            return BytesBounds.of((BaseVariableWidthVector) vector, rows);
        }
        return NumberBounds.of(vector, rows);
    }

    private static FixedSizeBinaryVector fixedSize(FieldVector vector) {
        return typed(FixedSizeBinaryVector.class, vector);
    }

    private static <T> T typed(Class<T> type, FieldVector vector) {
        if (!type.isInstance(vector)) {
            throw new IllegalArgumentException(
                    "expected a " + type.getSimpleName() + ", found " + vector.getField());
        }
        return type.cast(vector);
    }
}
