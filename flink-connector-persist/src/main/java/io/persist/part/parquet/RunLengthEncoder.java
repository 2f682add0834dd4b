package io.persist.part.parquet;

/**
 * Parquet's hybrid of run-length encoding and bit packing, for levels and dictionary indexes.
 * Values are cut into groups of eight; a group that starts a run of at least eight equal values
 * becomes a run, everything else is packed.
 */
final class RunLengthEncoder {
    private RunLengthEncoder() {}

    /** Bits needed for values up to {@code max}; 0 if only 0 occurs. */
    static int bitWidth(int max) {
        return 32 - Integer.numberOfLeadingZeros(max);
    }

    /** Appends {@code values[from..to)}, each below {@code 1 << width}. */
    static void encode(int[] values, int from, int to, int width, ByteSink out) {
        int position = from;
        while (position < to) {
            int run = runLength(values, position, to);
            if (run >= 8 || position + run == to) {
                encodeRun(values[position], run, width, out);
                position += run;
            } else {
                int end = packedEnd(values, position, to);
                pack(values, position, end, width, out);
                position = end;
            }
        }
    }

    /** Appends {@code count} times {@code value}. */
    static void encodeRun(int value, int count, int width, ByteSink out) {
        out.writeVarint(count << 1);
        for (int shift = 0; shift < width; shift += 8) {
            out.write(value >>> shift);
        }
    }

    private static int runLength(int[] values, int from, int to) {
        int value = values[from];
        int end = from + 1;
        while (end < to && values[end] == value) {
            end++;
        }
        return end - from;
    }

    /** First group boundary after {@code from} at which a run starts, or {@code to}. */
    private static int packedEnd(int[] values, int from, int to) {
        for (int group = from + 8; group + 8 <= to; group += 8) {
            int value = values[group];
            int next = group + 1;
            while (next < group + 8 && values[next] == value) {
                next++;
            }
            if (next == group + 8) {
                return group;
            }
        }
        return to;
    }

    private static void pack(int[] values, int from, int to, int width, ByteSink out) {
        int groups = (to - from + 7) / 8;
        out.writeVarint((groups << 1) | 1);
        int at = out.size();
        int whole = width <= Byte.SIZE ? (to - from) / 8 : 0;
        byte[] target =
                out.reserve(groups * width + Long.BYTES); // the last group is written as a long
        for (int group = 0; group < whole; group++) {
            int i = from + 8 * group;
            long bits = 0;
            for (int k = 7; k >= 0; k--) {
                bits = bits << width | values[i + k];
            }
            ByteSink.LONG.set(target, at, bits);
            at += width;
        }
        packRest(values, from + 8 * whole, to, width, target, at);
        out.advance(groups * width);
    }

    private static void packRest(
            int[] values, int from, int to, int width, byte[] target, int start) {
        int end = from + (to - from + 7) / 8 * 8;
        int at = start;
        long bits = 0;
        int filled = 0;
        for (int i = from; i < end; i++) {
            // The last group of a stream is filled up with zeros, which the reader does not use.
            bits |= (i < to ? (long) values[i] : 0L) << filled;
            filled += width;
            while (filled >= 8) {
                target[at++] = (byte) bits;
                bits >>>= 8;
                filled -= 8;
            }
        }
    }
}
