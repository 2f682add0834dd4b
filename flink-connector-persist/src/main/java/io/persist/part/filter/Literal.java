package io.persist.part.filter;

import io.persist.codec.Bytes;
import io.persist.part.stats.ValueStats;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.Objects;

/** A value, not null, that columns are compared with. Immutable. */
public final class Literal {
    private final @Nullable Range<?> range;

    private Literal(@Nullable Range<?> range) {
        this.range = range;
    }

    public static Literal of(boolean value) {
        return new Literal(new Range<>(Range.Kind.BOOL, value, value));
    }

    /** For integers of every width, numerics, and dates as days since 1970. */
    public static Literal of(long value) {
        return of(BigDecimal.valueOf(value));
    }

    /** For integers of every width, and numerics. */
    public static Literal of(BigDecimal value) {
        return new Literal(new Range<>(Range.Kind.NUMBER, value, value));
    }

    /** For floats of both widths. Nothing is known of a comparison with what is no number. */
    public static Literal of(double value) {
        return ofValue(new ValueStats.Doubles(value, value));
    }

    /** Compares by UTF-8 bytes. */
    public static Literal of(String value) {
        return ofValue(new ValueStats.Texts(value, value));
    }

    public static Literal of(Bytes value) {
        return ofValue(new ValueStats.Binaries(value, value));
    }

    /**
     * A value as statistics have it: for the types with fixed-size forms.
     *
     * @param bounds of a column with that value only
     */
    public static Literal ofValue(ValueStats bounds) {
        return new Literal(Range.of(bounds));
    }

    /** Null if the value does not compare with anything known. */
    @Nullable Range<?> range() {
        return range;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Literal literal && Objects.equals(range, literal.range);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(range);
    }

    @Override
    public String toString() {
        return range == null ? "?" : range.lower().toString();
    }
}
