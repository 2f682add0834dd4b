package io.persist.frontier;

/**
 * A frontier of {@code u64} times: either one element or the empty antichain, which lies beyond
 * every time.
 *
 * <p>Times are unsigned 64-bit integers carried in a {@code long}; all comparisons here are
 * unsigned. As an upper the empty antichain means "closed", as a since "nothing can be read".
 * Immutable.
 */
public final class Antichain {
    private static final Antichain EMPTY = new Antichain(false, 0);
    private static final Antichain MINIMUM = new Antichain(true, 0);

    private final boolean present;
    private final long element;

    private Antichain(boolean present, long element) {
        this.present = present;
        this.element = element;
    }

    /** The frontier whose only element is {@code time}. */
    public static Antichain of(long time) {
        return time == 0 ? MINIMUM : new Antichain(true, time);
    }

    /** The frontier that no time is beyond. */
    public static Antichain empty() {
        return EMPTY;
    }

    /** The frontier that every time is beyond: {@code [0]}. */
    public static Antichain minimum() {
        return MINIMUM;
    }

    public boolean isEmpty() {
        return !present;
    }

    /**
     * The only element.
     *
     * @throws IllegalStateException if this is the empty antichain
     */
    public long element() {
        if (!present) {
            throw new IllegalStateException("the empty antichain has no element");
        }
        return element;
    }

    /** Whether every time at or beyond {@code other} is at or beyond this. */
    public boolean lessEqual(Antichain other) {
        return !other.present || (present && Long.compareUnsigned(element, other.element) <= 0);
    }

    /** {@link #lessEqual} and not equal. */
    public boolean lessThan(Antichain other) {
        return lessEqual(other) && !equals(other);
    }

    /** Whether {@code time} is beyond this frontier (at or after its element). */
    public boolean lessEqual(long time) {
        return present && Long.compareUnsigned(element, time) <= 0;
    }

    /** Whether {@code time} is strictly after this frontier's element. */
    public boolean lessThan(long time) {
        return present && Long.compareUnsigned(element, time) < 0;
    }

    /** Greatest lower bound. */
    public Antichain meet(Antichain other) {
        return lessEqual(other) ? this : other;
    }

    /** Least upper bound. */
    public Antichain join(Antichain other) {
        return lessEqual(other) ? other : this;
    }

    /** {@code time} moved up to this frontier; unchanged if this is the empty antichain. */
    public long advance(long time) {
        return present && Long.compareUnsigned(element, time) > 0 ? element : time;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Antichain that
                && present == that.present
                && element == that.element;
    }

    @Override
    public int hashCode() {
        return present ? Long.hashCode(element) : -1;
    }

    @Override
    public String toString() {
        return present ? "[" + Long.toUnsignedString(element) + "]" : "[]";
    }
}
