package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;

import java.util.Arrays;
import java.util.List;

/**
 * Slots on the heap, from and to row bytes: of one row at the top, of the elements of that row's
 * lists below them. Rows are put in ascending order; the last ones may be put again.
 */
public final class Cell extends Slots {
    /** How a value is marked in row bytes, and its shape. Several types may share a kind. */
    public enum Kind {
        BOOL,
        INT16,
        INT32,
        INT64,
        UINT8,
        UINT16,
        UINT32,
        UINT64,
        FLOAT32,
        FLOAT64,
        NUMERIC,
        BYTES,
        STRING,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMP_TZ,
        INTERVAL,
        UUID,
        MZ_TIMESTAMP,
        ACL_ITEM,
        MZ_ACL_ITEM,
        /** Held as text. */
        JSONB,
        /** Held as row bytes. */
        RANGE,
        /** One child: the elements. */
        LIST,
        /** A list of structs of key and value. */
        MAP,
        /** A struct of two lists: the dimensions and the elements. */
        ARRAY,
        /** A child for each field. */
        RECORD,
        /** Held as true. */
        EMPTY_RECORD
    }

    private final String description;
    private final Kind kind;
    private final List<Cell> children;
    private boolean[] present = new boolean[1];
    private long[] numbers = new long[1];
    private byte[][] bytes = new byte[1][0];
    private int[] ends = new int[1]; // of bytes: their number; of lists: of their elements

    /**
     * @param description names what is held, in messages
     * @param children as many as the kind says
     */
    public Cell(String description, Kind kind, Cell... children) {
        this.description = description;
        this.kind = kind;
        this.children = List.of(children);
    }

    String description() {
        return description;
    }

    /** Of every value here that is not null. */
    Kind kind() {
        return kind;
    }

    List<Cell> children() {
        return children;
    }

    @Override
    public Cell child(int index) {
        return children.get(index);
    }

    long number(int row) {
        return numbers[row];
    }

    /** The first {@link #length} bytes are the value. */
    byte[] bytes(int row) {
        return bytes[row];
    }

    int length(int row) {
        return ends[row];
    }

    @Override
    public boolean isNull(int row) {
        return !present[row];
    }

    @Override
    public void setNull(int row) {
        ensure(row);
        present[row] = false;
        if (kind == Kind.LIST || kind == Kind.MAP) {
            ends[row] = listStart(row);
        } else {
            for (int i = 0; i < children.size(); i++) { // no iterator: this is for every null
                children.get(i).setNull(row);
            }
        }
    }

    private void ensure(int row) {
        if (row < present.length) {
            return;
        }
        int capacity = Math.max(row + 1, 2 * present.length);
        present = Arrays.copyOf(present, capacity);
        numbers = Arrays.copyOf(numbers, capacity);
        ends = Arrays.copyOf(ends, capacity);
        int used = bytes.length;
        bytes = Arrays.copyOf(bytes, capacity);
        for (int i = used; i < capacity; i++) {
            bytes[i] = new byte[0];
        }
    }

    @Override
    public void putLong(int row, long value) {
        ensure(row);
        present[row] = true;
        numbers[row] = value;
    }

    @Override
    public long getLong(int row) {
        return numbers[row];
    }

    @Override
    public void putBytes(int row, byte[] source, int offset, int count) {
        ensure(row);
        present[row] = true;
        if (bytes[row].length < count) {
            bytes[row] = new byte[count];
        }
        System.arraycopy(source, offset, bytes[row], 0, count);
        ends[row] = count;
    }

    @Override
    public Bytes getBytes(int row) {
        return Bytes.takeArray(Arrays.copyOf(bytes[row], ends[row]));
    }

    @Override
    public int copyBytes(int row, byte[] target) {
        System.arraycopy(bytes[row], 0, target, 0, Math.min(ends[row], target.length));
        return ends[row];
    }

    @Override
    public int compareBytes(int left, int right) {
        return Arrays.compareUnsigned(bytes[left], 0, ends[left], bytes[right], 0, ends[right]);
    }

    @Override
    public void putNumeric(int row, double approximation, byte[] packed) {
        putBytes(row, packed, 0, packed.length);
    }

    @Override
    public void putStruct(int row) {
        ensure(row);
        present[row] = true;
    }

    @Override
    public int beginList(int row) {
        ensure(row);
        return listStart(row);
    }

    @Override
    public void endList(int row, int count) {
        present[row] = true;
        ends[row] = listStart(row) + count;
    }

    @Override
    public int listStart(int row) {
        return row == 0 ? 0 : ends[row - 1];
    }

    @Override
    public int listEnd(int row) {
        return ends[row];
    }
}
