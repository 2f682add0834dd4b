package io.persist.frontier;

/**
 * What a batch covers: updates at times {@code lower <= t} and not {@code upper <= t}, with times
 * possibly moved up to {@code since}. Bounds are not checked against each other here: old shards
 * must load.
 *
 * @param lower inclusive
 * @param upper exclusive; empty means no bound
 * @param since times below it are no longer told apart
 */
public record Description(Antichain lower, Antichain upper, Antichain since) {
    /** Domain of all three. */
    public TimeDomain domain() {
        TimeDomain domain = lower.domain();
        domain = domain == TimeDomain.U64 ? upper.domain() : domain;
        return domain == TimeDomain.U64 ? since.domain() : domain;
    }

    @Override
    public String toString() {
        return lower + ".." + upper + " since " + since;
    }
}
