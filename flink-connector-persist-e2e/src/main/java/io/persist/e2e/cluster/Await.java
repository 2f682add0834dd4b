package io.persist.e2e.cluster;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for what other processes do, by asking again and again. */
public final class Await {
    private static final long ASK_MILLIS = 100;

    private Await() {}

    /** Nothing was seen in time. */
    public static final class TimedOutException extends IOException {
        private static final long serialVersionUID = 1L;

        TimedOutException(String what, Duration limit, @Nullable IOException last) {
            super(
                    "waited "
                            + limit.toSeconds()
                            + " s in vain for "
                            + what
                            + (last == null ? "" : "; last: " + last.getMessage()),
                    last);
        }
    }

    /** What to wait for. */
    @FunctionalInterface
    public interface Question<T> {
        /**
         * The answer, or null if there is none yet.
         *
         * @throws IOException if it could not be asked, which is forgiven until time is up
         */
        @Nullable T ask() throws IOException, InterruptedException;
    }

    /**
     * @param what for messages
     * @throws TimedOutException if there was no answer within {@code limit}
     */
    public static <T> T answer(String what, Duration limit, Question<T> question)
            throws TimedOutException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            IOException failure = null;
            try {
                T answer = question.ask();
                if (answer != null) {
                    return answer;
                }
            } catch (IOException e) {
                failure = e;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TimedOutException(what, limit, failure);
            }
            pause(ASK_MILLIS);
        }
    }

    /** Lets time pass. */
    public static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}
