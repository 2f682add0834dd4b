package io.persist.tools;

import org.apache.flink.types.Row;

import java.util.ArrayList;
import java.util.List;

/**
 * How two multisets of rows differ.
 *
 * @param missing expected more often than found
 * @param surplus found more often than expected
 */
record Difference(List<Row> missing, List<Row> surplus) {
    Difference {
        missing = List.copyOf(missing);
        surplus = List.copyOf(surplus);
    }

    static Difference of(List<Row> expected, List<Row> found) {
        return new Difference(without(expected, found), without(found, expected));
    }

    private static List<Row> without(List<Row> rows, List<Row> others) {
        List<Row> rest = new ArrayList<>(rows);
        others.forEach(rest::remove);
        return rest;
    }

    boolean isEmpty() {
        return missing.isEmpty() && surplus.isEmpty();
    }
}
