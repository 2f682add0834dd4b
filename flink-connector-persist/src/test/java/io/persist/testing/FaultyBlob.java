package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import java.util.Optional;
import java.util.OptionalLong;

/** A blob store behind a bad network. */
public final class FaultyBlob implements Blob {
    private final Blob delegate;
    private final Fate fate;

    public FaultyBlob(Blob delegate, Fate fate) {
        this.delegate = delegate;
        this.fate = fate;
    }

    @Override
    public Optional<Bytes> get(BlobKey key) throws StoreException {
        return fate.read("get " + key, () -> delegate.get(key));
    }

    @Override
    public void set(BlobKey key, Bytes value) throws StoreException {
        fate.change(
                "set " + key,
                () -> {
                    delegate.set(key, value);
                    return key;
                });
    }

    @Override
    public OptionalLong delete(BlobKey key) throws StoreException {
        return fate.change("delete " + key, () -> delegate.delete(key));
    }

    @Override
    public void list(String prefix, Visitor visitor) throws StoreException {
        fate.read(
                "list " + prefix,
                () -> {
                    delegate.list(prefix, visitor);
                    return prefix;
                });
    }

    @Override
    public void restore(BlobKey key) throws StoreException {
        fate.change(
                "restore " + key,
                () -> {
                    delegate.restore(key);
                    return key;
                });
    }

    @Override
    public void close() {
        delegate.close();
    }
}
