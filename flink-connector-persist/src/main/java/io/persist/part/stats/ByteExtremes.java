package io.persist.part.stats;

import io.persist.codec.Bytes;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/** The least and the greatest bytes of a column whose rows come in pieces. */
final class ByteExtremes {
    private @Nullable Bytes least;
    private @Nullable Bytes greatest;

    void add(ByteRows rows) {
        Bytes low = rows.least();
        Bytes high = rows.greatest();
        if (low == null || high == null) {
            return;
        }
        least = least == null || low.compareTo(least) < 0 ? low : least;
        greatest = greatest == null || high.compareTo(greatest) > 0 ? high : greatest;
    }

    /** Least bytes, or something else if there are no rows. */
    Bytes leastOr(Bytes otherwise) {
        return Objects.requireNonNullElse(least, otherwise);
    }

    Bytes greatestOr(Bytes otherwise) {
        return Objects.requireNonNullElse(greatest, otherwise);
    }
}
