package io.persist.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * What the idempotency token of an epoch's entry says. Sixteen bytes, big endian: five of the
 * sink's tag, three of the generation, then one bit for closed and 63 of the ordinal.
 *
 * @param tag the first five bytes of the SHA-256 of the sink id
 * @param generation position of the epoch on the sink's chain
 * @param closed whether a later epoch took over: no higher ordinal will ever be appended
 * @param ordinal of the epoch's last appended commit, 0 if there is none
 */
public record EpochToken(long tag, int generation, boolean closed, long ordinal) {
    static final int MAX_GENERATION = (1 << 24) - 1;
    private static final int TAG_BYTES = 5;

    public EpochToken {
        if (tag >>> (8 * TAG_BYTES) != 0) {
            throw new IllegalArgumentException("tag " + Long.toHexString(tag) + " beyond 5 bytes");
        }
        if (generation < 0 || generation > MAX_GENERATION) {
            throw new IllegalArgumentException("generation " + generation + " beyond 3 bytes");
        }
        if (ordinal < 0) {
            throw new IllegalArgumentException("ordinal " + ordinal + " is negative");
        }
    }

    /** The tag of every epoch of the sink. */
    public static long tagOf(String sinkId) {
        MessageDigest sha;
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        byte[] digest = sha.digest(sinkId.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest).getLong() >>> (64 - 8 * TAG_BYTES);
    }

    /** Reads any token; whether it is one of a sink only its tag can tell. */
    public static EpochToken of(IdempotencyToken token) {
        long high = token.uuid().getMostSignificantBits();
        long low = token.uuid().getLeastSignificantBits();
        return new EpochToken(
                high >>> 24, (int) high & MAX_GENERATION, low < 0, low & Long.MAX_VALUE);
    }

    public IdempotencyToken token() {
        return new IdempotencyToken(
                new UUID(tag << 24 | generation, closed ? ordinal | Long.MIN_VALUE : ordinal));
    }

    EpochToken asClosed() {
        return new EpochToken(tag, generation, true, ordinal);
    }

    EpochToken withOrdinal(long other) {
        return new EpochToken(tag, generation, closed, other);
    }
}
