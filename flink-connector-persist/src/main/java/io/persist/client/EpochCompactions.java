package io.persist.client;

import io.persist.shard.PartIds;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;
import io.persist.state.EpochChain;
import io.persist.state.State;

import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Lets the epochs of a sink compact one after the other, never two at once: what an epoch writes is
 * of a line of the sink's, as its incarnation of the epoch's generation, and is applied only while
 * no later epoch has taken over. So a later epoch may delete what an earlier one was killed over.
 */
final class EpochCompactions {
    private final ChainPosition position;
    private final WriterLine line;
    private final PartIds partIds;

    /**
     * @param position any of the epoch's
     * @param attempt random
     */
    EpochCompactions(ChainPosition position, UUID attempt) {
        this.position = position;
        this.line =
                new WriterLine(
                        WriterLine.begin(position.sinkId() + "/compaction", 0, 0).tag(),
                        position.generation());
        this.partIds = new PartIds(line, attempt);
    }

    boolean isOf(ChainPosition other) {
        return position.epoch().equals(other.epoch());
    }

    /** Outputs of earlier incarnations than this are dead once the epoch has appended. */
    WriterLine line() {
        return line;
    }

    Supplier<UUID> partIds() {
        return partIds;
    }

    /** Whether the epoch is still the last of its chain. */
    Predicate<State> fence() {
        return state -> EpochChain.isOpen(state, position);
    }
}
