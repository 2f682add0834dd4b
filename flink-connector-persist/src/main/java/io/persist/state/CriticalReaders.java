package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Commands of critical readers. An entry keeps times readable from its since on until it is moved;
 * it has no lease, and does not keep blobs of old states.
 */
public final class CriticalReaders {
    private CriticalReaders() {}

    /**
     * A fencing token: who moves a since must know the present one. What it means is up to those
     * who share the reader. Peers of 0.128 insist on the codec that the reader was registered with,
     * and begin with 0, or {@link Long#MIN_VALUE} for {@code i64}.
     *
     * @param codec how its 8 bytes are to be read, by name
     * @param bits of its 8 bytes, read little endian
     */
    public record Opaque(String codec, long bits) {
        /** An unsigned number. */
        public static Opaque u64(long bits) {
            return new Opaque("u64", bits);
        }

        /** A signed number. */
        public static Opaque i64(long number) {
            return new Opaque("i64", number);
        }

        /** What the database's controllers use: 0 means that none has taken the reader yet. */
        public static Opaque epoch(long number) {
            return new Opaque("PersistEpoch", number);
        }

        public static Opaque of(CriticalReaderState reader) {
            return new Opaque(reader.opaqueCodec(), reader.opaque());
        }

        @Override
        public String toString() {
            return codec + " " + (codec.equals("u64") ? Long.toUnsignedString(bits) : bits);
        }
    }

    /** What a downgrade came to. */
    public sealed interface DowngradeOutcome {
        /**
         * @param since of the reader now
         */
        record Downgraded(Antichain since) implements DowngradeOutcome {}

        /** Somebody else has changed the token. */
        record OpaqueMismatch(Opaque stored, Antichain since) implements DowngradeOutcome {}

        record UnknownReader(CriticalReaderId id) implements DowngradeOutcome {}
    }

    /**
     * Registers a reader at the shard's since. If it exists, only {@code debug} changes. On a
     * finished shard nothing is written.
     *
     * @param initial token of a new reader
     * @return the reader's entry
     */
    public static Transition<CriticalReaderState> register(
            State state, CriticalReaderId id, Opaque initial, HandleDebug debug) {
        CriticalReaderState known = state.criticalReaders().get(id);
        CriticalReaderState reader =
                known == null
                        ? new CriticalReaderState(
                                state.since(), initial.bits(), initial.codec(), debug, Bytes.EMPTY)
                        : new CriticalReaderState(
                                known.since(),
                                known.opaque(),
                                known.opaqueCodec(),
                                debug,
                                known.unknown());
        if (state.isTombstone() || reader.equals(known)) {
            return new Transition.NoOp<>(reader);
        }
        return new Transition.Changed<>(with(state, id, reader), reader);
    }

    /**
     * Replaces the token and moves the since up, if the present token is {@code expected}. A since
     * below the reader's is ignored. On a finished shard nothing is written.
     */
    public static Transition<DowngradeOutcome> compareAndDowngrade(
            State state,
            CriticalReaderId id,
            Opaque expected,
            Opaque replacement,
            Antichain newSince) {
        if (state.isTombstone()) {
            return new Transition.NoOp<>(new DowngradeOutcome.Downgraded(Antichain.empty()));
        }
        CriticalReaderState reader = state.criticalReaders().get(id);
        if (reader == null) {
            return new Transition.NoOp<>(new DowngradeOutcome.UnknownReader(id));
        }
        if (!Opaque.of(reader).equals(expected)) {
            return new Transition.NoOp<>(
                    new DowngradeOutcome.OpaqueMismatch(Opaque.of(reader), reader.since()));
        }
        Antichain since = reader.since().join(newSince);
        State next =
                with(
                        state,
                        id,
                        new CriticalReaderState(
                                since,
                                replacement.bits(),
                                replacement.codec(),
                                reader.debug(),
                                reader.unknown()));
        return new Transition.Changed<>(
                Readers.withRecomputedSince(next), new DowngradeOutcome.Downgraded(since));
    }

    /**
     * Removes a reader without moving the shard's since.
     *
     * @return whether there was an entry
     */
    public static Transition<Boolean> expire(State state, CriticalReaderId id) {
        if (!state.criticalReaders().containsKey(id)) {
            return new Transition.NoOp<>(false);
        }
        SortedMap<CriticalReaderId, CriticalReaderState> readers =
                new TreeMap<>(state.criticalReaders());
        readers.remove(id);
        return new Transition.Changed<>(state.toBuilder().criticalReaders(readers).build(), true);
    }

    static State with(State state, CriticalReaderId id, CriticalReaderState reader) {
        SortedMap<CriticalReaderId, CriticalReaderState> readers =
                new TreeMap<>(state.criticalReaders());
        readers.put(id, reader);
        return state.toBuilder().criticalReaders(readers).build();
    }
}
