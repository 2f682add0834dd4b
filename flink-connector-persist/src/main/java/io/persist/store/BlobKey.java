package io.persist.store;

import io.persist.codec.ShardId;

/**
 * Full key of a blob: {@code <shard>/<writer or seqno>/<id>}. Keys are written once and never
 * reused. Components hold neither {@code .} nor further slashes.
 */
public record BlobKey(String text) implements Comparable<BlobKey> {
    public static BlobKey of(ShardId shard, PartKey part) {
        return new BlobKey(shard + "/" + part);
    }

    public static BlobKey of(ShardId shard, RollupKey rollup) {
        return new BlobKey(shard + "/" + rollup);
    }

    @Override
    public int compareTo(BlobKey other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
