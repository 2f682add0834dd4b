package io.persist.state;

import io.persist.codec.IdText;

import java.util.UUID;

/** One leased reader of a shard. Text form: {@code r} and a UUID; ordered by that text. */
public record LeasedReaderId(UUID uuid) implements Comparable<LeasedReaderId> {
    /**
     * @throws IllegalArgumentException if {@code text} is no such id
     */
    public static LeasedReaderId parse(String text) {
        return new LeasedReaderId(IdText.parse("r", text));
    }

    @Override
    public int compareTo(LeasedReaderId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return IdText.format("r", uuid);
    }
}
