package io.persist.part;

import io.persist.codec.Bytes;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Bounds cut to a length: a lower bound stays at or below the value, an upper bound at or above it
 * (mz_persist_types stats/primitive.rs).
 */
public final class Truncation {
    /** Bytes that lower bounds of keys, and bounds in statistics, may have. */
    public static final int MAX_BYTES = 100;

    private Truncation() {}

    /** The longest prefix of at most {@code maxBytes}. */
    public static Bytes bytesLower(Bytes value, int maxBytes) {
        return value.length() <= maxBytes ? value : value.slice(0, maxBytes);
    }

    /**
     * The least value above all with the same prefix of {@code maxBytes}, or the value itself if it
     * is no longer; null if there is none.
     */
    public static @Nullable Bytes bytesUpper(Bytes value, int maxBytes) {
        if (value.length() <= maxBytes) {
            return value;
        }
        for (int last = maxBytes - 1; last >= 0; last--) {
            if (value.at(last) != (byte) 0xff) {
                byte[] bound = value.slice(0, last + 1).toArray();
                bound[last]++;
                return Bytes.takeArray(bound);
            }
        }
        return null;
    }

    /** The longest prefix of whole characters with at most {@code maxBytes} bytes as UTF-8. */
    public static String textLower(String value, int maxBytes) {
        int bytes = 0;
        int at = 0;
        while (at < value.length()) {
            int character = value.codePointAt(at);
            bytes += utf8Length(character);
            if (bytes > maxBytes) {
                return value.substring(0, at);
            }
            at += Character.charCount(character);
        }
        return value;
    }

    /**
     * The prefix of {@link #textLower} with its last character that has a successor replaced by it,
     * or the value itself if it is not too long; null if there is none. May be a few bytes longer
     * than {@code maxBytes}.
     */
    public static @Nullable String textUpper(String value, int maxBytes) {
        String prefix = textLower(value, maxBytes);
        if (prefix.length() == value.length()) {
            return value;
        }
        int[] characters = prefix.codePoints().toArray();
        for (int last = characters.length - 1; last >= 0; last--) {
            int next = characters[last] + 1;
            if (next <= Character.MAX_CODE_POINT && !isSurrogate(next)) {
                int[] bound = Arrays.copyOf(characters, last + 1);
                bound[last] = next;
                return new String(bound, 0, bound.length);
            }
        }
        return null;
    }

    private static boolean isSurrogate(int character) {
        return character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
    }

    private static int utf8Length(int character) {
        return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    }
}
