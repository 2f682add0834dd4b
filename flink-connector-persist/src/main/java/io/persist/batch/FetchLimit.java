package io.persist.batch;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bounds the encoded parts that are in memory at once, those on their way included, however many
 * read. A part costs somewhat more than it is large, and holds that from before it is fetched until
 * it is decoded or given up.
 *
 * <p>Parts that are fetched because they are needed wait their turn; they get one half. The other
 * half is for parts fetched ahead, which do not wait: what does not fit is not fetched ahead. As
 * whoever holds a part that is needed waits for nobody, and parts fetched ahead, which may lie for
 * long, are in nobody's way, nobody waits for ever. A part that is larger than its half takes all
 * of that.
 *
 * <p>Any thread; turns are in order.
 */
public final class FetchLimit {
    /** No bound. */
    public static final FetchLimit NONE = new FetchLimit(Long.MAX_VALUE, 1);

    /** So that permits, which are ints, count far enough. */
    private static final int UNIT_BYTES = 1024;

    private final Turns needed;
    private final Turns ahead;
    private final double costFactor;

    /**
     * @param memoryBytes all parts together
     * @param costFactor by which a part costs more than its encoded size
     */
    public FetchLimit(long memoryBytes, double costFactor) {
        if (memoryBytes < 1) {
            throw new IllegalArgumentException("memoryBytes must be positive, is " + memoryBytes);
        }
        if (!(costFactor > 0)) {
            throw new IllegalArgumentException("costFactor must be positive, is " + costFactor);
        }
        this.costFactor = costFactor;
        this.needed = new Turns(memoryBytes);
        this.ahead = new Turns(memoryBytes);
    }

    private static final class Turns {
        private final int permits;
        private final Semaphore free;

        Turns(long memoryBytes) {
            permits = (int) Math.max(1, Math.min(Integer.MAX_VALUE, memoryBytes / 2 / UNIT_BYTES));
            free = new Semaphore(permits, true);
        }
    }

    /** Room for one part. Closing it, more than once if need be and by any thread, frees it. */
    public static final class Room implements AutoCloseable {
        private final Semaphore of;
        private final int permits;
        private final AtomicBoolean freed = new AtomicBoolean();

        private Room(Semaphore of, int permits) {
            this.of = of;
            this.permits = permits;
        }

        @Override
        public void close() {
            if (!freed.getAndSet(true)) {
                of.release(permits);
            }
        }
    }

    private int cost(long encodedBytes, Turns turns) {
        double units = Math.ceil(encodedBytes * costFactor / UNIT_BYTES);
        return (int) Math.min(turns.permits, units);
    }

    /** Waits until there is room for a part that is needed. The caller decodes it and closes. */
    public Room await(long encodedBytes) throws InterruptedException {
        int cost = cost(encodedBytes, needed);
        needed.free.acquire(cost);
        return new Room(needed.free, cost);
    }

    /** Room for a part that may be needed later; null if there is none now. */
    public @Nullable Room tryAhead(long encodedBytes) {
        int cost = cost(encodedBytes, ahead);
        return ahead.free.tryAcquire(cost) ? new Room(ahead.free, cost) : null;
    }

    /** Bytes for which there is room now, for parts that are needed and for those ahead. */
    public long freeBytes() {
        long units = (long) needed.free.availablePermits() + ahead.free.availablePermits();
        return units * UNIT_BYTES;
    }
}
