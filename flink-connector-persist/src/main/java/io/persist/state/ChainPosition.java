package io.persist.state;

/**
 * A place on the chain of commits that a sink has appended to a shard: after {@code ordinal}
 * commits of {@code epoch}.
 *
 * @param sinkId which logical sink
 * @param epoch one incarnation's licence to commit; its entry among the shard's writers
 * @param generation position of the epoch on the chain, from 1
 * @param ordinal commits of the epoch so far, or the number of one commit, from 1
 */
public record ChainPosition(String sinkId, WriterId epoch, int generation, long ordinal) {
    public ChainPosition {
        if (generation < 1 || generation > EpochToken.MAX_GENERATION) {
            throw new IllegalArgumentException(
                    "generation " + generation + " outside 1.." + EpochToken.MAX_GENERATION);
        }
        if (ordinal < 0) {
            throw new IllegalArgumentException("ordinal " + ordinal + " is negative");
        }
    }

    /** The same epoch at another ordinal. */
    public ChainPosition at(long other) {
        return new ChainPosition(sinkId, epoch, generation, other);
    }

    @Override
    public String toString() {
        return "sink '%s', epoch %s, generation %d, ordinal %d"
                .formatted(sinkId, epoch, generation, ordinal);
    }
}
