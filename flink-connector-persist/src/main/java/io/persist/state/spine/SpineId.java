package io.persist.state.spine;

/** Half-open range of append positions that a batch of the spine covers. */
public record SpineId(long lo, long hi) implements Comparable<SpineId> {
    public boolean covers(SpineId other) {
        return Long.compareUnsigned(lo, other.lo) <= 0 && Long.compareUnsigned(other.hi, hi) <= 0;
    }

    @Override
    public int compareTo(SpineId other) {
        int byLo = Long.compareUnsigned(lo, other.lo);
        return byLo != 0 ? byLo : Long.compareUnsigned(hi, other.hi);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(lo) + "-" + Long.toUnsignedString(hi);
    }
}
