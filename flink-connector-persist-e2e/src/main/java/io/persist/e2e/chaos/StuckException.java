package io.persist.e2e.chaos;

import java.io.IOException;

/** The job did not get on. Says what was waited for, and why the job failed last. */
final class StuckException extends IOException {
    private static final long serialVersionUID = 1L;

    StuckException(String lastFailure, IOException cause) {
        super(
                cause.getMessage()
                        + (lastFailure.isEmpty()
                                ? ""
                                : System.lineSeparator() + "The job failed last: " + lastFailure),
                cause);
    }
}
