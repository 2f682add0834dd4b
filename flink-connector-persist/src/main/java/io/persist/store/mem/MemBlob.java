package io.persist.store.mem;

import io.persist.codec.Bytes;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;

/** Blobs in memory. Safe for use by many threads; closing it keeps the data. */
public final class MemBlob implements Blob {
    private final ConcurrentSkipListMap<BlobKey, Bytes> blobs = new ConcurrentSkipListMap<>();

    @Override
    public Optional<Bytes> get(BlobKey key) {
        return Optional.ofNullable(blobs.get(key));
    }

    @Override
    public void set(BlobKey key, Bytes value) {
        blobs.put(key, value);
    }

    @Override
    public OptionalLong delete(BlobKey key) {
        Bytes removed = blobs.remove(key);
        return removed == null ? OptionalLong.empty() : OptionalLong.of(removed.length());
    }

    @Override
    public void list(String prefix, Visitor visitor) throws StoreException {
        for (Map.Entry<BlobKey, Bytes> entry : blobs.tailMap(new BlobKey(prefix)).entrySet()) {
            if (!entry.getKey().text().startsWith(prefix)) {
                return;
            }
            visitor.visit(entry.getKey(), entry.getValue().length());
        }
    }

    /** Succeeds only if the object exists: deleted ones are gone. */
    @Override
    public void restore(BlobKey key) throws StoreException {
        if (!blobs.containsKey(key)) {
            throw new StoreException.Determinate(
                    "blob " + key + " does not exist and a store in memory cannot bring it back");
        }
    }

    @Override
    public void close() {}
}
