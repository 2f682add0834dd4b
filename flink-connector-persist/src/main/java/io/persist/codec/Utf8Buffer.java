package io.persist.codec;

/** Makes UTF-8 of one text after the other without allocating anything for each. One thread. */
public final class Utf8Buffer {
    private static final int MAX_BYTES_PER_CHAR = 3;

    private char[] chars = new char[64];
    private byte[] bytes = new byte[MAX_BYTES_PER_CHAR * 64];

    /** What the last call of {@link #encode} made, from index 0 on. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Returns the number of bytes.
     *
     * @throws IllegalArgumentException if the text holds an unpaired surrogate
     */
    public int encode(String text) {
        int length = text.length();
        if (length > chars.length) {
            chars = new char[Math.max(length, 2 * chars.length)];
            bytes = new byte[Math.multiplyExact(MAX_BYTES_PER_CHAR, chars.length)];
        }
        text.getChars(0, length, chars, 0);
        char[] source = chars;
        byte[] target = bytes;
        int seen = 0;
        for (int i = 0; i < length; i++) {
            seen |= source[i];
            target[i] = (byte) source[i];
        }
        return seen < 0x80 ? length : encodeAny(text, length);
    }

    private int encodeAny(String text, int length) {
        int at = 0;
        for (int i = 0; i < length; i++) {
            int point = chars[i];
            if (Character.isSurrogate(chars[i])) {
                if (!Character.isHighSurrogate(chars[i])
                        || i + 1 == length
                        || !Character.isLowSurrogate(chars[i + 1])) {
                    throw new IllegalArgumentException("unpaired surrogate in '" + text + "'");
                }
                point = Character.toCodePoint(chars[i], chars[++i]);
            }
            at = put(point, at);
        }
        return at;
    }

    /** Returns where the next one goes. */
    private int put(int point, int at) {
        if (point < 0x80) {
            bytes[at] = (byte) point;
            return at + 1;
        }
        if (point < 0x800) {
            bytes[at] = (byte) (0xc0 | point >> 6);
            return tail(point, at + 1, 1);
        }
        if (point < 0x10000) {
            bytes[at] = (byte) (0xe0 | point >> 12);
            return tail(point, at + 1, 2);
        }
        bytes[at] = (byte) (0xf0 | point >> 18);
        return tail(point, at + 1, 3);
    }

    private int tail(int point, int at, int count) {
        for (int i = 0; i < count; i++) {
            bytes[at + i] = (byte) (0x80 | ((point >> (6 * (count - 1 - i))) & 0x3f));
        }
        return at + count;
    }
}
