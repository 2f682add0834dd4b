package io.persist.client;

import io.persist.codec.CorruptDataException;
import io.persist.store.StoreException;

import java.util.List;

/**
 * A consolidated snapshot as a stream. Made by {@link ReadHandle#snapshotCursor}; the caller closes
 * it, before the handle. One thread.
 */
public final class SnapshotCursor<K, V> implements AutoCloseable {
    /** Up to a few thousand further updates, sorted; empty at the end. */
    public List<Update<K, V>> next()
            throws StoreException, CorruptDataException, InterruptedException {
        throw new AssertionError("skeleton");
    }

    @Override
    public void close() {}
}
