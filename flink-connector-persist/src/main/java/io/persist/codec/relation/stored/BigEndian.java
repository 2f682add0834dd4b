package io.persist.codec.relation.stored;

/** Numbers in stored forms, most significant byte first. */
public final class BigEndian {
    private BigEndian() {}

    public static void putInt(byte[] target, int offset, int value) {
        target[offset] = (byte) (value >> 24);
        target[offset + 1] = (byte) (value >> 16);
        target[offset + 2] = (byte) (value >> 8);
        target[offset + 3] = (byte) value;
    }

    public static int getInt(byte[] source, int offset) {
        return source[offset] << 24
                | (source[offset + 1] & 0xff) << 16
                | (source[offset + 2] & 0xff) << 8
                | (source[offset + 3] & 0xff);
    }

    public static void putLong(byte[] target, int offset, long value) {
        putInt(target, offset, (int) (value >> Integer.SIZE));
        putInt(target, offset + Integer.BYTES, (int) value);
    }

    public static long getLong(byte[] source, int offset) {
        return ((long) getInt(source, offset) << Integer.SIZE)
                | (getInt(source, offset + Integer.BYTES) & 0xffffffffL);
    }
}
