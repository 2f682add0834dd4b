package io.persist.flink.source;

import io.persist.codec.ShardId;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A share of a snapshot.
 *
 * @param id unique within the source
 * @param asOf the time of the snapshot, unsigned
 * @param emitted records already emitted, counted in the snapshot's order
 */
public record SnapshotSplit(String id, ShardId shard, long asOf, long emitted)
        implements SourceSplit {
    public SnapshotSplit {
        if (emitted < 0) {
            throw new IllegalArgumentException("emitted " + emitted);
        }
    }

    @Override
    public String splitId() {
        return id;
    }

    SnapshotSplit withEmitted(long newEmitted) {
        return new SnapshotSplit(id, shard, asOf, newEmitted);
    }
}
