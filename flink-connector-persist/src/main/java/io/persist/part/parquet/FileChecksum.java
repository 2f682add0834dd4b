package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * A checksum of a whole file in one of its footer entries. Parquet itself covers at most the bodies
 * of pages, so that a changed byte in a header or in the footer can turn into other rows; with this
 * entry no single changed byte can. Other readers ignore it, and files without it are read.
 *
 * <p>The value is CRC-32 as eight hex digits, computed with zeros in their place.
 */
final class FileChecksum {
    static final String KEY = "flink-connector-persist:crc32";
    static final String PLACEHOLDER = "00000000";

    /** The key, then field 2 of the entry: a string of eight bytes. */
    private static final byte[] MARKER = (KEY + "\u0018\u0008").getBytes(StandardCharsets.US_ASCII);

    private FileChecksum() {}

    /**
     * Puts the checksum in place of the placeholder.
     *
     * @param crc of everything before the footer
     * @param footer of which the first {@code size} bytes count
     */
    static void fill(CRC32 crc, byte[] footer, int size) {
        int at = find(footer, 0, size);
        byte[] digits = digits(crc, footer, at, size);
        System.arraycopy(digits, 0, footer, at, digits.length);
    }

    /**
     * @throws CorruptDataException if the footer has a checksum and it is not that of the file
     */
    static void verify(byte[] file, int footer) throws CorruptDataException {
        int at = find(file, footer, file.length);
        if (at < 0) {
            return;
        }
        byte[] expected = digits(new CRC32(), file, at, file.length);
        byte[] found = Arrays.copyOfRange(file, at, at + expected.length);
        if (!Arrays.equals(expected, found)) {
            throw new CorruptDataException(
                    "expected the checksum "
                            + new String(expected, StandardCharsets.US_ASCII)
                            + " of the bytes of the file, found "
                            + new String(found, StandardCharsets.ISO_8859_1));
        }
    }

    /** Where the digits are, or -1. */
    private static int find(byte[] file, int footer, int end) {
        // From the end: the entry is the last one, and no entry before it can look like it.
        for (int at = end - PLACEHOLDER.length(); at >= footer + MARKER.length; at--) {
            if (Arrays.equals(file, at - MARKER.length, at, MARKER, 0, MARKER.length)) {
                return at;
            }
        }
        return -1;
    }

    private static byte[] digits(CRC32 crc, byte[] bytes, int at, int end) {
        crc.update(bytes, 0, at);
        crc.update(PLACEHOLDER.getBytes(StandardCharsets.US_ASCII));
        crc.update(bytes, at + PLACEHOLDER.length(), end - at - PLACEHOLDER.length());
        return String.format(java.util.Locale.ROOT, "%08x", crc.getValue())
                .getBytes(StandardCharsets.US_ASCII);
    }
}
