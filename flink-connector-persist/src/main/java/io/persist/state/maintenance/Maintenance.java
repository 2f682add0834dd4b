package io.persist.state.maintenance;

import io.persist.codec.Bytes;
import io.persist.state.ActiveWork;
import io.persist.state.LeasedReaderId;
import io.persist.state.LeasedReaderState;
import io.persist.state.State;
import io.persist.state.WriterId;
import io.persist.state.WriterState;
import io.persist.store.SeqNo;

import org.jspecify.annotations.Nullable;

import java.util.SortedMap;
import java.util.TreeMap;

/** What every commit does besides its command: expire leases, and assign rollups and garbage. */
public final class Maintenance {
    /** Without claims: the client that was to write the rollup did not, for so many thresholds. */
    private static final long ROLLUP_FALLBACK = 3;

    private static final long ROLLUP_CLAIM_MILLIS = 5_000;
    private static final long GC_CLAIM_MILLIS = 15 * 60_000;

    /** Log entries that one collection passes at most, where peers know that limit. */
    private static final long GC_MAX_VERSIONS = 128_000;

    private Maintenance() {}

    /**
     * A state that is ready to be committed, and the work that falls to the client that commits it.
     *
     * @param writeRollup whether to write a rollup of {@code state}
     * @param collectUpTo where to collect garbage up to; null if not
     */
    public record Assigned(State state, boolean writeRollup, @Nullable SeqNo collectUpTo) {}

    /**
     * Finishes the state that a command has made, just before it is committed.
     *
     * @param nowMillis wall clock, which leases and claims are judged by
     * @param rollupThreshold commits after which a rollup is due
     */
    public static Assigned assign(
            State changed, CommandKind kind, long nowMillis, long rollupThreshold) {
        State state = expireLeases(changed, nowMillis);
        boolean rollup = needsRollup(state, nowMillis, rollupThreshold);
        if (rollup && state.peersKnowClaims()) {
            state =
                    state.toBuilder()
                            .activeRollup(new ActiveWork(state.seqno(), nowMillis, Bytes.EMPTY))
                            .build();
        }
        if (!needsCollection(state, kind, nowMillis)) {
            return new Assigned(state, rollup, null);
        }
        SeqNo upTo = collectionTarget(state);
        return new Assigned(state.toBuilder().lastGcReq(upTo).build(), rollup, upTo);
    }

    /** Without the leased readers and writers whose lease has passed; at equality they stay. */
    public static State expireLeases(State state, long nowMillis) {
        SortedMap<LeasedReaderId, LeasedReaderState> readers = new TreeMap<>(state.leasedReaders());
        readers.values().removeIf(r -> passed(r.heartbeatMillis(), r.leaseMillis(), nowMillis));
        SortedMap<WriterId, WriterState> writers = new TreeMap<>(state.writers());
        writers.values().removeIf(w -> passed(w.heartbeatMillis(), w.leaseMillis(), nowMillis));
        boolean none =
                readers.size() == state.leasedReaders().size()
                        && writers.size() == state.writers().size();
        return none ? state : state.toBuilder().leasedReaders(readers).writers(writers).build();
    }

    private static boolean passed(long heartbeatMillis, long leaseMillis, long nowMillis) {
        long end = heartbeatMillis + leaseMillis;
        // A sum beyond 64 bits never ends.
        boolean overflow = Long.compareUnsigned(end, heartbeatMillis) < 0;
        return !overflow && Long.compareUnsigned(end, nowMillis) < 0;
    }

    private static boolean needsRollup(State state, long nowMillis, long threshold) {
        long since = state.seqno().value() - state.latestRollupSeqno().value();
        if (state.isTombstone() && since > 1) {
            return true;
        }
        if (!state.peersKnowClaims()) {
            return (since > 0 && since % threshold == 0) || since > ROLLUP_FALLBACK * threshold;
        }
        return since > threshold && !isYoung(state.activeRollup(), ROLLUP_CLAIM_MILLIS, nowMillis);
    }

    private static boolean needsCollection(State state, CommandKind kind, long nowMillis) {
        if (state.isTombstone()) {
            return true;
        }
        long collectable = state.seqnoSince().value() - state.lastGcReq().value();
        return collectable >= threshold(state.seqno())
                && (kind == CommandKind.APPEND || state.writers().isEmpty())
                && !isYoung(state.activeGc(), GC_CLAIM_MILLIS, nowMillis);
    }

    /** Exponent of the least power of two that is at least the seqno; at least 1. */
    private static long threshold(SeqNo seqno) {
        return seqno.value() <= 2 ? 1 : Long.SIZE - Long.numberOfLeadingZeros(seqno.value() - 1);
    }

    private static SeqNo collectionTarget(State state) {
        long hold = Math.max(state.seqnoSince().value(), state.lastGcReq().value());
        long limit = state.lastGcReq().value() + GC_MAX_VERSIONS;
        return new SeqNo(state.peersKnowClaims() && limit < hold ? limit : hold);
    }

    /** Whether somebody else is on it, and has not been for too long. */
    private static boolean isYoung(@Nullable ActiveWork work, long maxMillis, long nowMillis) {
        return work != null && nowMillis - work.startMillis() <= maxMillis;
    }
}
