package io.persist.client;

import io.persist.shard.Surroundings;

import java.time.Duration;

/** Polls for something with growing pauses, up to a limit. One thread. */
final class Waiting {
    private static final long INITIAL_MILLIS = 4;

    /** Commits come about every second or less often; more patience only adds latency. */
    private static final long MAX_MILLIS = 1000;

    private final Surroundings surroundings;
    private final long endMillis;
    private long nextMillis = INITIAL_MILLIS;

    Waiting(Surroundings surroundings, Duration limit) {
        this.surroundings = surroundings;
        this.endMillis = surroundings.nowMillis() + limit.toMillis();
    }

    /** Pauses and returns true, or returns false at once if the time is over. */
    boolean pause() throws InterruptedException {
        long left = endMillis - surroundings.nowMillis();
        if (left <= 0) {
            return false;
        }
        double spread = 0.9 + 0.2 * surroundings.random().nextDouble();
        surroundings.sleeper().sleep(Math.min(left, Math.max(1, (long) (nextMillis * spread))));
        nextMillis = Math.min(2 * nextMillis, MAX_MILLIS);
        return true;
    }
}
