package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.store.SeqNo;

import org.jspecify.annotations.Nullable;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Commands of leased readers. An entry keeps times readable from its since on, and blobs of states
 * from its seqno on, as long as it is renewed.
 */
public final class Readers {
    private Readers() {}

    /** Where a new reader's hold on times begins; never before the shard's since. */
    public enum Start {
        /** Everything that the shard can still tell. */
        SHARD_SINCE {
            @Override
            Antichain of(State state) {
                return state.since();
            }
        },
        /**
         * What the critical readers agree on, be it nothing; the shard's since if there are none.
         * So a reader does not hold on to what only other leased readers still keep.
         */
        CRITICAL_SINCE {
            @Override
            Antichain of(State state) {
                return state.criticalReaders().values().stream()
                        .map(CriticalReaderState::since)
                        .reduce(Antichain::meet)
                        .orElse(state.since());
            }
        };

        abstract Antichain of(State state);
    }

    /** Registers a reader at the shard's since. */
    public static Transition<LeasedReaderState> register(
            State state, LeasedReaderId id, HandleDebug debug, long leaseMillis, long nowMillis) {
        return register(state, Start.SHARD_SINCE, id, debug, leaseMillis, nowMillis);
    }

    /**
     * Registers a reader, with a hold on the state that is about to be committed. On a finished
     * shard nothing is written.
     *
     * @return the reader's entry
     */
    public static Transition<LeasedReaderState> register(
            State state,
            Start start,
            LeasedReaderId id,
            HandleDebug debug,
            long leaseMillis,
            long nowMillis) {
        LeasedReaderState reader =
                new LeasedReaderState(
                        start.of(state), state.seqno(), nowMillis, leaseMillis, debug, Bytes.EMPTY);
        if (state.isTombstone()) {
            return new Transition.NoOp<>(reader);
        }
        return new Transition.Changed<>(with(state, id, reader), reader);
    }

    /**
     * Moves a reader's since and seqno hold up and renews its lease. A since below the reader's is
     * ignored.
     *
     * @param oldestInUse seqno of the oldest state that the reader still fetches from; null if it
     *     fetches nothing
     * @return whether the reader still had its entry; if not, it has lost its holds
     * @throws IllegalArgumentException if {@code oldestInUse} is below the reader's hold
     */
    public static Transition<Boolean> downgrade(
            State state,
            LeasedReaderId id,
            @Nullable SeqNo oldestInUse,
            Antichain newSince,
            long nowMillis) {
        LeasedReaderState reader = state.leasedReaders().get(id);
        if (reader == null) {
            return new Transition.NoOp<>(false);
        }
        SeqNo hold =
                oldestInUse == null || state.seqno().compareTo(oldestInUse) < 0
                        ? state.seqno()
                        : oldestInUse;
        if (hold.compareTo(reader.seqno()) < 0) {
            throw new IllegalArgumentException(
                    "reader "
                            + id
                            + " of shard "
                            + state.shard()
                            + " holds "
                            + reader.seqno()
                            + " and cannot go back to "
                            + hold);
        }
        boolean later = reader.since().lessThan(newSince);
        State next =
                with(
                        state,
                        id,
                        new LeasedReaderState(
                                later ? newSince : reader.since(),
                                hold,
                                Math.max(reader.heartbeatMillis(), nowMillis),
                                reader.leaseMillis(),
                                reader.debug(),
                                reader.unknown()));
        return new Transition.Changed<>(later ? withRecomputedSince(next) : next, true);
    }

    /**
     * Renews a reader's lease without moving its holds.
     *
     * @return whether the reader still had its entry; if not, it has lost its holds
     */
    public static Transition<Boolean> heartbeat(State state, LeasedReaderId id, long nowMillis) {
        LeasedReaderState reader = state.leasedReaders().get(id);
        if (reader == null) {
            return new Transition.NoOp<>(false);
        }
        LeasedReaderState renewed =
                new LeasedReaderState(
                        reader.since(),
                        reader.seqno(),
                        Math.max(reader.heartbeatMillis(), nowMillis),
                        reader.leaseMillis(),
                        reader.debug(),
                        reader.unknown());
        return new Transition.Changed<>(with(state, id, renewed), true);
    }

    /**
     * Removes a reader. The shard's since stays: it follows at the next downgrade of another one.
     *
     * @return whether there was an entry
     */
    public static Transition<Boolean> expire(State state, LeasedReaderId id) {
        if (!state.leasedReaders().containsKey(id)) {
            return new Transition.NoOp<>(false);
        }
        SortedMap<LeasedReaderId, LeasedReaderState> readers = new TreeMap<>(state.leasedReaders());
        readers.remove(id);
        return new Transition.Changed<>(state.toBuilder().leasedReaders(readers).build(), true);
    }

    private static State with(State state, LeasedReaderId id, LeasedReaderState reader) {
        SortedMap<LeasedReaderId, LeasedReaderState> readers = new TreeMap<>(state.leasedReaders());
        readers.put(id, reader);
        return state.toBuilder().leasedReaders(readers).build();
    }

    /** The shard's since moves to what all readers agree on; it never goes back. */
    static State withRecomputedSince(State state) {
        if (state.leasedReaders().isEmpty() && state.criticalReaders().isEmpty()) {
            return state;
        }
        Antichain since = Antichain.empty();
        for (LeasedReaderState reader : state.leasedReaders().values()) {
            since = since.meet(reader.since());
        }
        for (CriticalReaderState reader : state.criticalReaders().values()) {
            since = since.meet(reader.since());
        }
        return state.toBuilder().trace(state.trace().withSince(since.join(state.since()))).build();
    }
}
