package io.persist.part.parquet;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ValueVector;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Definition and repetition levels of one field, and which slots of its vector they stand for,
 * derived from those of its parent. Immutable. {@code SchemaNode} sees to it that levels fit a
 * byte.
 */
final class Levels {
    private final int count;
    private final byte @Nullable [] def;
    private final byte @Nullable [] rep;
    private final int @Nullable [] slots;
    private final int level;

    /**
     * @param count number of level pairs
     * @param def definition levels; null if all equal {@code level}
     * @param rep repetition levels; null if all are 0
     * @param slots slot of each entry, meaningful where the entry is defined; null if entry i is
     *     slot i
     * @param level definition level of defined entries, which are those that have a value
     */
    private Levels(
            int count,
            byte @Nullable [] def,
            byte @Nullable [] rep,
            int @Nullable [] slots,
            int level) {
        this.count = count;
        this.def = def;
        this.rep = rep;
        this.slots = slots;
        this.level = level;
    }

    int count() {
        return count;
    }

    /** Definition levels, not to be changed; null if all are those of defined entries. */
    byte @Nullable [] def() {
        return def;
    }

    /** Repetition levels, not to be changed; null if all are 0. */
    byte @Nullable [] rep() {
        return rep;
    }

    /** Those of a top-level field without nulls. */
    static Levels top(int rows) {
        return new Levels(rows, null, null, null, 0);
    }

    /** Levels after the field itself: entries whose value is null stay at the parent's level. */
    Levels within(SchemaNode node, FieldVector vector) {
        boolean nullType = vector instanceof NullVector;
        if (!node.field().isNullable()) {
            if (!nullType && vector.getNullCount() > 0) {
                checkNoNulls(node, vector);
            }
            return this;
        }
        if (nullType) {
            byte[] nulls = def != null ? def : filled(level);
            return new Levels(count, nulls, rep, slots, node.def());
        }
        if (vector.getNullCount() == 0) {
            return def == null
                    ? new Levels(count, null, rep, slots, node.def())
                    : raised(node, null);
        }
        return raised(node, validity(vector));
    }

    private Levels raised(SchemaNode node, byte @Nullable [] validity) {
        byte[] raised = new byte[count];
        for (int i = 0; i < count; i++) {
            int parent = def == null ? level : def[i];
            if (parent == level
                    && (validity == null || isSet(validity, slots == null ? i : slots[i]))) {
                raised[i] = (byte) (level + 1);
            } else {
                raised[i] = (byte) parent;
            }
        }
        return new Levels(count, raised, rep, slots, node.def());
    }

    private void checkNoNulls(SchemaNode node, FieldVector vector) {
        byte[] validity = validity(vector);
        for (int i = 0; i < count; i++) {
            int slot = slots == null ? i : slots[i];
            if ((def == null || def[i] == level) && !isSet(validity, slot)) {
                throw new IllegalArgumentException(
                        "field " + node.field().getName() + " is not nullable but null at " + slot);
            }
        }
    }

    /** Levels of the items of a list or map field, given those of the field itself. */
    Levels items(SchemaNode item, ArrowBuf offsetBuffer, int listCount) {
        int[] offsets = offsets(offsetBuffer, listCount);
        int total = 0;
        for (int i = 0; i < count; i++) {
            int length = isDefined(i) ? length(offsets, i) : 0;
            total = Math.addExact(total, Math.max(1, length));
        }
        byte[] itemDef = new byte[total];
        byte[] itemRep = new byte[total];
        int[] itemSlots = new int[total];
        int out = 0;
        for (int i = 0; i < count; i++) {
            int length = isDefined(i) ? length(offsets, i) : 0;
            itemRep[out] = rep == null ? 0 : rep[i];
            if (length == 0) {
                itemDef[out++] = (byte) (def == null ? level : def[i]);
                continue;
            }
            int first = offsets[slots == null ? i : slots[i]];
            Arrays.fill(itemRep, out + 1, out + length, (byte) item.rep());
            Arrays.fill(itemDef, out, out + length, (byte) (level + 1));
            for (int k = 0; k < length; k++) {
                itemSlots[out++] = first + k;
            }
        }
        return new Levels(total, itemDef, itemRep, itemSlots, level + 1);
    }

    boolean isDefined(int entry) {
        return def == null || def[entry] == level;
    }

    /** Which slot an entry stands for, if it is defined. */
    int slot(int entry) {
        return slots == null ? entry : slots[entry];
    }

    /** Sets {@code target} to the slots of the defined entries among {@code [from, to)}. */
    void pick(int from, int to, ValueSource.PageSlots target) {
        if (def == null && slots == null) {
            target.setDense(from, to - from);
            return;
        }
        int[] found = target.room(to - from + 1);
        int values = 0;
        for (int i = from; i < to; i++) {
            found[values] = slots == null ? i : slots[i];
            values += def == null || def[i] == level ? 1 : 0;
        }
        target.setPicked(values);
    }

    private int length(int[] offsets, int entry) {
        int slot = slots == null ? entry : slots[entry];
        return offsets[slot + 1] - offsets[slot];
    }

    private byte[] filled(int value) {
        byte[] all = new byte[count];
        Arrays.fill(all, (byte) value);
        return all;
    }

    private static boolean isSet(byte[] bits, int index) {
        return (bits[index >> 3] >> (index & 7) & 1) != 0;
    }

    private static byte[] validity(ValueVector vector) {
        byte[] bits = new byte[(vector.getValueCount() + 7) / 8];
        if (bits.length > 0) {
            vector.getValidityBuffer().getBytes(0, bits, 0, bits.length);
        }
        return bits;
    }

    /** The {@code count + 1} offsets of a variable-width or list vector. */
    private static int[] offsets(ArrowBuf buffer, int count) {
        int[] offsets = new int[count + 1];
        if (count == 0) {
            return offsets; // a vector without values may lack the buffer
        }
        byte[] chunk = new byte[1 << 16];
        for (int done = 0; done <= count; ) {
            int some = Math.min(count + 1 - done, chunk.length / 4);
            buffer.getBytes(4L * done, chunk, 0, 4 * some);
            for (int i = 0; i < some; i++) {
                offsets[done + i] = (int) ByteSink.INT.get(chunk, 4 * i);
            }
            done += some;
        }
        return offsets;
    }
}
