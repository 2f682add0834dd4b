package io.persist.part.parquet;

import io.persist.codec.Bytes;

import java.util.ArrayList;
import java.util.List;

/**
 * A file that is being written. If it was told how large it will become, nothing is ever moved;
 * what exceeds that goes to further arrays, and is put together in the end. Not thread safe.
 */
final class FileSink {
    /** Unused memory at the end that is not worth a copy, as a share of the file. */
    private static final int SLACK_SHARE = 16;

    private static final int MIN_ARRAY = 1 << 16;

    private final List<ByteSink> full = new ArrayList<>();
    private final int moreBytes;
    private ByteSink current;
    private int before;

    /**
     * @param expectedBytes of the file; too large or too small costs a copy, no more
     */
    FileSink(long expectedBytes) {
        int first = (int) Math.min(Math.max(expectedBytes, MIN_ARRAY), ByteSink.MAX_SIZE);
        current = new ByteSink(first);
        moreBytes = Math.max(MIN_ARRAY, first / 4);
    }

    int size() {
        return before + current.size();
    }

    /**
     * Where to write the next bytes; has room for {@code count} of them.
     *
     * @throws IllegalArgumentException if an array cannot hold the file
     */
    ByteSink room(int count) {
        if (current.remaining() < count) {
            long needed = (long) size() + count;
            if (needed > ByteSink.MAX_SIZE) {
                throw ByteSink.tooLarge(needed);
            }
            full.add(current);
            before += current.size();
            current = new ByteSink(Math.max(count, moreBytes));
        }
        return current;
    }

    void write(ByteSink source) {
        room(source.size()).write(source);
    }

    /**
     * Ends the file with its checksum, whose place is in the footer.
     *
     * @param footer where the footer begins
     */
    Bytes finish(int footer) {
        int size = size();
        byte[] file = current.array();
        if (!full.isEmpty() || current.remaining() > size / SLACK_SHARE + MIN_ARRAY) {
            file = new byte[size];
            int at = 0;
            for (ByteSink part : full) {
                System.arraycopy(part.array(), 0, file, at, part.size());
                at += part.size();
            }
            System.arraycopy(current.array(), 0, file, at, current.size());
        }
        FileChecksum.fill(file, footer, size);
        return Bytes.takeArray(file, 0, size);
    }
}
