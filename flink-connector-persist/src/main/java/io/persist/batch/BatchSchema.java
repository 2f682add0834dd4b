package io.persist.batch;

import io.persist.codec.Codec;
import io.persist.codec.SchemaId;
import io.persist.frontier.TimeDomain;

import org.jspecify.annotations.Nullable;

/**
 * Types of the updates that are written or read.
 *
 * @param id what the shard's registry calls this pair; null if it is not registered
 * @param times what the times mean
 */
public record BatchSchema<K, V>(
        Codec<K> keys, Codec<V> vals, @Nullable SchemaId id, TimeDomain times) {
    /** With times as all shards of this client have them. */
    public BatchSchema(Codec<K> keys, Codec<V> vals, @Nullable SchemaId id) {
        this(keys, vals, id, TimeDomain.U64);
    }
}
