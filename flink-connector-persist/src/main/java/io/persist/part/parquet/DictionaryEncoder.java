package io.persist.part.parquet;

import java.util.Arrays;

/**
 * The distinct values of a column chunk in the order of their first use. Equality is that of bytes.
 * Not thread safe.
 */
final class DictionaryEncoder {
    /** Above this many bytes (PLAIN) no further pages use the dictionary. */
    static final int MAX_BYTES = 1 << 20;

    private final ValueBuffer values;
    private int[] table = new int[1 << 10]; // index + 1 of a value, 0 is free
    private int[] hashes = new int[1 << 9];

    DictionaryEncoder(int width) {
        values = new ValueBuffer(width);
    }

    ValueBuffer values() {
        return values;
    }

    /**
     * Stores the index of each value of a page, adding new ones to the dictionary.
     *
     * @return false if the dictionary would become too large; nothing was added then
     */
    boolean encode(ValueBuffer page, int[] indexes) {
        int before = values.count();
        byte[] source = page.array();
        int start = 0;
        for (int i = 0; i < page.count(); i++) {
            int end = page.end(i);
            indexes[i] = indexOf(source, start, end);
            start = end;
        }
        if (values.plainSize() > MAX_BYTES) {
            // The table is now wrong, but no page will ask it again.
            values.truncate(before);
            return false;
        }
        return true;
    }

    private int indexOf(byte[] source, int start, int end) {
        int hash = hash(source, start, end);
        int mask = table.length - 1;
        int slot = hash & mask;
        while (table[slot] != 0) {
            int index = table[slot] - 1;
            if (hashes[index] == hash
                    && Arrays.equals(
                            values.array(),
                            values.start(index),
                            values.end(index),
                            source,
                            start,
                            end)) {
                return index;
            }
            slot = (slot + 1) & mask;
        }
        return insert(slot, hash, source, start, end);
    }

    private int insert(int slot, int hash, byte[] source, int start, int end) {
        int index = values.count();
        values.add(source, start, end - start);
        if (index == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * index);
        }
        hashes[index] = hash;
        table[slot] = index + 1;
        if (2 * values.count() > table.length) {
            rehash();
        }
        return index;
    }

    private void rehash() {
        table = new int[2 * table.length];
        int mask = table.length - 1;
        for (int i = 0; i < values.count(); i++) {
            int slot = hashes[i] & mask;
            while (table[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            table[slot] = i + 1;
        }
    }

    private static int hash(byte[] source, int start, int end) {
        long hash = (long) end - start;
        int at = start;
        for (; at + 8 <= end; at += 8) {
            hash = mix(hash ^ (long) ByteSink.LONG.get(source, at));
        }
        long rest = 0;
        for (; at < end; at++) {
            rest = (rest << 8) | (source[at] & 0xff);
        }
        hash = mix(hash ^ rest);
        return (int) (hash ^ (hash >>> 32));
    }

    private static long mix(long value) {
        long mixed = value * 0x9e3779b97f4a7c15L;
        return mixed ^ (mixed >>> 29);
    }
}
