package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.spine.Trace;
import io.persist.store.SeqNo;

import java.util.TreeMap;
import java.util.UUID;

/** States and commands for the tests of the chain. */
final class ChainStates {
    static final String SINK = "orders";
    static final long LEASE_MILLIS = 1_000_000;

    private ChainStates() {}

    /** A shard without batches and writers. */
    static State empty() {
        return new State(
                new ShardId(new UUID(0, 1)),
                new SeqNo(1),
                "26.0.0",
                0,
                "host",
                new CodecNames("String", "String", "u64", "i64"),
                new SeqNo(0),
                null,
                null,
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                Trace.INITIAL,
                Bytes.EMPTY);
    }

    static WriterId epoch(int number) {
        return new WriterId(new UUID(0, number));
    }

    static ChainPosition position(int epoch, int generation, long ordinal) {
        return new ChainPosition(SINK, epoch(epoch), generation, ordinal);
    }

    /** {@code state} with an entry of the test sink. */
    static State with(State state, ChainPosition position, boolean closed) {
        EpochToken token =
                new EpochToken(
                        EpochToken.tagOf(position.sinkId()),
                        position.generation(),
                        closed,
                        position.ordinal());
        return withWriter(
                state,
                position.epoch(),
                new WriterState(
                        100,
                        LEASE_MILLIS,
                        token.token(),
                        Antichain.minimum(),
                        new HandleDebug("host", "flink sink " + position.sinkId()),
                        Bytes.EMPTY));
    }

    static State withWriter(State state, WriterId id, WriterState writer) {
        TreeMap<WriterId, WriterState> writers = new TreeMap<>(state.writers());
        writers.put(id, writer);
        return state.withWriters(writers);
    }

    /** Appends nothing, in the millisecond at the shard's upper. */
    static HollowBatch emptyBatch(Antichain shardUpper) {
        return HollowBatch.empty(
                new Description(
                        shardUpper, Antichain.of(shardUpper.element() + 1), Antichain.minimum()));
    }

    static <R> State next(State state, Transition<R> transition) {
        return transition instanceof Transition.Changed<R> changed ? changed.next() : state;
    }
}
