package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Another blob store, for tests that change one call. */
public abstract class ForwardingBlob implements Blob {
    private final Blob delegate;

    protected ForwardingBlob(Blob delegate) {
        this.delegate = delegate;
    }

    @Override
    public Optional<Bytes> get(BlobKey key) throws StoreException {
        return delegate.get(key);
    }

    @Override
    public void set(BlobKey key, Bytes value) throws StoreException {
        delegate.set(key, value);
    }

    @Override
    public OptionalLong delete(BlobKey key) throws StoreException {
        return delegate.delete(key);
    }

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
        delegate.close();
    }
}
