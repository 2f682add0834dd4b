package io.persist.batch;

import io.persist.store.BlobKey;

import java.io.IOException;

/**
 * A blob that metadata names does not exist. Either it was collected as garbage because the reader
 * no longer held it back (its lease ran out), or it is lost.
 */
public final class MissingBlobException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient BlobKey key;

    public MissingBlobException(BlobKey key) {
        super("blob " + key + " does not exist: it was collected as garbage, or is lost");
        this.key = key;
    }

    public BlobKey key() {
        return key;
    }
}
