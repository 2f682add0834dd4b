package io.persist.client;

/** One update of a shard. */
public record Update<K, V>(K key, V val, long time, long diff) {}
