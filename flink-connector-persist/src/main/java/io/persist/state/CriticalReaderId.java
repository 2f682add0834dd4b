package io.persist.state;

import io.persist.codec.IdText;

import java.util.UUID;

/** One critical reader of a shard. Text form: {@code c} and a UUID; ordered by that text. */
public record CriticalReaderId(UUID uuid) implements Comparable<CriticalReaderId> {
    /**
     * @throws IllegalArgumentException if {@code text} is no such id
     */
    public static CriticalReaderId parse(String text) {
        return new CriticalReaderId(IdText.parse("c", text));
    }

    @Override
    public int compareTo(CriticalReaderId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return IdText.format("c", uuid);
    }
}
