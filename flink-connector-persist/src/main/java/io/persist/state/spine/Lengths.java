package io.persist.state.spine;

/** Arithmetic on numbers of updates. Sums stop at {@link Long#MAX_VALUE}: a state may claim any. */
final class Lengths {
    private Lengths() {}

    static long plus(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** {@code 2^exponent}, at most {@link Long#MAX_VALUE}. */
    static long pow2(int exponent) {
        return exponent >= 63 ? Long.MAX_VALUE : 1L << exponent;
    }

    /** Exponent of the least power of two that is at least {@code len}. */
    static int level(long len) {
        return len <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(len - 1);
    }
}
