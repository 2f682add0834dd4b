package io.persist.store;

import io.persist.codec.IdText;

import java.util.UUID;

/**
 * Key of a part or run blob below its shard: {@code <writer key>/p<uuid>}. Kept as text, as state
 * holds it.
 */
public record PartKey(String text) implements Comparable<PartKey> {
    public static PartKey of(WriterKey writer, UUID partId) {
        return new PartKey(writer + "/" + IdText.format("p", partId));
    }

    @Override
    public int compareTo(PartKey other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
