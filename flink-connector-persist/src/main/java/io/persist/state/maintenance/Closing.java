package io.persist.state.maintenance;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.state.spine.Trace;

import java.util.TreeMap;

/** Turns a closed shard into a tombstone, one small step per commit. */
public final class Closing {
    private Closing() {}

    /** What one step came to. */
    public sealed interface Outcome {
        /** Run the command again. */
        record Progressed() implements Outcome {}

        /** Nothing is left to do. */
        record Finished() implements Outcome {}

        /** Upper and since must be empty first. */
        record NotClosed(Antichain since, Antichain upper) implements Outcome {}
    }

    /** One step; to be repeated while it progresses. */
    public static Transition<Outcome> step(State state) {
        if (!state.since().isEmpty() || !state.upper().isEmpty()) {
            return new Transition.NoOp<>(new Outcome.NotClosed(state.since(), state.upper()));
        }
        State bare =
                state.toBuilder()
                        .writers(new TreeMap<>())
                        .leasedReaders(new TreeMap<>())
                        .criticalReaders(new TreeMap<>())
                        .build();
        for (HollowBatch batch : state.batches()) {
            if (batch.parts().findAny().isPresent()) {
                return progressed(bare, state.trace().withEmptied(batch.desc()));
            }
        }
        if (state.batches().size() > 1) {
            Description all =
                    new Description(Antichain.minimum(), Antichain.empty(), Antichain.empty());
            Trace fresh = Trace.empty(Antichain.empty());
            return progressed(bare, fresh.insert(HollowBatch.empty(all)).next());
        }
        return state.isTombstone()
                ? new Transition.NoOp<>(new Outcome.Finished())
                : progressed(bare, state.trace());
    }

    private static Transition<Outcome> progressed(State state, Trace trace) {
        return new Transition.Changed<>(
                state.toBuilder().trace(trace).build(), new Outcome.Progressed());
    }
}
