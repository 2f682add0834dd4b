package io.persist.part.stats;

import io.persist.codec.CorruptDataException;
import io.persist.codec.StatsKind;

import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** Learns about one column: its nulls, and its values as long as they are what they should be. */
final class ColumnCollector {
    private final StatsKind.Column column;
    private @Nullable ValueCollector values;
    private long nulls;
    private boolean corrupt;

    ColumnCollector(StatsKind.Column column) {
        this.column = column;
    }

    String name() {
        return column.name();
    }

    void add(List<FieldVector> vectors, int index, Validity around) {
        if (column.kind() instanceof StatsKind.NullUnless unless) {
            FieldVector sibling = vectors.get(unless.sibling());
            nulls += around.rows() - Validity.of(sibling, around).nulls();
            return;
        }
        if (corrupt) {
            return;
        }
        FieldVector vector = vectors.get(index);
        Validity rows = Validity.of(vector, around);
        if (values == null) {
            values = collector(column.kind(), vector);
        }
        if (column.nullable()) {
            nulls += rows.nulls();
        }
        try {
            values.add(vector, rows);
        } catch (CorruptDataException e) {
            corrupt = true;
        }
    }

    /** Null if values are not what their type says, so that nothing can be said about them. */
    @Nullable ColumnStats stats(long rows) {
        if (column.kind() instanceof StatsKind.NullUnless) {
            return new ColumnStats(nulls, new StructStats(rows, StructStats.emptyColumns()));
        }
        if (corrupt || values == null) {
            return null;
        }
        try {
            return new ColumnStats(column.nullable() ? (Long) nulls : null, values.stats());
        } catch (CorruptDataException e) {
            return null;
        }
    }

    private static ValueCollector collector(StatsKind kind, FieldVector vector) {
        if (kind instanceof StatsKind.Struct struct) {
            return new StructCollector(struct);
        }
        if (!(kind instanceof StatsKind.Leaf leaf)) {
            throw new AssertionError(kind);
        }
        return switch (leaf) {
            case NONE -> new ValueCollector.None();
            case VALUE ->
                    vector instanceof VarCharVector || vector instanceof VarBinaryVector
                            ? new BytesBounds((BaseVariableWidthVector) vector)
                            : new NumberBounds(vector);
            case JSON -> new JsonBounds();
            case NUMERIC -> new NumericBounds();
            case TIME -> FixedSizeBounds.times();
            case DATE_TIME -> FixedSizeBounds.dateTimes();
            case INTERVAL -> FixedSizeBounds.intervals();
            case UUID -> FixedSizeBounds.uuids();
        };
    }
}
