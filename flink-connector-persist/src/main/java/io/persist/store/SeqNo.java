package io.persist.store;

/**
 * Version of a shard's state.
 *
 * @param value 0 to 2^63 - 1
 */
public record SeqNo(long value) implements Comparable<SeqNo> {
    public SeqNo {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "seqno " + Long.toUnsignedString(value) + " beyond 2^63 - 1");
        }
    }

    public SeqNo next() {
        return new SeqNo(value + 1);
    }

    @Override
    public int compareTo(SeqNo other) {
        return Long.compare(value, other.value);
    }

    /** {@code v} and the number, as in rollup keys. */
    @Override
    public String toString() {
        return "v" + value;
    }
}
