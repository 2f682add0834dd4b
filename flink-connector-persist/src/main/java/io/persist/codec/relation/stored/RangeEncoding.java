package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoDatum;
import io.persist.codec.proto.ProtoRange;
import io.persist.codec.proto.ProtoRangeInner;

import java.io.IOException;

/** Stored forms of ranges, which are row bytes of one value. One thread. */
public final class RangeEncoding {
    /** Whether there are values in it, and whether its bounds, where it has some, belong to it. */
    public record Shape(boolean isEmpty, boolean lowerInclusive, boolean upperInclusive) {
        public static final Shape EMPTY = new Shape(true, false, false);

        private static final Shape CLOSED = new Shape(false, true, true);
        private static final Shape LOWER_ONLY = new Shape(false, true, false);
        private static final Shape UPPER_ONLY = new Shape(false, false, true);
        private static final Shape OPEN = new Shape(false, false, false);

        /** With values in it; allocates nothing. */
        public static Shape of(boolean lowerInclusive, boolean upperInclusive) {
            if (lowerInclusive) {
                return upperInclusive ? CLOSED : LOWER_ONLY;
            }
            return upperInclusive ? UPPER_ONLY : OPEN;
        }
    }

    private final BackwardOutput out = new BackwardOutput();
    private final DatumWriteEncoding datums = new DatumWriteEncoding(out);

    /**
     * Puts a range and returns the number of its bytes.
     *
     * @param lower null at row 0: no bound
     * @param upper null at row 0: no bound
     */
    public int put(Shape shape, Cell lower, Cell upper, Slots target, int row) {
        out.clear();
        if (!shape.isEmpty()) {
            if (!upper.isNull(0)) {
                datums.field(ProtoRangeInner.UPPER_FIELD_NUMBER, upper, 0);
            }
            flag(ProtoRangeInner.UPPER_INCLUSIVE_FIELD_NUMBER, shape.upperInclusive());
            if (!lower.isNull(0)) {
                datums.field(ProtoRangeInner.LOWER_FIELD_NUMBER, lower, 0);
            }
            flag(ProtoRangeInner.LOWER_INCLUSIVE_FIELD_NUMBER, shape.lowerInclusive());
            out.endDelimited(ProtoRange.INNER_FIELD_NUMBER, 0);
        }
        out.endDelimited(ProtoDatum.RANGE_FIELD_NUMBER, 0);
        return out.putInto(target, row);
    }

    private void flag(int field, boolean value) {
        out.varintUnlessZero(field, value ? 1 : 0);
    }

    /**
     * Fills row 0 of the cells with the bounds, null where there is none.
     *
     * @throws CorruptDataException if the bytes are no range, or a bound is not of its cell's kind
     */
    public static Shape decode(Bytes stored, Cell lower, Cell upper) throws CorruptDataException {
        ProtoDatum datum;
        try {
            datum = ProtoDatum.parseFrom(SourceDataEncoding.input(stored));
        } catch (IOException e) {
            throw new CorruptDataException("range " + stored + ": " + e.getMessage(), e);
        }
        if (!datum.hasRange()) {
            throw new CorruptDataException("range holds " + datum.getDatumTypeCase());
        }
        lower.setNull(0);
        upper.setNull(0);
        if (!datum.getRange().hasInner()) {
            return new Shape(true, false, false);
        }
        ProtoRangeInner inner = datum.getRange().getInner();
        load(inner.hasLower(), inner.getLower(), inner.getLowerInclusive(), lower);
        load(inner.hasUpper(), inner.getUpper(), inner.getUpperInclusive(), upper);
        return new Shape(false, inner.getLowerInclusive(), inner.getUpperInclusive());
    }

    private static void load(boolean present, ProtoDatum bound, boolean inclusive, Cell cell)
            throws CorruptDataException {
        if (present) {
            DatumReadEncoding.load(bound, cell, 0);
        }
        if (cell.isNull(0) && (present || inclusive)) {
            throw new CorruptDataException(
                    cell.description() + (present ? " is null" : " is missing, but inclusive"));
        }
    }
}
