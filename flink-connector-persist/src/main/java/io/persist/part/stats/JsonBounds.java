package io.persist.part.stats;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.Json;

import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

/** What JSON texts have in common. Parses them, until there is nothing left. One use. */
final class JsonBounds {
    private final VarCharVector texts;
    private final JsonSummary summary = new JsonSummary(new JsonSummary.Limits());
    private byte[] scratch = new byte[256];
    private @Nullable CorruptDataException failure;

    private JsonBounds(VarCharVector texts) {
        this.texts = texts;
    }

    /**
     * @throws CorruptDataException if a text is not JSON
     */
    static JsonStats of(VarCharVector texts, Validity rows) throws CorruptDataException {
        JsonBounds bounds = new JsonBounds(texts);
        rows.forEachRun(bounds::add);
        if (bounds.failure != null) {
            throw bounds.failure;
        }
        return bounds.summary.stats();
    }

    private void add(int from, int to) {
        for (int row = from; row < to && failure == null && !summary.isMixed(); row++) {
            int length = texts.getValueLength(row);
            if (length > scratch.length) {
                scratch = new byte[Math.max(length, 2 * scratch.length)];
            }
            texts.getDataBuffer()
                    .getBytes(texts.getOffsetBuffer().getInt(4L * row), scratch, 0, length);
            try {
                summary.add(Json.parse(scratch, 0, length));
            } catch (CorruptDataException e) {
                failure = e;
            }
        }
    }
}
