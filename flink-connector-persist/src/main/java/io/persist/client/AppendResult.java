package io.persist.client;

import io.persist.frontier.Antichain;

/** Outcome of an append that was certainly decided. */
public sealed interface AppendResult {
    record Appended() implements AppendResult {}

    /**
     * Someone else advanced the shard; append again from {@code shardUpper} or give up. Nothing was
     * changed.
     */
    record UpperMismatch(Antichain shardUpper) implements AppendResult {}

    /** This call can never succeed, whatever the shard's state. Nothing was changed. */
    record InvalidUsage(String reason) implements AppendResult {}

    /**
     * For callers without a plan for the other two.
     *
     * @throws IllegalStateException naming the outcome if nothing was appended
     */
    default void orThrow() {
        if (!(this instanceof Appended)) {
            throw new IllegalStateException("append failed: " + this);
        }
    }
}
