package io.persist.store;

import io.persist.codec.Bytes;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Large immutable objects by key. Linearizable per key; safe for use by many threads. Every call
 * blocks, honours interruption by failing, and reports trouble as {@link StoreException}.
 */
public interface Blob extends AutoCloseable {
    /** The whole object, or nothing if it does not exist. */
    Optional<Bytes> get(BlobKey key) throws StoreException;

    /**
     * Stores the object atomically: readers see nothing or all of it. Repeating it with the same
     * bytes is harmless.
     */
    void set(BlobKey key, Bytes value) throws StoreException;

    /** Deletes the object. Returns its size, or nothing if it did not exist (which is no error). */
    OptionalLong delete(BlobKey key) throws StoreException;

    /**
     * Visits every key that begins with {@code prefix}, in no order. An empty prefix visits all.
     */
    void list(String prefix, Visitor visitor) throws StoreException;

    /**
     * When the object was stored, by the store's clock in milliseconds since 1970; nothing if it
     * does not exist or the store cannot tell.
     */
    default OptionalLong modifiedMillis(BlobKey key) throws StoreException {
        return OptionalLong.empty();
    }

    /**
     * Makes a deleted object readable again if the store still can.
     *
     * @throws StoreException.Determinate if the object does not exist and cannot be brought back
     */
    void restore(BlobKey key) throws StoreException;

    /**
     * What calls of {@link #set} left behind below {@code prefix}, in no order: part of an object,
     * which takes room and is never read. Some may still be at it. None where a store has no such.
     */
    default List<HalfWritten> halfWritten(String prefix) throws StoreException {
        return List.of();
    }

    /**
     * Deletes what {@link #halfWritten} told of. If a call is still at it, that fails and can be
     * repeated.
     */
    default void delete(HalfWritten left) throws StoreException {}

    /**
     * @param place for people: a file below the store's root
     * @param modifiedMillis when the last byte was written, by the store's clock
     */
    record HalfWritten(String place, long bytes, long modifiedMillis) {}

    /** Releases local resources; idempotent. */
    @Override
    void close();

    /** Receives the entries of a listing. */
    interface Visitor {
        /**
         * @param sizeBytes size of the object as the listing tells it
         */
        void visit(BlobKey key, long sizeBytes) throws StoreException;
    }
}
