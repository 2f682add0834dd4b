package io.persist.part.parquet;

import java.util.Arrays;

/**
 * The distinct values of a column chunk in the order of their first use. Equality is that of bytes.
 * Not thread safe.
 */
final class DictionaryEncoder {
    /** Above this many bytes (PLAIN) no further pages use the dictionary. */
    static final int MAX_BYTES = 1 << 20;

    /** Values looked at to guess whether a dictionary is worth it. */
    static final int SAMPLE = 1 << 10;

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
        if (page.width() == Long.BYTES) {
            encodeLongs(page, indexes);
        } else {
            byte[] source = page.array();
            int start = 0;
            for (int i = 0; i < page.count(); i++) {
                int end = page.end(i);
                indexes[i] = indexOf(source, start, end);
                start = end;
            }
        }
        if (values.plainSize() > MAX_BYTES) {
            // The table is now wrong, but no page will ask it again.
            values.truncate(before);
            return false;
        }
        return true;
    }

    /** Most such columns that have a dictionary repeat the same value for a while. */
    private void encodeLongs(ValueBuffer page, int[] indexes) {
        byte[] source = page.array();
        long last = 0;
        int index = -1;
        for (int i = 0; i < page.count(); i++) {
            long value = (long) ByteSink.LONG.get(source, i * Long.BYTES);
            if (index < 0 || value != last) {
                index = indexOf(source, i * Long.BYTES, (i + 1) * Long.BYTES);
                last = value;
            }
            indexes[i] = index;
        }
    }

    /**
     * Bytes that a chunk of {@code count} values may take with a dictionary, going by a sample of
     * it; a number above {@link #MAX_BYTES} and {@code plainBytes} if it should not have one.
     *
     * @param sample of at most {@link #SAMPLE} values; all of them if there are no more
     * @param indexes room for their indexes
     * @param plainBytes of the chunk without a dictionary
     */
    static long expectedBytes(ValueBuffer sample, int[] indexes, int count, long plainBytes) {
        int sampled = sample.count();
        if (sampled == 0) {
            return 0;
        }
        DictionaryEncoder dictionary = new DictionaryEncoder(sample.width());
        if (!dictionary.encode(sample, indexes)) {
            return Long.MAX_VALUE;
        }
        double distinct = dictionary.values().count();
        if (sampled < count) {
            if (distinct == sampled) {
                return Long.MAX_VALUE;
            }
            distinct = distinctOfAll(distinct, sampled, count);
        }
        double size = distinct * dictionary.values().plainSize() / dictionary.values().count();
        int width = RunLengthEncoder.bitWidth((int) distinct);
        double total = size + (double) count * width / Byte.SIZE;
        return size > MAX_BYTES || total > plainBytes ? Long.MAX_VALUE : (long) total + 1;
    }

    /**
     * How many values there are if {@code sampled} of them, drawn at random, have {@code distinct}
     * different ones: the solution of {@code distinct = x * (1 - exp(-sampled / x))}.
     */
    private static double distinctOfAll(double distinct, int sampled, int count) {
        double low = distinct;
        double high = count;
        while (high - low > 1) {
            double middle = (low + high) / 2;
            if (middle * -Math.expm1(-sampled / middle) < distinct) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
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
