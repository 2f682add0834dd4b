package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.state.spine.MergeRequest;
import io.persist.state.spine.SpineId;
import io.persist.state.spine.Trace;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The append command of the state machine. */
public final class Appends {
    private Appends() {}

    /**
     * Who appends.
     *
     * @param token names this append; given again, it finds the append done
     * @param leaseMillis used only when the writer has no entry yet
     */
    public record Writer(
            WriterId id,
            IdempotencyToken token,
            HandleDebug debug,
            long nowMillis,
            long leaseMillis) {}

    /**
     * Appends {@code batch} at the shard's upper. Checks, in this order: shard finished, bounds,
     * token, upper, inline bytes (docs/format.md). An empty batch whose lower is its upper changes
     * no data, only the writer's entry.
     *
     * @param inlineTotalMaxBytes exclusive limit of inline bytes in the state
     * @throws IllegalStateException if the writer's last append had this token but another upper
     */
    public static Transition<AppendOutcome> compareAndAppend(
            State state, HollowBatch batch, Writer writer, long inlineTotalMaxBytes) {
        if (state.isTombstone()) {
            return new Transition.NoOp<>(
                    new AppendOutcome.UpperMismatch(Antichain.empty(), Antichain.minimum()));
        }
        WriterState entry =
                state.writers()
                        .getOrDefault(
                                writer.id(),
                                new WriterState(
                                        writer.nowMillis(),
                                        writer.leaseMillis(),
                                        IdempotencyToken.SENTINEL,
                                        Antichain.minimum(),
                                        writer.debug(),
                                        Bytes.EMPTY));
        AppendOutcome refusal = refusal(state, batch, writer, entry, inlineTotalMaxBytes);
        return refusal != null
                ? new Transition.NoOp<>(refusal)
                : append(state, batch, writer, entry);
    }

    /** Null if the batch is to be appended. */
    private static @Nullable AppendOutcome refusal(
            State state,
            HollowBatch batch,
            Writer writer,
            WriterState entry,
            long inlineTotalMaxBytes) {
        boolean empty = batch.runs().isEmpty() && batch.len() == 0;
        if (batch.upper().lessThan(batch.lower())) {
            return new AppendOutcome.InvalidUsage(
                    "upper " + batch.upper() + " before lower " + batch.lower());
        }
        if (batch.upper().equals(batch.lower()) && !empty) {
            return new AppendOutcome.InvalidUsage(
                    "a batch of "
                            + batch.len()
                            + " updates cannot have "
                            + batch.lower()
                            + " as lower and upper");
        }
        if (writer.token().equals(entry.token())) {
            if (!batch.upper().equals(entry.upper())) {
                throw new IllegalStateException(
                        "shard "
                                + state.shard()
                                + ": token "
                                + writer.token()
                                + " of an append up to "
                                + entry.upper()
                                + " used again for one up to "
                                + batch.upper());
            }
            return new AppendOutcome.AlreadyCommitted();
        }
        if (!batch.lower().equals(state.upper())) {
            return new AppendOutcome.UpperMismatch(state.upper(), entry.upper());
        }
        long inline = batch.inlineBytes();
        return inline > 0 && state.trace().inlineBytes() + inline >= inlineTotalMaxBytes
                ? new AppendOutcome.InlineBackpressure()
                : null;
    }

    private static Transition<AppendOutcome> append(
            State state, HollowBatch batch, Writer writer, WriterState entry) {
        Trace trace = state.trace();
        List<MergeRequest> merges = List.of();
        if (!batch.lower().equals(batch.upper())) {
            Trace.Inserted inserted = trace.insert(batch);
            merges = inserted.merges();
            trace = inserted.next();
        }
        if (state.peersKnowClaims()) {
            Set<SpineId> claimed =
                    merges.stream().map(MergeRequest::id).collect(Collectors.toSet());
            trace = trace.withCompactionClaims(claimed, writer.nowMillis());
        }
        SortedMap<WriterId, WriterState> writers = new TreeMap<>(state.writers());
        writers.put(
                writer.id(),
                new WriterState(
                        Math.max(entry.heartbeatMillis(), writer.nowMillis()),
                        entry.leaseMillis(),
                        writer.token(),
                        batch.upper(),
                        entry.debug(),
                        entry.unknown()));
        return new Transition.Changed<>(
                state.toBuilder().trace(trace).writers(writers).build(),
                new AppendOutcome.Appended(merges));
    }

    /**
     * Forgets a writer, so that its last token no longer counts.
     *
     * @return whether there was an entry
     */
    public static Transition<Boolean> expireWriter(State state, WriterId writer) {
        if (!state.writers().containsKey(writer)) {
            return new Transition.NoOp<>(false);
        }
        SortedMap<WriterId, WriterState> writers = new TreeMap<>(state.writers());
        writers.remove(writer);
        return new Transition.Changed<>(state.withWriters(writers), true);
    }
}
