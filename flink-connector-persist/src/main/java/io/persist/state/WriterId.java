package io.persist.state;

import io.persist.codec.IdText;

import java.util.UUID;

/** One writer of a shard. Text form: {@code w} and a UUID; ordered by that text. */
public record WriterId(UUID uuid) implements Comparable<WriterId> {
    /**
     * @throws IllegalArgumentException if {@code text} is no such id
     */
    public static WriterId parse(String text) {
        return new WriterId(IdText.parse("w", text));
    }

    @Override
    public int compareTo(WriterId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return IdText.format("w", uuid);
    }
}
