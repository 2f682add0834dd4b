package io.persist.part.stats;

import io.persist.codec.Bytes;

/**
 * What is known of the values of a column. Bounds are inclusive and mean nothing if there is no
 * value.
 */
public sealed interface ValueStats
        permits StructStats,
                JsonStats,
                ValueStats.None,
                ValueStats.Bounds,
                ValueStats.Binaries,
                ValueStats.Atomics,
                ValueStats.FixedSizes {
    /** The same with bounds that are shorter and no tighter, where that is of use. */
    default ValueStats shortened() {
        return this;
    }

    /** Nothing. */
    record None() implements ValueStats {}

    /** Least and greatest of values that have a field of their own in protobuf. */
    sealed interface Bounds extends ValueStats permits Bools, Integers, Floats, Doubles, Texts {}

    record Bools(boolean lower, boolean upper) implements Bounds {}

    /** Widths of integers; the names say whether they are signed. */
    enum IntegerType {
        U8(0, 0xff),
        U16(0, 0xffff),
        U32(0, 0xffffffffL),
        /** Held in the bits of a signed one. */
        U64(Long.MIN_VALUE, Long.MAX_VALUE),
        I8(Byte.MIN_VALUE, Byte.MAX_VALUE),
        I16(Short.MIN_VALUE, Short.MAX_VALUE),
        I32(Integer.MIN_VALUE, Integer.MAX_VALUE),
        I64(Long.MIN_VALUE, Long.MAX_VALUE);

        private final long min;
        private final long max;

        IntegerType(long min, long max) {
            this.min = min;
            this.max = max;
        }

        boolean holds(long value) {
            return value >= min && value <= max;
        }
    }

    record Integers(IntegerType type, long lower, long upper) implements Bounds {
        public Integers {
            if (!type.holds(lower) || !type.holds(upper)) {
                throw new IllegalArgumentException("no " + type + ": " + lower + " or " + upper);
            }
        }
    }

    /** In IEEE total order. */
    record Floats(float lower, float upper) implements Bounds {}

    /** In IEEE total order. */
    record Doubles(double lower, double upper) implements Bounds {}

    /** In the order of the UTF-8 bytes. */
    record Texts(String lower, String upper) implements Bounds {
        @Override
        public Texts shortened() {
            return Shortening.of(this);
        }
    }

    /** In the order of unsigned bytes. */
    record Binaries(Bytes lower, Bytes upper) implements ValueStats {
        @Override
        public Binaries shortened() {
            return Shortening.of(this);
        }
    }

    /** Encoded values of which only their codec knows the order. Nobody writes these any more. */
    record Atomics(Bytes lower, Bytes upper) implements ValueStats {}

    /** Types with fixed-size forms. All but numerics are ordered by unsigned bytes. */
    enum FixedSize {
        TIME,
        INTERVAL,
        NUMERIC,
        UUID,
        DATE_TIME
    }

    record FixedSizes(FixedSize type, Bytes lower, Bytes upper) implements ValueStats {}
}
