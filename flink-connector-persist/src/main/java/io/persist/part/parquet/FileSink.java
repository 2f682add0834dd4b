package io.persist.part.parquet;

import io.persist.codec.Bytes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The bytes of a file that is being written, in the order in which they were made, which is not
 * that of the file: pages of all columns take turns. They lie in slabs that are never moved; in the
 * end it is said which of them come where in the file. Not thread safe.
 */
final class FileSink {
    /** With its header, a slab fills whole regions of the usual collector, which never moves it. */
    static final int SLAB_BYTES = (4 << 20) - 16;

    private static final int MIN_SLAB_BYTES = 1 << 16;

    /** Unused memory at the end that is not worth a copy, as a share of the last slab. */
    private static final int SLACK_SHARE = 16;

    /** Up to here a file is worth being put together. */
    private static final int SMALL_FILE_BYTES = 1 << 20;

    private final List<ByteSink> slabs = new ArrayList<>();
    private ByteSink current;
    private long before;

    /**
     * @param expectedBytes of the file; too large or too small costs a copy, no more
     */
    FileSink(long expectedBytes) {
        current = slab((int) Math.min(Math.max(expectedBytes, MIN_SLAB_BYTES), SLAB_BYTES));
    }

    /** Bytes from {@code from} to {@code to} (exclusive), counted in the order of writing. */
    record Range(long from, long to) {
        long length() {
            return to - from;
        }
    }

    private ByteSink slab(int bytes) {
        ByteSink slab = new ByteSink(bytes);
        slabs.add(slab);
        return slab;
    }

    /** How many bytes were written. */
    long position() {
        return before + current.size();
    }

    /** Where {@code count} bytes can be written in one go; null if they have to be split. */
    @Nullable ByteSink room(int count) {
        return current.remaining() >= count ? current : null;
    }

    /**
     * @throws IllegalArgumentException if an array cannot hold the file
     */
    void write(ByteSink source) {
        if (position() + source.size() > ByteSink.MAX_SIZE) {
            throw ByteSink.tooLarge(position() + source.size());
        }
        int at = 0;
        while (at < source.size()) {
            if (current.remaining() == 0) {
                before += current.size();
                current = slab(SLAB_BYTES);
            }
            int some = Math.min(source.size() - at, current.remaining());
            current.write(source.array(), at, some);
            at += some;
        }
    }

    /**
     * The file: {@code order} of what was written, then {@code footer} with the checksum of all.
     *
     * @throws IllegalArgumentException if an array cannot hold it
     */
    Bytes finish(List<Range> order, ByteSink footer) {
        trim();
        List<Bytes> pieces = new ArrayList<>();
        CRC32 crc = new CRC32();
        long size = footer.size();
        for (Range range : order) {
            addPieces(range, pieces, crc);
            size += range.length();
        }
        if (size > ByteSink.MAX_SIZE) {
            throw ByteSink.tooLarge(size);
        }
        FileChecksum.fill(crc, footer.array(), footer.size());
        pieces.add(Bytes.takeArray(Arrays.copyOf(footer.array(), footer.size())));
        Bytes file = Bytes.concat(pieces);
        return size <= SMALL_FILE_BYTES ? Bytes.takeArray(file.toArray()) : file;
    }

    private void trim() {
        if (current.remaining() > current.size() / SLACK_SHARE + MIN_SLAB_BYTES) {
            ByteSink trimmed = new ByteSink(current.size());
            trimmed.write(current);
            slabs.set(slabs.size() - 1, trimmed);
            current = trimmed;
        }
    }

    private void addPieces(Range range, List<Bytes> pieces, CRC32 crc) {
        long start = 0;
        for (ByteSink slab : slabs) {
            long end = start + slab.size();
            long from = Math.max(range.from(), start);
            long to = Math.min(range.to(), end);
            if (from < to) {
                int offset = (int) (from - start);
                int length = (int) (to - from);
                crc.update(slab.array(), offset, length);
                pieces.add(Bytes.takeArray(slab.array(), offset, length));
            }
            start = end;
        }
    }
}
