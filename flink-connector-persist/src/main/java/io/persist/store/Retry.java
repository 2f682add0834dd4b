package io.persist.store;

import io.persist.codec.CorruptDataException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Repeats store operations that are safe to repeat (blobs under unique keys, reads, deletes) until
 * they succeed or a deadline passes, waiting longer each time. What fails because stored bytes are
 * corrupt is not repeated. Used by many threads; whoever shares an instance among threads gives it
 * a random generator that allows it.
 */
public final class Retry {
    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

    /** Attempts that fail before it is worth a line in the log at info level. */
    private static final int QUIET_ATTEMPTS = 3;

    private final Policy policy;
    private final Clock clock;
    private final Sleeper sleeper;
    private final RandomGenerator random;

    /**
     * How long to go on.
     *
     * @param initialBackoff wait after the first failure; doubled after each further one
     * @param maxBackoff longest single wait
     * @param deadline no attempt begins later than this after the first one began; zero means one
     *     attempt
     */
    public record Policy(Duration initialBackoff, Duration maxBackoff, Duration deadline) {
        /**
         * Waits as the original does (4 ms doubling up to 16 s, mz_persist_client retry.rs), but
         * gives up after a while: the original goes on for ever, and a Flink job has a restart
         * strategy that its operator has chosen.
         */
        public static final Policy DEFAULT =
                new Policy(Duration.ofMillis(4), Duration.ofSeconds(16), Duration.ofMinutes(3));

        public Policy {
            if (initialBackoff.isNegative() || initialBackoff.isZero() || deadline.isNegative()) {
                throw new IllegalArgumentException(
                        "initial backoff must be positive and deadline not negative: "
                                + initialBackoff
                                + ", "
                                + deadline);
            }
            if (maxBackoff.compareTo(initialBackoff) < 0) {
                throw new IllegalArgumentException(
                        "max backoff " + maxBackoff + " below initial backoff " + initialBackoff);
            }
        }
    }

    /** An operation that may be repeated. */
    @FunctionalInterface
    public interface Attempt<T> {
        T run() throws StoreException;
    }

    /**
     * @param random spreads the waits by a tenth, so that many clients do not return together
     */
    public Retry(Policy policy, Clock clock, Sleeper sleeper, RandomGenerator random) {
        this.policy = policy;
        this.clock = clock;
        this.sleeper = sleeper;
        this.random = random;
    }

    /**
     * Runs {@code attempt} until it succeeds.
     *
     * @param what names the operation and its key in the log
     * @throws StoreException the last failure, once the deadline has passed
     * @throws InterruptedException if the thread was interrupted during an attempt or a wait
     */
    public <T> T call(String what, Attempt<T> attempt) throws StoreException, InterruptedException {
        long end = clock.millis() + policy.deadline().toMillis();
        long backoff = policy.initialBackoff().toMillis();
        for (int failures = 1; ; failures++) {
            try {
                return attempt.run();
            } catch (StoreException e) {
                if (e.getCause() instanceof CorruptDataException) {
                    throw e; // it will not get better
                }
                if (Thread.interrupted()) {
                    InterruptedException interrupted =
                            new InterruptedException("interrupted during " + what);
                    interrupted.addSuppressed(e);
                    throw interrupted;
                }
                long wait = Math.max(1, (long) (backoff * (0.9 + 0.2 * random.nextDouble())));
                if (clock.millis() + wait > end) {
                    throw e;
                }
                LOG.atLevel(
                                failures <= QUIET_ATTEMPTS
                                        ? org.slf4j.event.Level.DEBUG
                                        : org.slf4j.event.Level.INFO)
                        .log("{} failed {} times, trying again: {}", what, failures, e.toString());
                sleeper.sleep(wait);
                backoff = Math.min(2 * backoff, policy.maxBackoff().toMillis());
            }
        }
    }
}
