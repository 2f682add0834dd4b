package io.persist.testing;

import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/** Ids that look random and repeat from run to run. Safe for use by many threads. */
public final class SeededIds implements Supplier<UUID> {
    private final Random random;

    public SeededIds(long seed) {
        this.random = new Random(seed);
    }

    @Override
    public synchronized UUID get() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
        return new UUID(high, low);
    }
}
