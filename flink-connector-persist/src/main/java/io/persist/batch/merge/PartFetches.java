package io.persist.batch.merge;

import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.CallingThread;
import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.store.StoreException;

import java.util.IdentityHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/**
 * Encoded parts, some of them fetched ahead on the pool. A part that the pool has not begun with
 * when it is needed is fetched by the thread that needs it, so that nobody waits for a pool that
 * itself waits. One thread; closing it gives up what was not asked for.
 */
final class PartFetches implements AutoCloseable {
    /** So that one merge cannot fill the pool's queue. */
    private static final int MAX_AHEAD = 16;

    private final BatchStore store;
    private final IdentityHashMap<RunPart.Single, FutureTask<Bytes>> ahead =
            new IdentityHashMap<>();
    private long aheadBytes;
    private long foundAhead;
    private long waited;
    private long waitNanos;

    PartFetches(BatchStore store) {
        this.store = store;
    }

    /** Encoded bytes that are here or on their way and were not asked for yet. */
    long aheadBytes() {
        return aheadBytes;
    }

    /**
     * What was fetched up to now.
     *
     * @param unopened elements that were not opened yet
     * @param wrongSort parts that were, of no order or the wrong one
     */
    BatchMetrics.Fetched counts(long unopened, long wrongSort) {
        return new BatchMetrics.Fetched(
                foundAhead, waited, waitNanos, unopened - ahead.size(), ahead.size(), wrongSort);
    }

    boolean isAhead(RunPart.Single part) {
        return ahead.containsKey(part);
    }

    /** Begins to fetch a part; returns whether another one may follow. */
    boolean begin(RunPart.Hollow part) {
        if (ahead.size() >= MAX_AHEAD || store.io() instanceof CallingThread) {
            return false;
        }
        FutureTask<Bytes> fetch = new FutureTask<>(() -> store.get(part.key()));
        try {
            store.io().execute(fetch);
        } catch (RejectedExecutionException e) {
            return false; // it is only for speed
        }
        ahead.put(part, fetch);
        aheadBytes += part.encodedBytes();
        return true;
    }

    /** The part's encoded bytes. */
    Bytes get(RunPart.Single part)
            throws StoreException, MissingBlobException, InterruptedException {
        if (part instanceof RunPart.Inline inline) {
            return inline.updates();
        }
        if (!(part instanceof RunPart.Hollow hollow)) {
            throw new AssertionError(part);
        }
        FutureTask<Bytes> fetch = ahead.remove(part);
        if (fetch != null) {
            aheadBytes -= part.encodedBytes();
            if (fetch.isDone()) {
                foundAhead++;
                return result(fetch);
            }
        }
        waited++;
        long start = store.metrics().nanoTime();
        Bytes bytes = fetch == null ? store.get(hollow.key()) : result(fetch);
        waitNanos += store.metrics().nanoTime() - start;
        return bytes;
    }

    private static Bytes result(FutureTask<Bytes> fetch)
            throws StoreException, MissingBlobException, InterruptedException {
        fetch.run(); // does nothing if the pool has begun
        try {
            return fetch.get();
        } catch (InterruptedException e) {
            fetch.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof StoreException failure) {
                throw failure;
            }
            if (cause instanceof MissingBlobException missing) {
                throw missing;
            }
            if (cause instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw new IllegalStateException("a part could not be fetched", e);
        }
    }

    @Override
    public void close() {
        ahead.values().forEach(fetch -> fetch.cancel(true));
        ahead.clear();
        aheadBytes = 0;
    }
}
