package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the calls that reach a blob store. Safe for use by many threads. */
public final class CountingBlob extends ForwardingBlob {
    private final AtomicLong gets = new AtomicLong();
    private final AtomicLong sets = new AtomicLong();
    private final AtomicLong setBytes = new AtomicLong();
    private final AtomicLong deletes = new AtomicLong();
    private final AtomicLong lists = new AtomicLong();

    public CountingBlob(Blob delegate) {
        super(delegate);
    }

    public long gets() {
        return gets.get();
    }

    public long sets() {
        return sets.get();
    }

    /** Bytes of all values that were set. */
    public long setBytes() {
        return setBytes.get();
    }

    public long deletes() {
        return deletes.get();
    }

    public long lists() {
        return lists.get();
    }

    @Override
    public Optional<Bytes> get(BlobKey key) throws StoreException {
        gets.incrementAndGet();
        return super.get(key);
    }

    @Override
    public void set(BlobKey key, Bytes value) throws StoreException {
        sets.incrementAndGet();
        setBytes.addAndGet(value.length());
        super.set(key, value);
    }

    @Override
    public OptionalLong delete(BlobKey key) throws StoreException {
        deletes.incrementAndGet();
        return super.delete(key);
    }

    @Override
    public void list(String prefix, Visitor visitor) throws StoreException {
        lists.incrementAndGet();
        super.list(prefix, visitor);
    }
}
