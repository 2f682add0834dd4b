package io.persist.codec;

import java.util.UUID;

/** Names one shard within a location. Text form: {@code s} and a UUID. */
public record ShardId(UUID uuid) implements Comparable<ShardId> {
    /**
     * @throws IllegalArgumentException if {@code text} is no shard id
     */
    public static ShardId parse(String text) {
        return new ShardId(IdText.parse("s", text));
    }

    @Override
    public int compareTo(ShardId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return IdText.format("s", uuid);
    }
}
