package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.part.stats.ValueStats.FixedSize;

import org.apache.arrow.vector.FixedSizeBinaryVector;

import java.util.Objects;

/** Bounds of types whose fixed-size forms sort as their values; a default if there are none. */
final class FixedSizeBounds {
    private static final Bytes MIDNIGHT = Bytes.takeArray(new byte[8]);

    /** Day 1 of 1970. */
    private static final Bytes EPOCH = Bytes.fromHex("800007b2000000010000000000000000");

    private static final Bytes NO_TIME_AT_ALL = Bytes.fromHex("80000000800000008000000000000000");
    private static final Bytes NIL = Bytes.takeArray(new byte[16]);

    private FixedSizeBounds() {}

    static ValueStats times(FixedSizeBinaryVector vector, Validity rows) {
        return of(FixedSize.TIME, MIDNIGHT, vector, rows);
    }

    static ValueStats dateTimes(FixedSizeBinaryVector vector, Validity rows) {
        return of(FixedSize.DATE_TIME, EPOCH, vector, rows);
    }

    static ValueStats intervals(FixedSizeBinaryVector vector, Validity rows) {
        return of(FixedSize.INTERVAL, NO_TIME_AT_ALL, vector, rows);
    }

    static ValueStats uuids(FixedSizeBinaryVector vector, Validity rows) {
        return of(FixedSize.UUID, NIL, vector, rows);
    }

    private static ValueStats of(
            FixedSize type, Bytes otherwise, FixedSizeBinaryVector vector, Validity rows) {
        if (vector.getByteWidth() != otherwise.length()) {
            throw new IllegalArgumentException(
                    type + " of " + otherwise.length() + " bytes, found " + vector.getField());
        }
        ByteRows extremes = new ByteRows(vector, rows);
        return new ValueStats.FixedSizes(
                type,
                Objects.requireNonNullElse(extremes.least(), otherwise),
                Objects.requireNonNullElse(extremes.greatest(), otherwise));
    }
}
