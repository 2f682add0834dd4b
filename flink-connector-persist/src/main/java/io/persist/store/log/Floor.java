package io.persist.store.log;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.store.SeqNo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Below which seqno the entries of a log do not exist. As stored: magic, seqno (8 bytes, little
 * endian), CRC-32C of those 8 bytes (little endian).
 *
 * @param number position among the floors of the log, from 1; 0 for the floor that is nowhere
 *     stored
 */
record Floor(long number, SeqNo seqno) {
    /** The floor of a log without floor objects. */
    static final Floor NONE = new Floor(0, new SeqNo(0));

    private static final Bytes MAGIC = Bytes.utf8("plf1");
    private static final int STORED_BYTES = 16;

    Bytes encode() {
        ByteBuffer buffer = ByteBuffer.allocate(STORED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(MAGIC.asByteBuffer()).putLong(seqno.value());
        buffer.putInt(LogEntry.crc32c(Bytes.copyOf(buffer.array()).slice(4, 8)));
        return Bytes.takeArray(buffer.array());
    }

    static Floor decode(long number, Bytes bytes) throws CorruptDataException {
        if (bytes.length() != STORED_BYTES) {
            throw new CorruptDataException(
                    "expected " + STORED_BYTES + " bytes, found " + bytes.length());
        }
        if (!bytes.slice(0, 4).equals(MAGIC)) {
            throw new CorruptDataException(
                    "expected a floor (magic 'plf1') at offset 0, found "
                            + LogEntry.printable(bytes.slice(0, 4)));
        }
        ByteBuffer buffer = bytes.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).position(4);
        long seqno = buffer.getLong();
        int expected = buffer.getInt();
        int found = LogEntry.crc32c(bytes.slice(4, 8));
        if (expected != found) {
            throw new CorruptDataException(
                    "expected CRC-32C %08x of the seqno at offset 4, found %08x"
                            .formatted(expected, found));
        }
        if (seqno < 0) {
            throw new CorruptDataException(
                    "expected a seqno up to 2^63 - 1 at offset 4, found "
                            + Long.toUnsignedString(seqno));
        }
        return new Floor(number, new SeqNo(seqno));
    }

    /** Whether an entry at this seqno is below the floor, hence does not exist. */
    boolean isAbove(SeqNo entry) {
        return seqno.compareTo(entry) > 0;
    }
}
