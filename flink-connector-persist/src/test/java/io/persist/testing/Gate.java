package io.persist.testing;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;

/** Holds whoever comes while it is shut. Any thread. */
public final class Gate {
    private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private boolean shut = true;
    private int arrivals;
    private int waiting;
    private int mostWaiting;

    /** Begins shut. */
    public Gate() {}

    public synchronized void open() {
        shut = false;
        notifyAll();
    }

    public synchronized void shut() {
        shut = true;
    }

    public synchronized void pass() throws InterruptedException {
        arrivals++;
        waiting++;
        mostWaiting = Math.max(mostWaiting, waiting);
        notifyAll();
        try {
            while (shut) {
                wait();
            }
        } finally {
            waiting--;
            notifyAll();
        }
    }

    /** Counts somebody who need not wait. */
    public synchronized void note() {
        arrivals++;
        notifyAll();
    }

    public synchronized int arrivals() {
        return arrivals;
    }

    /** Waits until at least so many are held at once. */
    public void awaitWaiting(int count) throws InterruptedException, TimeoutException {
        await(() -> waiting, count);
    }

    /** Waits until at least so many have come, whether they have passed or not. */
    public void awaitArrivals(int count) throws InterruptedException, TimeoutException {
        await(() -> arrivals, count);
    }

    private synchronized void await(IntSupplier found, int count)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (found.getAsInt() < count) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException(found.getAsInt() + " came to the gate, not " + count);
            }
            wait(left);
        }
    }

    public synchronized int mostWaiting() {
        return mostWaiting;
    }
}
