package io.persist.client;

import io.persist.frontier.Antichain;
import io.persist.state.ChainPosition;
import io.persist.state.EpochToken;
import io.persist.state.State;
import io.persist.state.WriterId;
import io.persist.state.WriterState;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * Looks through the live states of a shard whether everything from a time on, and nothing before
 * it, are commits of a sink that a restored snapshot does not know. Appends that were forgotten,
 * log and entry, cannot be seen.
 */
final class CommitsAfter {
    private final ChainPosition restored;
    private final long tag;
    private final Antichain kept;
    private @Nullable State before;
    private @Nullable String violation;

    /**
     * @param kept exclusive upper of the last commit that the snapshot knows
     */
    CommitsAfter(ChainPosition restored, Antichain kept) {
        this.restored = restored;
        this.tag = EpochToken.tagOf(restored.sinkId());
        this.kept = kept;
    }

    /** States are visited in their order. */
    void visit(State state) {
        for (Map.Entry<WriterId, WriterState> entry : state.writers().entrySet()) {
            check(entry.getKey(), entry.getValue());
        }
        if (before != null
                && before.upper().lessThan(state.upper())
                && kept.lessThan(state.upper())
                && !hasAppender(before, state)) {
            violate("an unknown writer has appended up to " + state.upper());
        }
        before = state;
    }

    private static boolean hasAppender(State before, State after) {
        return after.writers().entrySet().stream()
                .anyMatch(
                        entry ->
                                entry.getValue().upper().equals(after.upper())
                                        && !entry.getValue()
                                                .equals(before.writers().get(entry.getKey())));
    }

    private void check(WriterId id, WriterState writer) {
        EpochToken token = EpochToken.of(writer.token());
        boolean later = kept.lessThan(writer.upper());
        if (token.tag() != tag) {
            if (later) {
                violate(
                        "writer "
                                + id
                                + " ('"
                                + writer.debug().purpose()
                                + "' on host '"
                                + writer.debug().hostname()
                                + "') has appended up to "
                                + writer.upper()
                                + " after that time");
            }
            return;
        }
        boolean known =
                id.equals(restored.epoch())
                        ? token.ordinal() <= restored.ordinal()
                        : token.generation() <= restored.generation();
        String commit = "commit %d of generation %d".formatted(token.ordinal(), token.generation());
        if (known && later) {
            violate(
                    commit
                            + ", which the snapshot knows, was appended up to "
                            + writer.upper()
                            + ", after that time");
        } else if (!known && !later && token.ordinal() > 0) {
            violate(
                    commit
                            + ", which the snapshot does not know, was appended up to "
                            + writer.upper()
                            + ", not after that time");
        }
    }

    private void violate(String reason) {
        if (violation == null) {
            violation = reason;
        }
    }

    /** Why not to undo everything from that time on; null if nothing speaks against it. */
    @Nullable String violation() {
        return violation;
    }
}
