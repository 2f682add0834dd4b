package io.persist.codec;

/**
 * Position of a schema pair in a shard's registry, dense from 0. Text form: {@code h} and the
 * number.
 */
public record SchemaId(long value) implements Comparable<SchemaId> {
    @Override
    public int compareTo(SchemaId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return "h" + Long.toUnsignedString(value);
    }
}
