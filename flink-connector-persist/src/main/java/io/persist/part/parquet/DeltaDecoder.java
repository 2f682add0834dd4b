package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import org.apache.parquet.format.Type;

/** The delta encodings. All arithmetic wraps, as the format wants. */
final class DeltaDecoder {
    private DeltaDecoder() {}

    /** DELTA_BINARY_PACKED: exactly {@code count} integers. */
    static long[] integers(Slice in, int count) throws CorruptDataException {
        int blockSize = in.readVarint("delta block size");
        int miniblocks = in.readVarint("delta miniblock count");
        int total = in.readVarint("delta value count");
        long first = in.readZigzag("first delta value");
        if (blockSize <= 0
                || miniblocks <= 0
                || blockSize % miniblocks != 0
                || blockSize / miniblocks % 8 != 0) {
            throw in.corrupt(
                    "a delta block of miniblocks of a multiple of 8 values",
                    blockSize + " values in " + miniblocks);
        }
        if (total != count) {
            throw in.corrupt(count + " delta values", total);
        }
        long[] values = new long[count];
        if (count == 0) {
            return values;
        }
        values[0] = first;
        int done = 1;
        while (done < count) {
            done = block(in, blockSize / miniblocks, miniblocks, values, done);
        }
        return values;
    }

    private static int block(Slice in, int perMiniblock, int miniblocks, long[] values, int from)
            throws CorruptDataException {
        long min = in.readZigzag("least delta");
        Slice widths = in.take(miniblocks, "delta bit widths");
        int done = from;
        for (int i = 0; i < miniblocks && done < values.length; i++) {
            int width = widths.readByte("delta bit width");
            if (width > 64) {
                throw in.corrupt("a delta bit width up to 64", width);
            }
            long bytes = (long) perMiniblock / 8 * width;
            int wanted = Math.min(perMiniblock, values.length - done);
            // Writers may cut off the unused end of the last miniblock.
            long needed = ((long) wanted * width + 7) / 8;
            bytes = Math.max(needed, Math.min(bytes, in.remaining()));
            Slice packed = in.take((int) Math.min(bytes, Integer.MAX_VALUE), "delta miniblock");
            done = miniblock(packed, width, min, values, done, wanted);
        }
        return done;
    }

    private static int miniblock(
            Slice packed, int width, long min, long[] values, int from, int wanted) {
        byte[] source = packed.array();
        long bit = packed.position() * 8L;
        for (int i = from; i < from + wanted; i++) {
            long delta = 0;
            for (int filled = 0; filled < width; ) {
                int shift = (int) (bit & 7);
                int some = Math.min(8 - shift, width - filled);
                int part = ((source[(int) (bit >>> 3)] & 0xff) >>> shift) & ((1 << some) - 1);
                delta |= (long) part << filled;
                filled += some;
                bit += some;
            }
            values[i] = values[i - 1] + min + delta;
        }
        return from + wanted;
    }

    /** DELTA_BINARY_PACKED of a fixed-width leaf. */
    static void fixed(Slice in, Type type, int count, ValueBuffer out) throws CorruptDataException {
        long[] values = integers(in, count);
        for (long value : values) {
            if (type == Type.INT32) {
                out.data().writeInt((int) value);
            } else {
                out.data().writeLong(value);
            }
        }
        out.added(count);
    }

    /** DELTA_LENGTH_BYTE_ARRAY. */
    static void byteArrays(Slice in, int count, ValueBuffer out) throws CorruptDataException {
        long[] lengths = integers(in, count);
        for (long length : lengths) {
            int from = in.position();
            in.skip(length(in, length), "a byte array");
            out.add(in.array(), from, in.position() - from);
        }
    }

    /** DELTA_BYTE_ARRAY, of byte arrays or fixed-length ones. */
    static void prefixed(Slice in, int count, ValueBuffer out, Limits limits)
            throws CorruptDataException {
        long[] prefixes = integers(in, count);
        long[] suffixes = integers(in, count);
        int width = out.width();
        for (int i = 0; i < count; i++) {
            int prefix = length(in, prefixes[i]);
            int suffix = length(in, suffixes[i]);
            int last = i == 0 ? 0 : out.length(out.count() - 1);
            if (prefix > last || (width > 0 && prefix + (long) suffix != width)) {
                throw in.corrupt(
                        "a prefix within the last value of "
                                + last
                                + " bytes"
                                + (width > 0 ? " and " + width + " bytes in all" : ""),
                        prefix + " and a suffix of " + suffix);
            }
            limits.checkColumnBytes(in, out.dataSize() + (long) prefix + suffix);
            int lastStart = i == 0 ? 0 : out.start(out.count() - 1);
            int from = in.position();
            in.skip(suffix, "a suffix");
            out.data().reserve(prefix + suffix);
            out.data().write(out.array(), lastStart, prefix);
            out.add(in.array(), from, suffix);
        }
    }

    private static int length(Slice in, long length) throws CorruptDataException {
        if (length < 0 || length > Integer.MAX_VALUE) {
            throw in.corrupt("a length", length);
        }
        return (int) length;
    }
}
