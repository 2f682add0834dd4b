package io.persist.store.mem;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Conditional objects in memory. Safe for use by many threads; closing it keeps the data. */
public final class MemObjects implements ConditionalObjects {
    private final ConcurrentSkipListMap<String, Bytes> objects = new ConcurrentSkipListMap<>();

    @Override
    public boolean createIfAbsent(String key, Bytes value) {
        return objects.putIfAbsent(key, value) == null;
    }

    @Override
    public Optional<Bytes> get(String key) {
        return Optional.ofNullable(objects.get(key));
    }

    @Override
    public void delete(String key) {
        objects.remove(key);
    }

    @Override
    public List<String> list(String folder) {
        return objects.tailMap(folder).keySet().stream()
                .takeWhile(key -> key.startsWith(folder))
                .map(key -> key.substring(folder.length()))
                .map(rest -> rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest)
                .distinct()
                .toList();
    }

    @Override
    public void close() {}
}
