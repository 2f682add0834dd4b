package io.persist.store;

import io.persist.codec.IdText;

import java.util.UUID;

/**
 * Key of a rollup blob below its shard: {@code v<seqno>/r<uuid>}. Kept as text, as state holds it.
 */
public record RollupKey(String text) {
    public static RollupKey of(SeqNo seqno, UUID rollupId) {
        return new RollupKey(seqno + "/" + IdText.format("r", rollupId));
    }

    /**
     * @throws IllegalArgumentException if the text does not begin with a seqno
     */
    public SeqNo seqno() {
        int slash = text.indexOf('/');
        if (slash < 2 || text.charAt(0) != 'v') {
            throw new IllegalArgumentException("rollup key '" + text + "' is not v<seqno>/r<uuid>");
        }
        return new SeqNo(Long.parseLong(text, 1, slash, 10));
    }

    @Override
    public String toString() {
        return text;
    }
}
