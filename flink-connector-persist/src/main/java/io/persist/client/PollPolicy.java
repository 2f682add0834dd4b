package io.persist.client;

import java.time.Duration;

/**
 * How often something is looked for that another process will bring about: first after {@code
 * first}, then after {@code initial}, and after {@code multiplier} times as long each time, up to
 * {@code longest}.
 *
 * @param first zero to begin with {@code initial}
 */
public record PollPolicy(Duration first, Duration initial, int multiplier, Duration longest) {
    /**
     * Nobody is woken by other processes here, so this looks more often than the original, which
     * sleeps 1.2 s, then 100 ms doubling up to 16 s, and counts on being told.
     */
    public static final PollPolicy DEFAULT =
            new PollPolicy(Duration.ZERO, Duration.ofMillis(4), 2, Duration.ofSeconds(1));

    /**
     * @throws IllegalArgumentException if a wait is negative, or the waits would shrink
     */
    public PollPolicy {
        if (first.isNegative() || initial.toMillis() < 1 || multiplier < 1) {
            throw new IllegalArgumentException(
                    "polls must wait, and not less each time: "
                            + first
                            + ", "
                            + initial
                            + ", times "
                            + multiplier);
        }
        if (longest.compareTo(initial) < 0) {
            throw new IllegalArgumentException(
                    "longest wait " + longest + " is below the initial wait " + initial);
        }
    }

    long firstMillis() {
        return first.isZero() ? initial.toMillis() : first.toMillis();
    }

    /** The wait after one of {@code millis}, which was the first or a later one. */
    long nextMillis(long millis, boolean wasFirst) {
        if (wasFirst && !first.isZero()) {
            return initial.toMillis();
        }
        long limit = longest.toMillis();
        return millis > limit / multiplier ? limit : Math.min(limit, millis * multiplier);
    }
}
