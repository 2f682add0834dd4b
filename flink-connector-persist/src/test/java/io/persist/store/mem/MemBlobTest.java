package io.persist.store.mem;

import io.persist.store.Blob;
import io.persist.testing.BlobContract;

class MemBlobTest extends BlobContract {
    private final MemBlob blob = new MemBlob();

    @Override
    protected Blob client() {
        return blob;
    }
}
