package io.persist.part.stats;

import io.persist.codec.StatsKind;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.StructVector;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** Learns about columns side by side. */
final class StructCollector implements ValueCollector {
    private final List<ColumnCollector> columns = new ArrayList<>();
    private long rows;

    StructCollector(StatsKind.Struct kind) {
        kind.columns().forEach(column -> columns.add(new ColumnCollector(column)));
    }

    int size() {
        return columns.size();
    }

    @Override
    public void add(FieldVector vector, Validity around) {
        addColumns(KeyStats.typed(StructVector.class, vector).getChildrenFromFields(), around);
    }

    void addColumns(List<FieldVector> vectors, Validity around) {
        if (columns.size() != vectors.size()) {
            throw new IllegalArgumentException(
                    columns.size() + " columns, but " + vectors.size() + " vectors");
        }
        rows += around.rows();
        for (int i = 0; i < columns.size(); i++) {
            columns.get(i).add(vectors, i, around);
        }
    }

    @Override
    public StructStats stats() {
        SortedMap<String, ColumnStats> stats = StructStats.emptyColumns();
        Set<String> seen = new HashSet<>();
        for (ColumnCollector column : columns) {
            if (!seen.add(column.name())) {
                stats.remove(column.name()); // readers could not tell which one is meant
                continue;
            }
            ColumnStats found = column.stats(rows);
            if (found != null) {
                stats.put(column.name(), found);
            }
        }
        return new StructStats(rows, stats);
    }
}
