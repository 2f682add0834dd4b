package io.persist.shard;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Part ids of one writer attempt. Sixteen bytes, big endian: four of the line's tag, three of the
 * incarnation, five random ones of the attempt, four of a counter. Any thread.
 */
public final class PartIds implements Supplier<UUID> {
    private static final long MAX_COUNTER = 0xffff_ffffL;

    private final long high;
    private final long lowBase;
    private final AtomicLong counter = new AtomicLong();

    /**
     * @param attempt random; its last five bytes are used
     */
    public PartIds(WriterLine line, UUID attempt) {
        long random = attempt.getLeastSignificantBits();
        this.high =
                (long) line.tag() << 32 | (long) line.incarnation() << 8 | (random >>> 32 & 0xff);
        this.lowBase = random << 32;
    }

    @Override
    public UUID get() {
        long next = counter.getAndIncrement();
        if (next > MAX_COUNTER) {
            throw new IllegalStateException("one writer attempt has used up all its part ids");
        }
        return new UUID(high, lowBase | next);
    }
}
