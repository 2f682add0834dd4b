package io.persist.batch.build;

import io.persist.store.PartKey;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Blobs that a writer may have stored and still owns. Any thread. */
final class Uploads {
    private final Set<PartKey> keys = new LinkedHashSet<>();
    private boolean abandoned;

    /** Returns whether someone will care for the blob; if not, the caller must. */
    synchronized boolean add(PartKey key) {
        if (!abandoned) {
            keys.add(key);
        }
        return !abandoned;
    }

    /**
     * Returns whether the caller must care for the blobs from now on; if not, someone else does.
     */
    synchronized boolean release(Collection<PartKey> blobs) {
        blobs.forEach(keys::remove);
        return !abandoned;
    }

    synchronized void forget() {
        keys.clear();
    }

    /** The blobs, which the caller must care for; later ones are not taken any more. */
    synchronized List<PartKey> abandon() {
        abandoned = true;
        List<PartKey> owned = List.copyOf(keys);
        keys.clear();
        return owned;
    }
}
