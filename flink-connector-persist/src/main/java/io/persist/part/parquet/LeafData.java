package io.persist.part.parquet;

import org.jspecify.annotations.Nullable;

/** One leaf of a column as read. */
final class LeafData {
    private final SchemaNode leaf;
    private final int count;
    private final int @Nullable [] def;
    private final int @Nullable [] rep;
    private final ValueBuffer values;

    /**
     * Keeps the arrays.
     *
     * @param count number of level pairs
     * @param def definition levels; null if every entry has a value
     * @param rep repetition levels; null if all are 0
     * @param values of the entries that have one; none are kept for a leaf of the Null type
     */
    LeafData(
            SchemaNode leaf,
            int count,
            int @Nullable [] def,
            int @Nullable [] rep,
            ValueBuffer values) {
        this.leaf = leaf;
        this.count = count;
        this.def = def;
        this.rep = rep;
        this.values = values;
    }

    SchemaNode leaf() {
        return leaf;
    }

    int count() {
        return count;
    }

    ValueBuffer values() {
        return values;
    }

    boolean isComplete() {
        return def == null;
    }

    int def(int entry) {
        return def == null ? leaf.def() : def[entry];
    }

    /** Whether the entry begins a slot of {@code node}, an ancestor of the leaf or the leaf. */
    boolean isSlot(SchemaNode node, int entry) {
        return (rep == null || rep[entry] <= node.rep()) && def(entry) >= node.floor();
    }

    /** Whether every entry is a slot of {@code node}. */
    boolean isFlat(SchemaNode node) {
        return rep == null && node.floor() == 0;
    }
}
