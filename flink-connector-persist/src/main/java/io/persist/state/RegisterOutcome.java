package io.persist.state;

/** What registering an epoch came to. */
public sealed interface RegisterOutcome permits RegisterOutcome.Registered, ChainRefusal {
    /**
     * The epoch may commit, beginning with ordinal 1.
     *
     * @param start ordinal 0 of the epoch, with the generation it was given
     */
    record Registered(ChainPosition start) implements RegisterOutcome {}
}
