package io.persist.batch.build;

import io.persist.store.StoreException;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who holds something that several tasks use: whoever made it, and each task from the moment
 * it is made until it has ended or is given up. The last one closes it. Any thread.
 */
final class Shared {
    private final Runnable close;
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Creates it with one holder. */
    Shared(Runnable close) {
        this.close = close;
    }

    /** The same work as a further holder. */
    Pending.Work heldBy(Pending.Work work) {
        holders.incrementAndGet();
        return new Pending.Work() {
            @Override
            public Written run() throws StoreException, InterruptedException {
                try {
                    return work.run();
                } finally {
                    release();
                }
            }

            @Override
            public void discard() {
                try {
                    work.discard();
                } finally {
                    release();
                }
            }
        };
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            close.run();
        }
    }
}
