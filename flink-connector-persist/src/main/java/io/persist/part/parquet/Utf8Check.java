package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;
import io.persist.codec.Utf8;

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
            if (!Utf8.isValid(bytes, values.start(i), values.length(i))) {
                throw new CorruptDataException(
                        "column "
                                + data.leaf().field().getName()
                                + ": expected UTF-8, found other bytes in value "
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
}
