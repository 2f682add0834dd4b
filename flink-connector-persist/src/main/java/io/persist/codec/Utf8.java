package io.persist.codec;

import java.nio.charset.StandardCharsets;

/** Text as UTF-8, refused where it has no faithful form. */
public final class Utf8 {
    private Utf8() {}

    /**
     * @throws IllegalArgumentException if the text holds an unpaired surrogate
     */
    public static byte[] encode(String text) {
        if (!wellFormed(text)) {
            throw new IllegalArgumentException("unpaired surrogate in '" + text + "'");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @throws CorruptDataException if the bytes are not UTF-8
     */
    public static String decode(Bytes bytes) throws CorruptDataException {
        if (!bytes.isUtf8()) {
            throw new CorruptDataException("not UTF-8: " + bytes);
        }
        return bytes.utf8();
    }

    private static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Whether the range is well-formed UTF-8: no overlong forms, surrogates, or stray bytes. */
    public static boolean isValid(byte[] bytes, int offset, int length) {
        int i = offset;
        int end = offset + length;
        while (i < end) {
            int lead = bytes[i];
            if (lead >= 0) {
                i++;
                continue;
            }
            int size = sequenceLength(lead & 0xff);
            if (size == 0 || end - i < size || !isSequence(bytes, i, size)) {
                return false;
            }
            i += size;
        }
        return true;
    }

    /** Bytes of the sequence that begins with {@code lead}; 0 if none does. */
    private static int sequenceLength(int lead) {
        if (lead >= 0xc2 && lead <= 0xdf) {
            return 2;
        }
        if (lead >= 0xe0 && lead <= 0xef) {
            return 3;
        }
        return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    }

    private static boolean isSequence(byte[] bytes, int at, int size) {
        for (int i = at + 1; i < at + size; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return false;
            }
        }
        int second = bytes[at + 1] & 0xff;
        return switch (bytes[at] & 0xff) {
            case 0xe0 -> second >= 0xa0;
            case 0xed -> second < 0xa0;
            case 0xf0 -> second >= 0x90;
            case 0xf4 -> second < 0x90;
            default -> true;
        };
    }
}
