package io.persist.client;

import io.persist.shard.Surroundings;

import java.time.Duration;

/** Polls for something with growing pauses, up to a limit. One thread. */
final class Waiting {
    private final PollPolicy policy;
    private final Surroundings surroundings;
    private final long endMillis;
    private long nextMillis;
    private boolean first = true;

    Waiting(PollPolicy policy, Surroundings surroundings, Duration limit) {
        this.policy = policy;
        this.surroundings = surroundings;
        this.endMillis = surroundings.nowMillis() + limit.toMillis();
        this.nextMillis = policy.firstMillis();
    }

    /** Pauses and returns true, or returns false at once if the time is over. */
    boolean pause() throws InterruptedException {
        long left = endMillis - surroundings.nowMillis();
        if (left <= 0) {
            return false;
        }
        double spread = 0.9 + 0.2 * surroundings.random().nextDouble();
        surroundings.sleeper().sleep(Math.min(left, Math.max(1, (long) (nextMillis * spread))));
        nextMillis = policy.nextMillis(nextMillis, first);
        first = false;
        return true;
    }
}
