package io.persist.codec.relation;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.PackedNumeric;
import io.persist.codec.relation.stored.Slots;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;

/** numeric. */
final class NumericColumn extends Column {
    /** The approximation and the packed form. */
    private static final int PAYLOAD = Double.BYTES + PackedNumeric.WIDTH;

    private final byte[] scratch = new byte[PackedNumeric.WIDTH];
    private final int maxScale;

    /**
     * @param maxScale largest number of fractional digits; null: any
     */
    NumericColumn(RelationColumn column, Slots slots, @Nullable Integer maxScale) {
        super(column, slots, Double.BYTES);
        this.maxScale = maxScale == null ? PackedNumeric.MAX_DIGITS : maxScale;
    }

    @Override
    public int setNumeric(int row, long unscaled, int scale) {
        if (!PackedNumeric.pack(unscaled, scale, scratch)) {
            throw tooLong(BigDecimal.valueOf(unscaled, scale));
        }
        if (-PackedNumeric.exponent(scratch) > maxScale) {
            throw tooFine(BigDecimal.valueOf(unscaled, scale));
        }
        return put(row);
    }

    @Override
    public int setNumeric(int row, BigDecimal value) {
        if (!PackedNumeric.pack(value, scratch)) {
            throw tooLong(value);
        }
        if (-PackedNumeric.exponent(scratch) > maxScale) {
            throw tooFine(value);
        }
        return put(row);
    }

    @Override
    public int setNumeric(int row, Numeric value) {
        if (value instanceof Numeric.Finite finite) {
            return setNumeric(row, finite.value());
        }
        if (value instanceof Numeric.Special special) {
            switch (special) {
                case NAN -> PackedNumeric.packNan(scratch);
                case POSITIVE_INFINITY -> PackedNumeric.packInfinity(false, scratch);
                case NEGATIVE_INFINITY -> PackedNumeric.packInfinity(true, scratch);
            }
            return put(row);
        }
        throw new AssertionError(value);
    }

    private int put(int row) {
        slots.putNumeric(row, PackedNumeric.approximation(scratch), scratch);
        return PAYLOAD;
    }

    private IllegalArgumentException tooLong(BigDecimal value) {
        return illegal(value, "more than " + PackedNumeric.MAX_DIGITS + " digits");
    }

    private IllegalArgumentException tooFine(BigDecimal value) {
        return illegal(value, "more than " + maxScale + " fractional digits");
    }

    @Override
    public Numeric numeric(int row) throws CorruptDataException {
        int length = slots.copyBytes(row, scratch);
        if (!PackedNumeric.isValid(scratch, length)) {
            throw corrupt(row, "no numeric: " + slots.getBytes(row));
        }
        if (PackedNumeric.isFinite(scratch)) {
            return Numeric.of(PackedNumeric.decimal(scratch));
        }
        if (PackedNumeric.isNan(scratch)) {
            return Numeric.Special.NAN;
        }
        return PackedNumeric.isNegative(scratch)
                ? Numeric.Special.NEGATIVE_INFINITY
                : Numeric.Special.POSITIVE_INFINITY;
    }

    @Override
    Datum value(int row) throws CorruptDataException {
        return new Datum.Numeric(numeric(row));
    }

    @Override
    int setValue(int row, Datum datum) {
        if (datum instanceof Datum.Numeric typed) {
            return setNumeric(row, typed.value());
        }
        throw wrongDatum(datum);
    }
}
