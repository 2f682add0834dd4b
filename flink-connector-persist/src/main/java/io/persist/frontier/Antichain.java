package io.persist.frontier;

import java.util.Arrays;

/**
 * A frontier: times of which none is at or before another, in ascending order of their bits taken
 * as unsigned integers. {@code u64} times are totally ordered, so a frontier of them has one
 * element, or none: then it lies beyond every time.
 *
 * <p>Times are carried in a {@code long} ({@link TimeDomain}). As an upper the empty antichain
 * means "closed", as a since "nothing can be read". The empty and the minimum antichain are equal
 * in all domains, and go with any; others are only to be used with those of their own. Immutable.
 */
public final class Antichain {
    private static final Antichain EMPTY = new Antichain(TimeDomain.U64);
    private static final Antichain MINIMUM = new Antichain(TimeDomain.U64, 0);

    private final TimeDomain domain;
    private final long[] elements;

    /** Whether {@link #first} is all there is to compare, without looking at the domain. */
    private final boolean single;

    private final long first;

    private Antichain(TimeDomain domain, long... elements) {
        this.domain = domain;
        this.elements = elements;
        this.single = domain == TimeDomain.U64 && elements.length == 1;
        this.first = elements.length == 0 ? 0 : elements[0];
    }

    /** The frontier of {@code u64} times whose only element is {@code time}. */
    public static Antichain of(long time) {
        return time == 0 ? MINIMUM : new Antichain(TimeDomain.U64, time);
    }

    /** The frontier of the least of these times; empty if there are none. */
    public static Antichain of(TimeDomain domain, long... times) {
        long[] least =
                Arrays.stream(times)
                        .distinct()
                        .filter(
                                time ->
                                        Arrays.stream(times)
                                                .noneMatch(
                                                        other ->
                                                                other != time
                                                                        && domain.lessEqual(
                                                                                other, time)))
                        .boxed()
                        .sorted(Long::compareUnsigned)
                        .mapToLong(Long::longValue)
                        .toArray();
        if (least.length == 0) {
            return EMPTY;
        }
        return domain == TimeDomain.U64 ? of(least[0]) : new Antichain(domain, least);
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
        return elements.length == 0;
    }

    /** Domain of the elements; any for the empty and the minimum frontier. */
    public TimeDomain domain() {
        return domain;
    }

    /** All elements, ascending as unsigned integers. A copy. */
    public long[] elements() {
        return elements.clone();
    }

    /**
     * The only element.
     *
     * @throws IllegalStateException if there is none, or more than one
     */
    public long element() {
        if (elements.length != 1) {
            throw new IllegalStateException(
                    elements.length == 0
                            ? "the empty antichain has no element"
                            : "antichain " + this + " has more than one element");
        }
        return first;
    }

    /** Whether every time at or beyond {@code other} is at or beyond this. */
    public boolean lessEqual(Antichain other) {
        if (single && other.single) {
            return Long.compareUnsigned(first, other.first) <= 0;
        }
        TimeDomain common = commonDomain(other);
        for (long theirs : other.elements) {
            if (!anyLessEqual(common, theirs)) {
                return false;
            }
        }
        return true;
    }

    private TimeDomain commonDomain(Antichain other) {
        return domain == TimeDomain.U64 ? other.domain : domain;
    }

    private boolean anyLessEqual(TimeDomain common, long time) {
        for (long element : elements) {
            if (common.lessEqual(element, time)) {
                return true;
            }
        }
        return false;
    }

    /** {@link #lessEqual} and not equal. */
    public boolean lessThan(Antichain other) {
        return lessEqual(other) && !equals(other);
    }

    /** Whether {@code time} is beyond this frontier (at or after an element). */
    public boolean lessEqual(long time) {
        return single ? Long.compareUnsigned(first, time) <= 0 : anyLessEqual(domain, time);
    }

    /** Whether {@code time} is strictly after an element of this frontier. */
    public boolean lessThan(long time) {
        if (single) {
            return Long.compareUnsigned(first, time) < 0;
        }
        for (long element : elements) {
            if (element != time && domain.lessEqual(element, time)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an element of this is at or after {@code time}; the empty frontier reaches all. */
    public boolean reaches(long time) {
        if (single) {
            return Long.compareUnsigned(time, first) <= 0;
        }
        for (long element : elements) {
            if (domain.lessEqual(time, element)) {
                return true;
            }
        }
        return isEmpty();
    }

    /** Greatest lower bound. */
    public Antichain meet(Antichain other) {
        if (lessEqual(other)) {
            return this;
        }
        if (other.lessEqual(this)) {
            return other;
        }
        long[] all = Arrays.copyOf(elements, elements.length + other.elements.length);
        System.arraycopy(other.elements, 0, all, elements.length, other.elements.length);
        return of(commonDomain(other), all);
    }

    /** Least upper bound. */
    public Antichain join(Antichain other) {
        if (lessEqual(other)) {
            return other;
        }
        if (other.lessEqual(this)) {
            return this;
        }
        TimeDomain common = commonDomain(other);
        long[] joins = new long[elements.length * other.elements.length];
        int count = 0;
        for (long ours : elements) {
            for (long theirs : other.elements) {
                joins[count++] = common.join(ours, theirs);
            }
        }
        return of(common, joins);
    }

    /**
     * {@code time} moved up to this frontier: the last time that cannot be told from it by anyone
     * who looks from this frontier on. Unchanged if this is the empty antichain.
     */
    public long advance(long time) {
        if (single) {
            return Long.compareUnsigned(first, time) > 0 ? first : time;
        }
        if (elements.length == 0) {
            return time;
        }
        long advanced = domain.join(first, time);
        for (int i = 1; i < elements.length; i++) {
            advanced = domain.meet(advanced, domain.join(elements[i], time));
        }
        return advanced;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Antichain that
                && Arrays.equals(elements, that.elements)
                && (domain == that.domain || isEmpty() || equalsMinimum());
    }

    private boolean equalsMinimum() {
        return elements.length == 1 && first == 0;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(elements);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < elements.length; i++) {
            text.append(i == 0 ? "" : ", ").append(domain.toString(elements[i]));
        }
        return text.append(']').toString();
    }
}
