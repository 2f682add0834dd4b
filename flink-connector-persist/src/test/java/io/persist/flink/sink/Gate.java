package io.persist.flink.sink;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;

/** Holds whoever comes while it is shut. Any thread. */
final class Gate {
    private boolean shut = true;
    private int arrivals;
    private int waiting;
    private int mostWaiting;

    /** Begins shut. */
    Gate() {}

    synchronized void open() {
        shut = false;
        notifyAll();
    }

    synchronized void shut() {
        shut = true;
    }

    synchronized void pass() throws InterruptedException {
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
    synchronized void note() {
        arrivals++;
        notifyAll();
    }

    synchronized int arrivals() {
        return arrivals;
    }

    /** Waits until at least so many are held at once. */
    void awaitWaiting(int count) throws InterruptedException, TimeoutException {
        await(() -> waiting, count);
    }

    /** Waits until at least so many have come, whether they have passed or not. */
    void awaitArrivals(int count) throws InterruptedException, TimeoutException {
        await(() -> arrivals, count);
    }

    private synchronized void await(IntSupplier found, int count)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + SinkLab.LIMIT.toNanos();
        while (found.getAsInt() < count) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException(found.getAsInt() + " came to the gate, not " + count);
            }
            wait(left);
        }
    }

    synchronized int mostWaiting() {
        return mostWaiting;
    }
}
