package io.persist.client.compaction;

import io.persist.batch.merge.Pace;
import io.persist.shard.Machine;

/** Ends a merge that takes too long, or whose thread is interrupted. */
final class Deadline implements Pace {
    private final Machine clock;
    private final long timeoutMillis;
    private final long endMillis;
    private final int updates;

    /** The time is up. */
    static final class Passed extends InterruptedException {
        private static final long serialVersionUID = 1L;

        Passed(long timeoutMillis) {
            super("took longer than " + timeoutMillis + " ms");
        }
    }

    /**
     * @param updates after which to look
     */
    Deadline(Machine clock, long timeoutMillis, int updates) {
        this.clock = clock;
        this.timeoutMillis = timeoutMillis;
        this.endMillis = clock.nowMillis() + timeoutMillis;
        this.updates = updates;
    }

    long timeoutMillis() {
        return timeoutMillis;
    }

    @Override
    public int updates() {
        return updates;
    }

    @Override
    public void pause() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("compaction was interrupted");
        }
        if (clock.nowMillis() > endMillis) {
            throw new Passed(timeoutMillis);
        }
    }
}
