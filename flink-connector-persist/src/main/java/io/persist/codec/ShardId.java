package io.persist.codec;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Names one shard within a location. Text form: {@code s} and a UUID. */
public record ShardId(UUID uuid) implements Comparable<ShardId> {
    /**
     * @throws IllegalArgumentException if {@code text} is no shard id
     */
    public static ShardId parse(String text) {
        return new ShardId(IdText.parse("s", text));
    }

    /**
     * The shard that follows from a name: its UUID is of version 3, over the UTF-8 bytes of {@code
     * persist-shard:} and the name. Never changes: jobs find their data by it.
     */
    public static ShardId named(String name) {
        byte[] bytes = ("persist-shard:" + name).getBytes(StandardCharsets.UTF_8);
        return new ShardId(UUID.nameUUIDFromBytes(bytes));
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
