package io.persist.batch;

import io.persist.codec.Codec;
import io.persist.codec.SchemaId;

import org.jspecify.annotations.Nullable;

/**
 * Types of the updates that are written or read.
 *
 * @param id what the shard's registry calls this pair; null if it is not registered
 */
public record BatchSchema<K, V>(Codec<K> keys, Codec<V> vals, @Nullable SchemaId id) {}
