package io.persist.batch;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;

/**
 * A written but not yet appended batch on its way from one process to another.
 *
 * @param version of the code that wrote the parts
 * @param keySchema encoded; empty if unknown
 * @param valSchema encoded; empty if unknown
 * @param unknown fields of a newer peer, serialized
 */
public record TransmittableBatch(
        ShardId shard,
        String version,
        HollowBatch batch,
        Bytes keySchema,
        Bytes valSchema,
        Bytes unknown) {}
