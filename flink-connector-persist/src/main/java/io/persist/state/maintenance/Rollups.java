package io.persist.state.maintenance;

import io.persist.state.HollowRollup;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.store.SeqNo;

import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Commands that record rollups written and given up. */
public final class Rollups {
    private Rollups() {}

    /**
     * Lists a rollup whose blob has been written.
     *
     * @param seqno that the rollup is of, before that of {@code state}
     * @return whether the state lists this very rollup now; if not, another one of the same seqno
     *     or a later one, which makes this one useless for good
     */
    public static Transition<Boolean> add(State state, SeqNo seqno, HollowRollup rollup) {
        if (seqno.compareTo(state.seqno()) >= 0) {
            throw new IllegalArgumentException(
                    "rollup of " + seqno + " cannot be listed by " + state.seqno());
        }
        HollowRollup known = state.rollups().get(seqno);
        if (known != null) {
            return new Transition.NoOp<>(known.key().equals(rollup.key()));
        }
        if (!state.rollups().isEmpty() && seqno.compareTo(state.latestRollupSeqno()) < 0) {
            return new Transition.NoOp<>(false);
        }
        SortedMap<SeqNo, HollowRollup> rollups = new TreeMap<>(state.rollups());
        rollups.put(seqno, rollup);
        return new Transition.Changed<>(
                state.toBuilder().rollups(rollups).activeRollup(null).build(), true);
    }

    /**
     * Strikes rollups off that a garbage collection has passed; their blobs go with the collection
     * that passes this change. Ends the claim on garbage collection. On a finished shard nothing is
     * written.
     *
     * @return how many were listed
     * @throws IllegalArgumentException if no rollup would be left
     */
    public static Transition<Integer> remove(State state, Collection<HollowRollup> passed) {
        var keys = passed.stream().map(HollowRollup::key).collect(Collectors.toSet());
        SortedMap<SeqNo, HollowRollup> rollups = new TreeMap<>(state.rollups());
        rollups.values().removeIf(rollup -> keys.contains(rollup.key()));
        int removed = state.rollups().size() - rollups.size();
        if (rollups.isEmpty()) {
            throw new IllegalArgumentException(
                    "shard " + state.shard() + " would have no rollup without " + passed);
        }
        if (state.isTombstone() || (removed == 0 && state.activeGc() == null)) {
            return new Transition.NoOp<>(0);
        }
        return new Transition.Changed<>(
                state.toBuilder().rollups(rollups).activeGc(null).build(), removed);
    }
}
