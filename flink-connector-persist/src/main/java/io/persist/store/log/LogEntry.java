package io.persist.store.log;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * An entry of a log as stored: magic, 16 bytes of attempt, CRC-32C of the data (little endian), the
 * data.
 *
 * @param attempt the call that made it: never the same twice
 */
record LogEntry(Kind kind, UUID attempt, Bytes data) {
    enum Kind {
        ENTRY("plg1"),
        /** Entry 0 of a log that is being imported; exists only once a floor is published. */
        CLAIM("pli1");

        private final Bytes magic;

        Kind(String magic) {
            this.magic = Bytes.utf8(magic);
        }
    }

    private static final int MAGIC_BYTES = 4;
    private static final int HEADER_BYTES = MAGIC_BYTES + 16 + 4;

    Bytes encode() {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + data.length());
        buffer.put(kind.magic.asByteBuffer());
        buffer.putLong(attempt.getMostSignificantBits());
        buffer.putLong(attempt.getLeastSignificantBits());
        buffer.order(ByteOrder.LITTLE_ENDIAN).putInt(crc32c(data));
        buffer.put(data.asByteBuffer());
        return Bytes.takeArray(buffer.array());
    }

    static LogEntry decode(Bytes bytes) throws CorruptDataException {
        if (bytes.length() < HEADER_BYTES) {
            throw new CorruptDataException(
                    "expected at least " + HEADER_BYTES + " bytes, found " + bytes.length());
        }
        Bytes magic = bytes.slice(0, MAGIC_BYTES);
        Kind kind =
                Arrays.stream(Kind.values())
                        .filter(candidate -> candidate.magic.equals(magic))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new CorruptDataException(
                                                "expected a log entry (magic 'plg1') at offset 0,"
                                                        + " found "
                                                        + printable(magic)));
        ByteBuffer buffer = bytes.asByteBuffer().position(MAGIC_BYTES);
        UUID attempt = new UUID(buffer.getLong(), buffer.getLong());
        int expected = buffer.order(ByteOrder.LITTLE_ENDIAN).getInt();
        Bytes data = bytes.slice(HEADER_BYTES, bytes.length() - HEADER_BYTES);
        int found = crc32c(data);
        if (expected != found) {
            throw new CorruptDataException(
                    "expected CRC-32C %08x of the %d data bytes at offset %d, found %08x"
                            .formatted(expected, data.length(), HEADER_BYTES, found));
        }
        return new LogEntry(kind, attempt, data);
    }

    static int crc32c(Bytes bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.asByteBuffer());
        return (int) crc.getValue();
    }

    static String printable(Bytes magic) {
        return "'"
                + new String(magic.toArray(), StandardCharsets.US_ASCII).replaceAll("[^ -~]", ".")
                + "' ("
                + magic.hex()
                + ")";
    }
}
