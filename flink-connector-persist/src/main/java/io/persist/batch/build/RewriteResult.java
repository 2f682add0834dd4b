package io.persist.batch.build;

/** What became of a request to move all times of a batch. */
public sealed interface RewriteResult {
    record Rewritten() implements RewriteResult {}

    /**
     * Nothing was changed.
     *
     * @param reason names the frontiers that contradict each other
     */
    record InvalidRewrite(String reason) implements RewriteResult {}

    /** For callers that know the request to be valid. */
    default void orThrow() {
        if (this instanceof InvalidRewrite invalid) {
            throw new IllegalArgumentException(invalid.reason());
        }
    }
}
