package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;
import io.persist.codec.Utf8;

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

    /** Refuses text that is not UTF-8, which would otherwise be read as other text. */
    void requireUtf8() throws CorruptDataException {
        byte[] bytes = values.array();
        if (isAscii(bytes, values.dataSize())) {
            return;
        }
        for (int i = 0; i < values.count(); i++) {
            if (!Utf8.isValid(bytes, values.start(i), values.length(i))) {
                throw new CorruptDataException(
                        "column "
                                + leaf.field().getName()
                                + ": expected UTF-8, found other bytes in value "
                                + i);
            }
        }
    }

    private static boolean isAscii(byte[] bytes, int length) {
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            if (((long) ByteSink.LONG.get(bytes, at) & 0x8080808080808080L) != 0) {
                return false;
            }
        }
        for (; at < length; at++) {
            if (bytes[at] < 0) {
                return false;
            }
        }
        return true;
    }
}
