package io.persist.codec;

import java.util.List;

/**
 * What the statistics of a part say about a column of keys, beyond the number of nulls. A codec
 * tells; who measures needs to know no more about its values.
 */
public sealed interface StatsKind {
    /** A column that is not taken apart. */
    enum Leaf implements StatsKind {
        /** Nothing. */
        NONE,
        /** Least and greatest value: of booleans, numbers, text, or bytes, as the vector is. */
        VALUE,
        /** JSON text: what all values have in common. */
        JSON,
        /** Struct whose second child is the packed form of a numeric; by value. */
        NUMERIC,
        /** Fixed-size bytes that sort as the values do, as do those of the kinds below. */
        TIME,
        DATE_TIME,
        INTERVAL,
        UUID
    }

    /**
     * Columns side by side: the children of a struct, in its order, or of a key that is no struct
     * the key itself.
     */
    record Struct(List<Column> columns) implements StatsKind {
        public Struct {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A struct without columns, of which the vector does not say where it is null: where its
     * sibling is not.
     *
     * @param sibling position of the other column in the struct
     */
    record NullUnless(int sibling) implements StatsKind {}

    /**
     * @param name by which readers ask for it; columns of the same name have no statistics
     * @param nullable whether nulls are counted
     */
    record Column(String name, boolean nullable, StatsKind kind) {}
}
