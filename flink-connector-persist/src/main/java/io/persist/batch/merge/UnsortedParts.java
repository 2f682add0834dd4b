package io.persist.batch.merge;

import io.persist.batch.MissingBlobException;
import io.persist.batch.columns.SelectedRows;
import io.persist.batch.columns.SortedPart;
import io.persist.batch.merge.PartLoader.ListedPart;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Loads parts of which no order is promised. They are fetched ahead, some at a time, on the pool;
 * small ones are put together and sorted as one, which is cheaper than merging many. One thread;
 * closing it gives up fetches on their way.
 */
final class UnsortedParts<K, V> implements AutoCloseable {
    /** Off-heap bytes from which on no further part is put to the others. */
    private static final long GROUP_BYTES = 32L << 20;

    /** Encoded bytes, on the heap, from which on no further part is fetched ahead. */
    private static final long AHEAD_BYTES = 64L << 20;

    private static final int AHEAD_PARTS = 16;

    private final PartLoader<K, V> loader;
    private final ExecutorService io;
    private final Deque<ListedPart> waiting;
    private final Deque<Fetch> fetches = new ArrayDeque<>();
    private long aheadBytes;

    UnsortedParts(PartLoader<K, V> loader, ExecutorService io, Collection<ListedPart> parts) {
        this.loader = loader;
        this.io = io;
        this.waiting = new ArrayDeque<>(parts);
    }

    private record Fetch(ListedPart listed, Future<Bytes> encoded) {}

    /** The next part or parts, with at least one update; null if there are no more. */
    @Nullable SortedPart<K, V> next()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        SelectedRows group = null;
        boolean complete = false;
        try {
            while (group == null || group.bytes() < GROUP_BYTES) {
                Fetch fetch = nextFetch();
                if (fetch == null) {
                    break;
                }
                SelectedRows rows = loader.select(fetch.listed(), join(fetch));
                if (rows.size() == 0) {
                    rows.close();
                } else if (group == null) {
                    group = rows;
                } else {
                    try (rows) {
                        group.append(rows);
                    }
                }
            }
            complete = true;
        } finally {
            if (!complete && group != null) {
                group.close();
            }
        }
        return group == null ? null : loader.sort(group);
    }

    private @Nullable Fetch nextFetch() {
        while (!waiting.isEmpty()
                && (fetches.isEmpty()
                        || (fetches.size() < AHEAD_PARTS && aheadBytes < AHEAD_BYTES))) {
            ListedPart listed = waiting.remove();
            aheadBytes += listed.part().encodedBytes();
            fetches.add(new Fetch(listed, io.submit(() -> loader.fetch(listed.part()))));
        }
        Fetch fetch = fetches.poll();
        if (fetch != null) {
            aheadBytes -= fetch.listed().part().encodedBytes();
        }
        return fetch;
    }

    private static Bytes join(Fetch fetch)
            throws StoreException, MissingBlobException, InterruptedException {
        try {
            return fetch.encoded().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                throw failure;
            }
            if (e.getCause() instanceof MissingBlobException missing) {
                throw missing;
            }
            throw new IllegalStateException("a part could not be fetched", e);
        }
    }

    @Override
    public void close() {
        waiting.clear();
        fetches.forEach(fetch -> fetch.encoded().cancel(true));
        fetches.clear();
    }
}
