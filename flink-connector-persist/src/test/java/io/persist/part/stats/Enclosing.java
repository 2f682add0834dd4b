package io.persist.part.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.Numeric;
import io.persist.codec.relation.stored.Json;
import io.persist.codec.relation.stored.PackedNumeric;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Whether a value lies within what statistics say of its column; an independent reading of them.
 */
final class Enclosing {
    private Enclosing() {}

    /** Where a value lies: on a bound, between them, or where nothing is said of it. */
    enum Place {
        ON_LOWER,
        ON_UPPER,
        ON_BOTH,
        BETWEEN,
        UNKNOWN
    }

    /**
     * @param stored bytes of the value in the column, of types with fixed-size forms
     */
    static Place place(ValueStats stats, Datum value, Bytes stored) throws Exception {
        if (stats instanceof ValueStats.None) {
            return Place.UNKNOWN;
        }
        if (stats instanceof ValueStats.Bools b && value instanceof Datum.Bool v) {
            return between(b.lower(), v.value(), b.upper());
        }
        if (stats instanceof ValueStats.Integers b) {
            return integer(b, value);
        }
        if (stats instanceof ValueStats.Floats b && value instanceof Datum.Float32 v) {
            return between(b.lower(), v.value(), b.upper());
        }
        if (stats instanceof ValueStats.Doubles b && value instanceof Datum.Float64 v) {
            return between(b.lower(), v.value(), b.upper());
        }
        if (stats instanceof ValueStats.Texts b && value instanceof Datum.Text v) {
            return between(Bytes.utf8(b.lower()), Bytes.utf8(v.value()), Bytes.utf8(b.upper()));
        }
        if (stats instanceof ValueStats.Binaries b && value instanceof Datum.Bytea v) {
            return between(b.lower(), v.value(), b.upper());
        }
        if (stats instanceof ValueStats.FixedSizes b && value instanceof Datum.Numeric v) {
            return between(packed(b.lower()), Rank.of(v.value()), packed(b.upper()));
        }
        if (stats instanceof ValueStats.FixedSizes b) {
            return between(b.lower(), stored, b.upper());
        }
        if (stats instanceof JsonStats json && value instanceof Datum.Jsonb v) {
            byte[] text = Bytes.utf8(v.text()).toArray();
            requireEncloses(json, Json.parse(text, 0, text.length));
            return Place.UNKNOWN;
        }
        throw new AssertionError(value + " in a column of " + stats);
    }

    private static <T extends Comparable<T>> Place between(T lower, T value, T upper) {
        assertThat(lower).isLessThanOrEqualTo(value);
        assertThat(upper).isGreaterThanOrEqualTo(value);
        boolean low = lower.compareTo(value) == 0;
        boolean high = upper.compareTo(value) == 0;
        return low
                ? (high ? Place.ON_BOTH : Place.ON_LOWER)
                : high ? Place.ON_UPPER : Place.BETWEEN;
    }

    private static Place integer(ValueStats.Integers bounds, Datum value) {
        if (value instanceof Datum.UInt64 v) {
            return unsigned(bounds, v.bits());
        }
        if (value instanceof Datum.MzTimestamp v) {
            return unsigned(bounds, v.bits());
        }
        return between(bounds.lower(), integer(value), bounds.upper());
    }

    private static Place unsigned(ValueStats.Integers bounds, long bits) {
        assertThat(bounds.type()).isEqualTo(ValueStats.IntegerType.U64);
        return between(
                new BigDecimal(Long.toUnsignedString(bounds.lower())),
                new BigDecimal(Long.toUnsignedString(bits)),
                new BigDecimal(Long.toUnsignedString(bounds.upper())));
    }

    private static long integer(Datum value) {
        if (value instanceof Datum.Int16 v) {
            return v.value();
        } else if (value instanceof Datum.Int32 v) {
            return v.value();
        } else if (value instanceof Datum.Int64 v) {
            return v.value();
        } else if (value instanceof Datum.UInt8 v) {
            return v.value();
        } else if (value instanceof Datum.UInt16 v) {
            return v.value();
        } else if (value instanceof Datum.UInt32 v) {
            return v.value();
        } else if (value instanceof Datum.Date v) {
            return v.unixDays() - 10_957L; // from 1970 to 2000
        }
        throw new AssertionError(value);
    }

    /** Numerics in their order: infinities around decimals, and not-a-number behind all. */
    private record Rank(int rank, BigDecimal value) implements Comparable<Rank> {
        static Rank of(Numeric value) {
            if (value instanceof Numeric.Finite finite) {
                return new Rank(0, finite.value());
            }
            int rank =
                    value == Numeric.Special.NEGATIVE_INFINITY
                            ? -1
                            : value == Numeric.Special.POSITIVE_INFINITY ? 1 : 2;
            return new Rank(rank, BigDecimal.ZERO);
        }

        @Override
        public int compareTo(Rank other) {
            int compared = Integer.compare(rank, other.rank);
            return compared != 0 ? compared : value.compareTo(other.value);
        }
    }

    private static Rank packed(Bytes bytes) {
        byte[] packed = bytes.toArray();
        assertThat(PackedNumeric.isValid(packed, packed.length)).isTrue();
        if (PackedNumeric.isFinite(packed)) {
            return Rank.of(Numeric.of(PackedNumeric.decimal(packed)));
        }
        if (PackedNumeric.isNan(packed)) {
            return Rank.of(Numeric.Special.NAN);
        }
        return Rank.of(
                PackedNumeric.isNegative(packed)
                        ? Numeric.Special.NEGATIVE_INFINITY
                        : Numeric.Special.POSITIVE_INFINITY);
    }

    /** Numbers within bounds are shown by the tests of JSON: their bounds are row bytes. */
    static void requireEncloses(JsonStats stats, Json value) {
        if (stats == JsonStats.Simple.MIXED) {
            return;
        }
        if (value instanceof Json.Literal literal) {
            if (literal == Json.Literal.NULL) {
                assertThat(stats).isEqualTo(JsonStats.Simple.NULLS);
            } else {
                JsonStats.Bools bounds = (JsonStats.Bools) stats;
                between(bounds.lower(), literal == Json.Literal.TRUE, bounds.upper());
            }
        } else if (value instanceof Json.Text text) {
            JsonStats.Texts bounds = (JsonStats.Texts) stats;
            between(Bytes.utf8(bounds.lower()), text.utf8(), Bytes.utf8(bounds.upper()));
        } else if (value instanceof Json.Number) {
            assertThat(stats).isInstanceOf(JsonStats.Numbers.class);
        } else if (value instanceof Json.Array) {
            assertThat(stats).isEqualTo(JsonStats.Simple.LISTS);
        } else if (value instanceof Json.Object object) {
            JsonStats.Maps maps = (JsonStats.Maps) stats;
            object.members()
                    .forEach(
                            (key, member) ->
                                    member(maps, key).ifPresent(m -> requireEncloses(m, member)));
        }
    }

    private static Optional<JsonStats> member(JsonStats.Maps maps, Bytes key) {
        return maps.members().stream()
                .filter(m -> m.key().equals(key.utf8()))
                .map(JsonStats.Member::values)
                .findFirst();
    }
}
