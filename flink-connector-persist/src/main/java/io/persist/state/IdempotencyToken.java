package io.persist.state;

import io.persist.codec.IdText;

import java.util.UUID;

/** Sixteen bytes that name one append of a writer. Text form: {@code i} and a UUID. */
public record IdempotencyToken(UUID uuid) {
    /** "No append yet": every byte is 0x11. */
    public static final IdempotencyToken SENTINEL =
            new IdempotencyToken(new UUID(0x1111111111111111L, 0x1111111111111111L));

    /**
     * @throws IllegalArgumentException if {@code text} is no token; the empty text is the sentinel
     */
    public static IdempotencyToken parse(String text) {
        return text.isEmpty() ? SENTINEL : new IdempotencyToken(IdText.parse("i", text));
    }

    @Override
    public String toString() {
        return IdText.format("i", uuid);
    }
}
