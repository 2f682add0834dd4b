package io.persist.state;

import io.persist.frontier.Antichain;

/** What registering an epoch came to. */
public sealed interface RegisterOutcome
        permits RegisterOutcome.Registered, RegisterOutcome.ShardMoved, ChainRefusal {
    /**
     * The epoch may commit, beginning with ordinal 1.
     *
     * @param start ordinal 0 of the epoch, with the generation it was given
     */
    record Registered(ChainPosition start) implements RegisterOutcome {}

    /** What was to be undone is not what the shard is ahead: look at it again. Nothing changed. */
    record ShardMoved(Antichain shardUpper) implements RegisterOutcome {}
}
