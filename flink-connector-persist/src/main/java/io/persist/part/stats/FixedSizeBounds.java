package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.part.stats.ValueStats.FixedSize;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;

/** Bounds of types whose fixed-size forms sort as their values; a default if there are none. */
final class FixedSizeBounds implements ValueCollector {
    private static final Bytes MIDNIGHT = Bytes.takeArray(new byte[8]);

    /** Day 1 of 1970. */
    private static final Bytes EPOCH = Bytes.fromHex("800007b2000000010000000000000000");

    private static final Bytes NO_TIME_AT_ALL = Bytes.fromHex("80000000800000008000000000000000");
    private static final Bytes NIL = Bytes.takeArray(new byte[16]);

    private final FixedSize type;
    private final Bytes otherwise;
    private final ByteExtremes extremes = new ByteExtremes();

    private FixedSizeBounds(FixedSize type, Bytes otherwise) {
        this.type = type;
        this.otherwise = otherwise;
    }

    static FixedSizeBounds times() {
        return new FixedSizeBounds(FixedSize.TIME, MIDNIGHT);
    }

    static FixedSizeBounds dateTimes() {
        return new FixedSizeBounds(FixedSize.DATE_TIME, EPOCH);
    }

    static FixedSizeBounds intervals() {
        return new FixedSizeBounds(FixedSize.INTERVAL, NO_TIME_AT_ALL);
    }

    static FixedSizeBounds uuids() {
        return new FixedSizeBounds(FixedSize.UUID, NIL);
    }

    @Override
    public void add(FieldVector vector, Validity rows) {
        FixedSizeBinaryVector fixed = KeyStats.typed(FixedSizeBinaryVector.class, vector);
        if (fixed.getByteWidth() != otherwise.length()) {
            throw new IllegalArgumentException(
                    type + " of " + otherwise.length() + " bytes, found " + vector.getField());
        }
        extremes.add(new ByteRows(fixed, rows));
    }

    @Override
    public ValueStats stats() {
        return new ValueStats.FixedSizes(
                type, extremes.leastOr(otherwise), extremes.greatestOr(otherwise));
    }
}
