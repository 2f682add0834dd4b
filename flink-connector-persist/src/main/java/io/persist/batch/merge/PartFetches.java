package io.persist.batch.merge;

import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.CallingThread;
import io.persist.batch.FetchLimit;
import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

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
    private final IdentityHashMap<RunPart.Single, Ahead> ahead = new IdentityHashMap<>();
    private long aheadBytes;
    private long foundAhead;
    private long waited;
    private long waitNanos;

    private record Ahead(FutureTask<Bytes> bytes, FetchLimit.Room room) {}

    /** An encoded part; whoever decodes it closes it then. */
    record Fetched(Bytes bytes, FetchLimit.@Nullable Room room) implements AutoCloseable {
        @Override
        public void close() {
            if (room != null) {
                room.close();
            }
        }
    }

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
        FetchLimit.Room room = store.reading().limit().tryAhead(part.encodedBytes());
        if (room == null) {
            return false;
        }
        FutureTask<Bytes> fetch = new FutureTask<>(() -> store.get(part.key()));
        try {
            store.io().execute(fetch);
        } catch (RejectedExecutionException e) {
            room.close();
            return false; // it is only for speed
        }
        ahead.put(part, new Ahead(fetch, room));
        aheadBytes += part.encodedBytes();
        return true;
    }

    /** The part's encoded bytes; waits until there is room for them. */
    Fetched get(RunPart.Single part)
            throws StoreException, MissingBlobException, InterruptedException {
        if (part instanceof RunPart.Inline inline) {
            return new Fetched(inline.updates(), null);
        }
        if (!(part instanceof RunPart.Hollow hollow)) {
            throw new AssertionError(part);
        }
        Ahead begun = ahead.remove(part);
        if (begun != null) {
            aheadBytes -= part.encodedBytes();
            return take(begun);
        }
        waited++;
        long start = store.metrics().nanoTime();
        FetchLimit.Room room = store.reading().limit().await(part.encodedBytes());
        boolean complete = false;
        try {
            Fetched fetched = new Fetched(store.get(hollow.key()), room);
            complete = true;
            return fetched;
        } finally {
            waitNanos += store.metrics().nanoTime() - start;
            if (!complete) {
                room.close();
            }
        }
    }

    private Fetched take(Ahead begun)
            throws StoreException, MissingBlobException, InterruptedException {
        boolean complete = false;
        long start = 0;
        boolean there = begun.bytes().isDone();
        if (there) {
            foundAhead++;
        } else {
            waited++;
            start = store.metrics().nanoTime();
        }
        try {
            Fetched fetched = new Fetched(result(begun.bytes()), begun.room());
            complete = true;
            return fetched;
        } finally {
            if (!there) {
                waitNanos += store.metrics().nanoTime() - start;
            }
            if (!complete) {
                begun.room().close();
            }
        }
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
        for (Ahead begun : ahead.values()) {
            begun.bytes().cancel(true);
            begun.room().close();
        }
        ahead.clear();
        aheadBytes = 0;
    }
}
