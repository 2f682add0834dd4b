package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

/** Refuses text that is not UTF-8, which would otherwise be read as other text. */
final class Utf8Check {
    private Utf8Check() {}

    static void check(LeafData data) throws CorruptDataException {
        ValueBuffer values = data.values();
        byte[] bytes = values.array();
        if (isAscii(bytes, values.dataSize())) {
            return;
        }
        for (int i = 0; i < values.count(); i++) {
            int at = invalidAt(bytes, values.start(i), values.end(i));
            if (at >= 0) {
                throw new CorruptDataException(
                        "column "
                                + data.leaf().field().getName()
                                + ": expected UTF-8, found byte "
                                + Integer.toHexString(bytes[at] & 0xff)
                                + " at "
                                + (at - values.start(i))
                                + " of value "
                                + i);
            }
        }
    }

    private static boolean isAscii(byte[] bytes, int length) {
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            if (((long) ByteSink.LONG.get(bytes, at) & 0x8080808080808080L) != 0) {
                return false;
            }
        }
        for (; at < length; at++) {
            if (bytes[at] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the text stops being UTF-8, or -1. */
    private static int invalidAt(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end) {
            int first = bytes[at] & 0xff;
            if (first < 0x80) {
                at++;
                continue;
            }
            int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
            if (first < 0xc2 || first > 0xf4 || end - at < length) {
                return at;
            }
            int second = bytes[at + 1] & 0xff;
            // Overlong forms, surrogates and code points beyond 10FFFF show in the second byte.
            int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
            int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
            if (second < low || second > high) {
                return at;
            }
            for (int k = 2; k < length; k++) {
                if ((bytes[at + k] & 0xc0) != 0x80) {
                    return at;
                }
            }
            at += length;
        }
        return -1;
    }
}
