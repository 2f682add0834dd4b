package io.persist.part.filter;

import io.persist.codec.Bytes;
import io.persist.codec.relation.stored.PackedNumeric;
import io.persist.part.stats.ValueStats;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;

/**
 * Bounds of values, inclusive, in the order that queries compare by.
 *
 * @param kind values of another kind do not compare
 */
record Range<T extends Comparable<? super T>>(Enum<?> kind, T lower, T upper) {
    /** Kinds that are not those of {@link ValueStats.FixedSize}. */
    enum Kind {
        BOOL,
        /** Integers of all widths, and numerics. */
        NUMBER,
        FLOAT,
        TEXT,
        BINARY
    }

    /** Null if these bounds say nothing about what queries compare. */
    static @Nullable Range<?> of(ValueStats stats) {
        if (stats instanceof ValueStats.Bools bools) {
            return new Range<>(Kind.BOOL, bools.lower(), bools.upper());
        }
        if (stats instanceof ValueStats.Integers integers) {
            return new Range<>(
                    Kind.NUMBER,
                    integer(integers.type(), integers.lower()),
                    integer(integers.type(), integers.upper()));
        }
        if (stats instanceof ValueStats.Floats floats) {
            return floats(floats.lower(), floats.upper());
        }
        if (stats instanceof ValueStats.Doubles doubles) {
            return floats(doubles.lower(), doubles.upper());
        }
        if (stats instanceof ValueStats.Texts texts) {
            return new Range<>(Kind.TEXT, Bytes.utf8(texts.lower()), Bytes.utf8(texts.upper()));
        }
        if (stats instanceof ValueStats.Binaries binaries) {
            return new Range<>(Kind.BINARY, binaries.lower(), binaries.upper());
        }
        return stats instanceof ValueStats.FixedSizes fixed ? fixedSizes(fixed) : null;
    }

    private static BigDecimal integer(ValueStats.IntegerType type, long value) {
        return type == ValueStats.IntegerType.U64
                ? new BigDecimal(Long.toUnsignedString(value))
                : BigDecimal.valueOf(value);
    }

    /** NaN lies at either end of the order of bounds, and both zeros are equal to queries. */
    private static @Nullable Range<?> floats(double lower, double upper) {
        return Double.isNaN(lower) || Double.isNaN(upper)
                ? null
                : new Range<>(Kind.FLOAT, lower + 0.0, upper + 0.0);
    }

    private static @Nullable Range<?> fixedSizes(ValueStats.FixedSizes fixed) {
        return switch (fixed.type()) {
            case NUMERIC -> numerics(fixed.lower().toArray(), fixed.upper().toArray());
            case INTERVAL -> null; // a month is as long as 30 days to some
            case TIME, UUID, DATE_TIME -> new Range<>(fixed.type(), fixed.lower(), fixed.upper());
        };
    }

    private static @Nullable Range<?> numerics(byte[] lower, byte[] upper) {
        boolean finite =
                PackedNumeric.isValid(lower, lower.length)
                        && PackedNumeric.isValid(upper, upper.length)
                        && PackedNumeric.isFinite(lower)
                        && PackedNumeric.isFinite(upper);
        return finite
                ? new Range<>(
                        Kind.NUMBER, PackedNumeric.decimal(lower), PackedNumeric.decimal(upper))
                : null;
    }

    boolean isComparableWith(Range<?> other) {
        return kind == other.kind;
    }

    /** Whether this lower bound is below the other's upper one: some value may be less. */
    boolean mayBeLess(Range<?> other) {
        return compare(lower, other.upper) < 0;
    }

    /** Whether some value may be equal to one of the other. */
    boolean mayBeEqual(Range<?> other) {
        return compare(lower, other.upper) <= 0 && compare(upper, other.lower) >= 0;
    }

    boolean mayBeGreater(Range<?> other) {
        return compare(upper, other.lower) > 0;
    }

    @SuppressWarnings("unchecked") // of the same kind, so of the same class
    private int compare(T own, Object foreign) {
        return own.compareTo((T) foreign);
    }
}
