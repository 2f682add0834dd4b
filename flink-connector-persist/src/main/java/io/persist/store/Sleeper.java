package io.persist.store;

/** How waiting is done, so that tests need not wait. */
@FunctionalInterface
public interface Sleeper {
    /** Blocks the thread for about this long. */
    void sleep(long millis) throws InterruptedException;
}
