package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Notes every request with its answer: {@code get KEY: absent}. Safe for use by many threads. */
public final class CountingObjects implements ConditionalObjects {
    private final ConditionalObjects delegate;
    private final List<String> requests = new ArrayList<>();

    public CountingObjects(ConditionalObjects delegate) {
        this.delegate = delegate;
    }

    /** The requests since the last call of this method. */
    public synchronized List<String> take() {
        List<String> taken = List.copyOf(requests);
        requests.clear();
        return taken;
    }

    @Override
    public boolean createIfAbsent(String key, Bytes value) throws StoreException {
        boolean created = delegate.createIfAbsent(key, value);
        note("create " + key + (created ? "" : ": exists"));
        return created;
    }

    @Override
    public Optional<Bytes> get(String key) throws StoreException {
        Optional<Bytes> found = delegate.get(key);
        note("get " + key + (found.isPresent() ? "" : ": absent"));
        return found;
    }

    @Override
    public void delete(String key) throws StoreException {
        delegate.delete(key);
        note("delete " + key);
    }

    @Override
    public List<String> list(String folder) throws StoreException {
        note("list " + folder);
        return delegate.list(folder);
    }

    @Override
    public void close() {
        delegate.close();
    }

    private synchronized void note(String request) {
        requests.add(request);
    }
}
