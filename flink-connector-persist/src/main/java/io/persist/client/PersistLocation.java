package io.persist.client;

/**
 * Where shards live: a blob store and a consensus store.
 *
 * @param blob URI of the blob store
 * @param consensus URI of the consensus store
 */
public record PersistLocation(String blob, String consensus) {}
