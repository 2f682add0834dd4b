package io.persist.frontier;

/**
 * What the 64 bits of a time mean and how such times are ordered. All data of this client has times
 * of {@link #U64}; the other domain can be built and read, no more.
 */
public enum TimeDomain {
    /** Unsigned integers, totally ordered. */
    U64("u64") {
        @Override
        public boolean lessEqual(long left, long right) {
            return Long.compareUnsigned(left, right) <= 0;
        }

        @Override
        long join(long left, long right) {
            return lessEqual(left, right) ? right : left;
        }

        @Override
        long meet(long left, long right) {
            return lessEqual(left, right) ? left : right;
        }

        @Override
        public String toString(long time) {
            return Long.toUnsignedString(time);
        }
    },

    /**
     * Pairs of unsigned integers, ordered in both at once; the outer one in the lower half of the
     * bits. Known to the 0.128 generation only.
     */
    PAIR_OF_U32("Product<u32, u32>") {
        @Override
        public boolean lessEqual(long left, long right) {
            return outer(left) <= outer(right) && inner(left) <= inner(right);
        }

        @Override
        long join(long left, long right) {
            return pair(Math.max(outer(left), outer(right)), Math.max(inner(left), inner(right)));
        }

        @Override
        long meet(long left, long right) {
            return pair(Math.min(outer(left), outer(right)), Math.min(inner(left), inner(right)));
        }

        @Override
        public String toString(long time) {
            return "(" + outer(time) + ", " + inner(time) + ")";
        }
    };

    private static final long MASK = 0xffff_ffffL;

    private final String codecName;

    TimeDomain(String codecName) {
        this.codecName = codecName;
    }

    /** As shards record it. */
    public String codecName() {
        return codecName;
    }

    /** Whether {@code right} is at or after {@code left}. */
    public abstract boolean lessEqual(long left, long right);

    /** Least time at or after both. */
    abstract long join(long left, long right);

    /** Greatest time at or before both. */
    abstract long meet(long left, long right);

    /** A time as people read it. */
    public abstract String toString(long time);

    /**
     * A time of {@link #PAIR_OF_U32}.
     *
     * @throws IllegalArgumentException if either is no unsigned integer of 32 bits
     */
    public static long pair(long outer, long inner) {
        if ((outer & ~MASK) != 0 || (inner & ~MASK) != 0) {
            throw new IllegalArgumentException(
                    "(" + outer + ", " + inner + ") is no pair of unsigned 32-bit integers");
        }
        return outer | inner << 32;
    }

    private static long outer(long time) {
        return time & MASK;
    }

    private static long inner(long time) {
        return time >>> 32;
    }
}
