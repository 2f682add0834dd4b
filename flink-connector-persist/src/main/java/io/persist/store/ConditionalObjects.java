package io.persist.store;

import io.persist.codec.Bytes;

import java.util.List;
import java.util.Optional;

/**
 * What {@code store.log} needs of a store: small objects that are created once. Create is atomic
 * (of any number of creators of an absent key exactly one succeeds, no reader sees half an object),
 * and a get after a completed create, delete or get sees its effect. Keys are slash-separated
 * ASCII. Safe for use by many threads and processes.
 */
public interface ConditionalObjects extends AutoCloseable {
    /**
     * Creates the object if the key is absent.
     *
     * @return whether it was created by this call; false means that the key exists, possibly by a
     *     lost reply to an earlier try of this very call
     * @throws StoreException.Indeterminate if it may have been created, or may still be
     * @throws StoreException.Determinate if it certainly was not created and will not be
     */
    boolean createIfAbsent(String key, Bytes value) throws StoreException;

    Optional<Bytes> get(String key) throws StoreException;

    /** Deletes the object; deleting an absent key is no error. */
    void delete(String key) throws StoreException;

    /**
     * The names directly below {@code folder}, in no order: the next key component of every object
     * whose key begins with {@code folder}, each once. A folder that held objects before may still
     * be named.
     *
     * @param folder ends in a slash, or is empty for the root
     */
    List<String> list(String folder) throws StoreException;

    /** Releases local resources; idempotent. */
    @Override
    void close();
}
