package io.persist.state;

/** Half-open range of append positions that a batch of the spine covers. */
public record SpineId(long lo, long hi) implements Comparable<SpineId> {
    @Override
    public int compareTo(SpineId other) {
        int byLo = Long.compareUnsigned(lo, other.lo);
        return byLo != 0 ? byLo : Long.compareUnsigned(hi, other.hi);
    }

    @Override
    public String toString() {
        return lo + "-" + hi;
    }
}
