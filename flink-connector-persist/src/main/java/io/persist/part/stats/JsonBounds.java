package io.persist.part.stats;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.Json;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

/** What JSON texts have in common. Parses them, until there is nothing left. */
final class JsonBounds implements ValueCollector {
    private final JsonSummary summary = new JsonSummary(new JsonSummary.Limits());
    private byte[] scratch = new byte[256];
    private @Nullable CorruptDataException failure;

    /**
     * @throws CorruptDataException if a text is not JSON
     */
    @Override
    public void add(FieldVector vector, Validity rows) throws CorruptDataException {
        VarCharVector texts = KeyStats.typed(VarCharVector.class, vector);
        rows.forEachRun((from, to) -> add(texts, from, to));
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public ValueStats stats() {
        return summary.stats();
    }

    private void add(VarCharVector texts, int from, int to) {
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
