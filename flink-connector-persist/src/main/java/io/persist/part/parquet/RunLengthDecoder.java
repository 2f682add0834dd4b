package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import java.util.Arrays;

/** Reads Parquet's hybrid of run-length encoding and bit packing. */
final class RunLengthDecoder {
    private RunLengthDecoder() {}

    /**
     * Reads exactly {@code count} values of {@code width} bits into {@code target[from..]}.
     *
     * @param what names the values in errors
     */
    static void decode(Slice in, int width, int[] target, int from, int count, String what)
            throws CorruptDataException {
        if (width > 32) {
            throw in.corrupt("at most 32 bits for " + what, width);
        }
        int done = 0;
        while (done < count) {
            int header = in.readVarint(what);
            if ((header & 1) == 0) {
                int run = Math.min(header >>> 1, count - done);
                if (run == 0) {
                    throw in.corrupt("a run of " + what, "an empty one");
                }
                int value = 0;
                for (int shift = 0; shift < width; shift += 8) {
                    value |= in.readByte(what) << shift;
                }
                Arrays.fill(target, from + done, from + done + run, value);
                done += run;
            } else {
                done += unpack(in, header >>> 1, width, target, from + done, count - done);
            }
        }
    }

    private static int unpack(Slice in, int groups, int width, int[] target, int from, int wanted)
            throws CorruptDataException {
        if (groups == 0) {
            throw in.corrupt("groups of packed values", "none");
        }
        int count = (int) Math.min(groups * 8L, wanted);
        // Writers may cut off the unused end of the last group.
        long needed = ((long) count * width + 7) / 8;
        long whole = Math.max(needed, Math.min((long) groups * width, in.remaining()));
        byte[] source = in.array();
        int at = in.position();
        in.skip((int) Math.min(whole, Integer.MAX_VALUE), "packed values");
        long mask = (1L << width) - 1;
        long bits = 0;
        int filled = 0;
        for (int i = 0; i < count; i++) {
            while (filled < width) {
                bits |= (source[at++] & 0xffL) << filled;
                filled += 8;
            }
            target[from + i] = (int) (bits & mask);
            bits >>>= width;
            filled -= width;
        }
        return count;
    }
}
