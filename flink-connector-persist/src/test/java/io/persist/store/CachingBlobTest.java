package io.persist.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.store.mem.MemBlob;
import io.persist.testing.BlobContract;
import io.persist.testing.CountingBlob;
import io.persist.testing.ForwardingBlob;

import org.junit.jupiter.api.Test;

import java.util.Optional;
import java.util.OptionalLong;

/** The contract holds among the clients of one cache; other processes see their own. */
final class CachingBlobTest extends BlobContract {
    private static final BlobKey A = new BlobKey("a");
    private static final BlobKey B = new BlobKey("b");
    private static final BlobKey C = new BlobKey("c");

    private final MemBlob mem = new MemBlob();
    private final CountingBlob store = new CountingBlob(mem);
    private final CachingBlob blob = new CachingBlob(store, 100);

    @Override
    protected Blob client() {
        return blob;
    }

    private static Bytes value(int length) {
        return Bytes.takeArray(new byte[length]);
    }

    @Test
    void whatWasReadOrStoredIsKept() throws StoreException {
        mem.set(A, value(10));
        assertThat(blob.get(A)).contains(value(10));
        assertThat(blob.get(A)).contains(value(10));
        blob.set(B, value(20));
        assertThat(blob.get(B)).contains(value(20));
        assertThat(store.gets()).isEqualTo(1);
        assertThat(blob.counts()).isEqualTo(new CachingBlob.Counts(2, 1, 2, 30));
    }

    @Test
    void absenceIsNotKept() throws StoreException {
        assertThat(blob.get(A)).isEmpty();
        mem.set(A, value(1));
        assertThat(blob.get(A)).isPresent();
    }

    @Test
    void theLeastRecentlyUsedGoFirst() throws StoreException {
        blob.set(A, value(40));
        blob.set(B, value(40));
        assertThat(blob.get(A)).isPresent();
        blob.set(C, value(40));
        assertThat(blob.counts().bytes()).isEqualTo(80);
        blob.get(A);
        blob.get(C);
        assertThat(store.gets()).isZero();
        blob.get(B);
        assertThat(store.gets()).isEqualTo(1);
    }

    @Test
    void objectsLargerThanEverythingAreNotKept() throws StoreException {
        blob.set(A, value(60));
        blob.set(B, value(101));
        assertThat(blob.counts().objects()).isEqualTo(1);
        blob.set(C, value(100));
        assertThat(blob.counts()).isEqualTo(new CachingBlob.Counts(0, 0, 1, 100));
        blob.set(C, value(100));
        assertThat(blob.counts().bytes()).isEqualTo(100);
    }

    @Test
    void whatWasReadBeforeADeletionIsNotKeptAfterIt() throws StoreException {
        mem.set(A, value(10));
        CachingBlob[] cache = new CachingBlob[1];
        cache[0] =
                new CachingBlob(
                        new ForwardingBlob(mem) {
                            @Override
                            public Optional<Bytes> get(BlobKey key) throws StoreException {
                                Optional<Bytes> found = super.get(key);
                                cache[0].delete(key);
                                return found;
                            }
                        },
                        100);
        assertThat(cache[0].get(A)).isPresent();
        assertThat(cache[0].get(A)).isEmpty();
    }

    @Test
    void aDeletionThatFailedIsForgottenAllTheSame() throws StoreException {
        CachingBlob failing =
                new CachingBlob(
                        new ForwardingBlob(mem) {
                            @Override
                            public OptionalLong delete(BlobKey key) throws StoreException {
                                super.delete(key);
                                throw new StoreException.Indeterminate("reply lost");
                            }
                        },
                        100);
        failing.set(A, value(10));
        assertThatThrownBy(() -> failing.delete(A)).isInstanceOf(StoreException.class);
        assertThat(failing.get(A)).isEmpty();
    }

    @Test
    void aStoreThatFailedIsAskedAgain() throws StoreException {
        CachingBlob failing =
                new CachingBlob(
                        new ForwardingBlob(mem) {
                            @Override
                            public void set(BlobKey key, Bytes value) throws StoreException {
                                throw new StoreException.Determinate("refused");
                            }
                        },
                        100);
        assertThatThrownBy(() -> failing.set(A, value(10))).isInstanceOf(StoreException.class);
        assertThat(failing.get(A)).isEmpty();
    }

    @Test
    void deletionsByOthersAreSeenByListingNotByReading() throws StoreException {
        blob.set(A, value(10));
        mem.delete(A);
        assertThat(blob.get(A)).as("immutable, so still right").contains(value(10));
        assertThat(list(blob, "")).isEmpty();
        assertThat(blob.delete(A)).isEmpty();
        assertThat(blob.get(A)).isEmpty();
    }

    @Test
    void capacityIsPositive() {
        assertThatThrownBy(() -> new CachingBlob(mem, 0)).hasMessageContaining("capacityBytes");
    }
}
