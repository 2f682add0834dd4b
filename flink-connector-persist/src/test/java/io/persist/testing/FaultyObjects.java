package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;
import io.persist.store.StoreException;

import java.util.List;
import java.util.Optional;

/**
 * Conditional objects behind a bad network. Also resends a create by itself after a lost reply, as
 * client libraries do, so that the caller hears that its own object exists.
 */
public final class FaultyObjects implements ConditionalObjects {
    private final ConditionalObjects delegate;
    private final Fate fate;

    public FaultyObjects(ConditionalObjects delegate, Fate fate) {
        this.delegate = delegate;
        this.fate = fate;
    }

    @Override
    public boolean createIfAbsent(String key, Bytes value) throws StoreException {
        boolean created = fate.change("create " + key, () -> delegate.createIfAbsent(key, value));
        return (created && fate.strikes()) ? delegate.createIfAbsent(key, value) : created;
    }

    @Override
    public Optional<Bytes> get(String key) throws StoreException {
        return fate.read("get " + key, () -> delegate.get(key));
    }

    @Override
    public void delete(String key) throws StoreException {
        fate.change(
                "delete " + key,
                () -> {
                    delegate.delete(key);
                    return key;
                });
    }

    @Override
    public List<String> list(String folder) throws StoreException {
        return fate.read("list " + folder, () -> delegate.list(folder));
    }

    @Override
    public void close() {
        delegate.close();
    }
}
