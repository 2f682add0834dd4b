package io.persist.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.persist.codec.Bytes;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keeps the objects that were read or stored last in memory. Objects never change and keys are
 * never used again, so what is kept is right for ever: nothing has to be invalidated. An object
 * that another process deletes can still be read here as long as it is kept; everything else, also
 * whether an object is listed, is asked of the store itself.
 *
 * <p>Closing it closes the store. Safe for use by many threads.
 */
public final class CachingBlob implements Blob {
    private final Blob delegate;
    private final long capacityBytes;
    private final Object lock = new Object();

    /** Least recently used first. */
    @GuardedBy("lock")
    private final LinkedHashMap<BlobKey, Bytes> kept = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("lock")
    private long keptBytes;

    @GuardedBy("lock")
    private long hits;

    @GuardedBy("lock")
    private long misses;

    /** So that what was read before a deletion is not kept after it. */
    @GuardedBy("lock")
    private long deletions;

    /**
     * @param capacityBytes of all values together; larger ones are not kept
     */
    public CachingBlob(Blob delegate, long capacityBytes) {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException(
                    "capacityBytes must be at least 1, is " + capacityBytes);
        }
        this.delegate = delegate;
        this.capacityBytes = capacityBytes;
    }

    /**
     * What came of it up to now.
     *
     * @param hits reads that did not reach the store
     * @param misses reads that did, whether the object existed or not
     * @param objects that are kept
     * @param bytes of the values that are kept
     */
    public record Counts(long hits, long misses, long objects, long bytes) {}

    public Counts counts() {
        synchronized (lock) {
            return new Counts(hits, misses, kept.size(), keptBytes);
        }
    }

    @Override
    public Optional<Bytes> get(BlobKey key) throws StoreException {
        long before;
        synchronized (lock) {
            Bytes found = kept.get(key);
            if (found != null) {
                hits++;
                return Optional.of(found);
            }
            misses++;
            before = deletions;
        }
        Optional<Bytes> fetched = delegate.get(key);
        fetched.ifPresent(value -> keep(key, value, before));
        return fetched;
    }

    @Override
    public void set(BlobKey key, Bytes value) throws StoreException {
        long before;
        synchronized (lock) {
            before = deletions;
        }
        delegate.set(key, value);
        keep(key, value, before);
    }

    private void keep(BlobKey key, Bytes value, long deletionsBefore) {
        if (value.length() > capacityBytes) {
            return;
        }
        synchronized (lock) {
            if (deletions != deletionsBefore) {
                return;
            }
            forget(key);
            Iterator<Map.Entry<BlobKey, Bytes>> oldest = kept.entrySet().iterator();
            while (keptBytes + value.length() > capacityBytes) {
                keptBytes -= oldest.next().getValue().length();
                oldest.remove();
            }
            kept.put(key, value);
            keptBytes += value.length();
        }
    }

    @GuardedBy("lock")
    private void forget(BlobKey key) {
        Bytes removed = kept.remove(key);
        if (removed != null) {
            keptBytes -= removed.length();
        }
    }

    @Override
    public OptionalLong delete(BlobKey key) throws StoreException {
        forgetDeleted(key);
        try {
            return delegate.delete(key);
        } finally {
            forgetDeleted(key);
        }
    }

    private void forgetDeleted(BlobKey key) {
        synchronized (lock) {
            deletions++;
            forget(key);
        }
    }

    /** Of the store, whatever is kept. */
    @Override
    public void list(String prefix, Visitor visitor) throws StoreException {
        delegate.list(prefix, visitor);
    }

    @Override
    public OptionalLong modifiedMillis(BlobKey key) throws StoreException {
        return delegate.modifiedMillis(key);
    }

    @Override
    public void restore(BlobKey key) throws StoreException {
        delegate.restore(key);
    }

    @Override
    public List<HalfWritten> halfWritten(String prefix) throws StoreException {
        return delegate.halfWritten(prefix);
    }

    @Override
    public void delete(HalfWritten left) throws StoreException {
        delegate.delete(left);
    }

    @Override
    public void close() {
        synchronized (lock) {
            kept.clear();
            keptBytes = 0;
        }
        delegate.close();
    }
}
