package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.store.PartKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps the appended commits of a sink one unbroken chain (docs/architecture.md, "Exactly once").
 *
 * <p>Every start of a job mints an epoch, an entry among the shard's writers whose token holds the
 * sink's tag, the generation, the ordinal of the last commit, and whether a later epoch took over.
 * At any moment at most one epoch of a chain is open, and taking over fixes the last ordinal of the
 * epoch taken over; so the appended commits are those of one epoch up to where the next took over,
 * and so on, each link starting from the snapshot that ends the one before.
 *
 * <p>Invariant: no entry outlives a later one of its chain, whatever leases they were given.
 * Otherwise commits that were forgotten could be taken for commits that never happened.
 */
public final class EpochChain {
    private static final String PURPOSE = "flink sink ";

    private EpochChain() {}

    /**
     * A start of a sink.
     *
     * @param epoch minted for this start
     * @param restored where the restored snapshot left the chain; null if nothing was restored
     * @param leaseMillis how long the shard remembers the epoch after its last commit
     */
    public record Registration(
            String sinkId,
            WriterId epoch,
            @Nullable ChainPosition restored,
            String hostname,
            long nowMillis,
            long leaseMillis) {
        public Registration {
            if (restored != null && !restored.sinkId().equals(sinkId)) {
                throw new IllegalArgumentException(
                        "sink '" + sinkId + "' cannot continue " + restored);
            }
        }
    }

    /**
     * A sealed commit.
     *
     * @param position its epoch and ordinal
     * @param batch what it appends
     * @param inlineTotalMaxBytes exclusive limit of inline bytes in the state
     */
    public record Commit(
            ChainPosition position, BatchAt batch, long nowMillis, long inlineTotalMaxBytes) {}

    /**
     * What undoes the commits that a restored snapshot does not know.
     *
     * @param batch without inline parts; its lower is the shard's upper up to which it undoes
     */
    public record Compensation(HollowBatch batch) {}

    /** Everything a commit appends, as one batch. */
    @FunctionalInterface
    public interface BatchAt {
        /** The batch with {@code shardUpper}, which is not empty, as its lower. */
        HollowBatch at(Antichain shardUpper);
    }

    /**
     * An epoch that a shard remembers.
     *
     * @param position its last appended commit
     * @param closed whether a later epoch took over
     */
    public record Entry(ChainPosition position, boolean closed, WriterState writer) {}

    /** The epochs of all sinks, by sink id and generation. */
    public static List<Entry> entries(State state) {
        List<Entry> entries = new ArrayList<>();
        state.writers()
                .forEach(
                        (id, writer) -> {
                            String purpose = writer.debug().purpose();
                            EpochToken token = EpochToken.of(writer.token());
                            if (!purpose.startsWith(PURPOSE) || token.generation() == 0) {
                                return;
                            }
                            String sinkId = purpose.substring(PURPOSE.length());
                            if (token.tag() == EpochToken.tagOf(sinkId)) {
                                ChainPosition position =
                                        new ChainPosition(
                                                sinkId, id, token.generation(), token.ordinal());
                                entries.add(new Entry(position, token.closed(), writer));
                            }
                        });
        entries.sort(
                Comparator.comparing((Entry entry) -> entry.position().sinkId())
                        .thenComparing(entry -> entry.position().generation()));
        return List.copyOf(entries);
    }

    /** Adds the epoch to the chain, taking over from the restored one. */
    public static Transition<RegisterOutcome> register(State state, Registration registration) {
        String sinkId = registration.sinkId();
        long tag = EpochToken.tagOf(sinkId);
        WriterState own = state.writers().get(registration.epoch());
        if (own != null) {
            EpochToken token = EpochToken.of(own.token());
            ChainPosition start =
                    new ChainPosition(
                            sinkId, registration.epoch(), Math.max(token.generation(), 1), 0);
            return new Transition.NoOp<>(
                    token.tag() == tag
                            ? new RegisterOutcome.Registered(start)
                            : new ChainRefusal.ForeignEntry(start, own.debug()));
        }
        ChainPosition restored = registration.restored();
        if (restored == null) {
            return beginAnew(state, registration, tag);
        }
        ChainRefusal refusal = refuseContinuing(state, restored, tag);
        return refusal != null
                ? new Transition.NoOp<>(refusal)
                : takeOver(state, registration, tag, restored);
    }

    /**
     * {@link #register}, but if the shard is ahead of the restored snapshot, the epoch goes on from
     * where the shard is.
     */
    public static Transition<RegisterOutcome> registerAhead(
            State state, Registration registration) {
        Transition<RegisterOutcome> transition = register(state, registration);
        return transition.result() instanceof ChainRefusal.Rewind
                ? beginAnew(state, registration, EpochToken.tagOf(registration.sinkId()))
                : transition;
    }

    /**
     * {@link #registerAhead} that undoes, in the same step, what the shard is ahead.
     *
     * @return {@link RegisterOutcome.ShardMoved} if there is nothing to undo any more, or more than
     *     the compensation does
     */
    public static Transition<RegisterOutcome> compensate(
            State state, Registration registration, Compensation compensation) {
        RegisterOutcome plain = register(state, registration).result();
        if (plain instanceof RegisterOutcome.Registered
                && state.writers().containsKey(registration.epoch())) {
            return new Transition.NoOp<>(plain);
        }
        HollowBatch batch = compensation.batch();
        if (!(plain instanceof ChainRefusal.Rewind) || !batch.lower().equals(state.upper())) {
            return new Transition.NoOp<>(new RegisterOutcome.ShardMoved(state.upper()));
        }
        Transition<RegisterOutcome> anew =
                beginAnew(state, registration, EpochToken.tagOf(registration.sinkId()));
        if (!(anew instanceof Transition.Changed<RegisterOutcome> registered)) {
            throw new IllegalStateException("no epoch was registered: " + anew.result());
        }
        State next = registered.next();
        WriterState entry = Objects.requireNonNull(next.writers().get(registration.epoch()));
        EpochToken start = EpochToken.of(entry.token());
        Appends.Writer writer =
                new Appends.Writer(
                        registration.epoch(),
                        start.withOrdinal(1).token(),
                        entry.debug(),
                        registration.nowMillis(),
                        registration.leaseMillis());
        Transition<AppendOutcome> append =
                Appends.compareAndAppend(next, batch, writer, Long.MAX_VALUE);
        if (!(append instanceof Transition.Changed<AppendOutcome> appended)) {
            throw new IllegalStateException(
                    "append of " + batch.desc() + " at the shard's own upper gave " + append);
        }
        // To compensate is no commit of the epoch: its first one is still to come.
        SortedMap<WriterId, WriterState> writers = new TreeMap<>(appended.next().writers());
        writers.computeIfPresent(
                registration.epoch(), (id, written) -> withToken(written, start.token()));
        return new Transition.Changed<>(appended.next().withWriters(writers), registered.result());
    }

    private static Transition<RegisterOutcome> beginAnew(
            State state, Registration registration, long tag) {
        SortedMap<WriterId, WriterState> writers = new TreeMap<>(state.writers());
        int highest = 0;
        for (Map.Entry<WriterId, WriterState> entry : state.writers().entrySet()) {
            EpochToken token = EpochToken.of(entry.getValue().token());
            if (token.tag() == tag) {
                highest = Math.max(highest, token.generation());
                if (token.ordinal() == 0) {
                    writers.remove(entry.getKey());
                } else {
                    writers.put(
                            entry.getKey(), withToken(entry.getValue(), token.asClosed().token()));
                }
            }
        }
        return registered(state, writers, registration, new EpochToken(tag, highest + 1, false, 0));
    }

    private static @Nullable ChainRefusal refuseContinuing(
            State state, ChainPosition restored, long tag) {
        WriterState parent = state.writers().get(restored.epoch());
        if (parent == null) {
            return new ChainRefusal.UnknownEpoch(restored, null);
        }
        EpochToken parentToken = EpochToken.of(parent.token());
        if (parentToken.tag() != tag) {
            return new ChainRefusal.ForeignEntry(restored, parent.debug());
        }
        if (parentToken.ordinal() < restored.ordinal()) {
            return new ChainRefusal.MissingCommit(restored, parentToken.ordinal());
        }
        long ahead = parentToken.ordinal() - restored.ordinal();
        long newest = parent.heartbeatMillis();
        for (WriterState writer : state.writers().values()) {
            EpochToken token = EpochToken.of(writer.token());
            if (isLater(token, tag, restored) && token.ordinal() > 0) {
                ahead += token.ordinal();
                newest = Math.max(newest, writer.heartbeatMillis());
            }
        }
        return ahead > 0 ? new ChainRefusal.Rewind(restored, ahead, newest) : null;
    }

    /** Later epochs never appended: their late commits must find nothing. */
    private static Transition<RegisterOutcome> takeOver(
            State state, Registration registration, long tag, ChainPosition restored) {
        SortedMap<WriterId, WriterState> writers = new TreeMap<>(state.writers());
        writers.values().removeIf(w -> isLater(EpochToken.of(w.token()), tag, restored));
        WriterState parent = Objects.requireNonNull(writers.get(restored.epoch()));
        EpochToken closed = EpochToken.of(parent.token()).asClosed();
        // The parent's snapshot stays the newest one until this epoch has its own, so it is worth
        // remembering from now.
        WriterState remembered =
                new WriterState(
                        Math.max(parent.heartbeatMillis(), registration.nowMillis()),
                        parent.leaseMillis(),
                        closed.token(),
                        parent.upper(),
                        parent.debug(),
                        parent.unknown());
        writers.put(restored.epoch(), remembered);
        return registered(
                state,
                writers,
                registration,
                new EpochToken(tag, restored.generation() + 1, false, 0));
    }

    private static Transition<RegisterOutcome> registered(
            State state,
            SortedMap<WriterId, WriterState> writers,
            Registration registration,
            EpochToken token) {
        long heartbeat = registration.nowMillis();
        for (WriterState writer : writers.values()) {
            if (EpochToken.of(writer.token()).tag() == token.tag()) {
                heartbeat = Math.max(heartbeat, writer.heartbeatMillis());
            }
        }
        long expiry = heartbeat + registration.leaseMillis();
        writers.replaceAll(
                (id, writer) ->
                        EpochToken.of(writer.token()).tag() == token.tag()
                                ? expiringBy(writer, expiry)
                                : writer);
        writers.put(
                registration.epoch(),
                new WriterState(
                        heartbeat,
                        registration.leaseMillis(),
                        token.token(),
                        Antichain.minimum(),
                        debug(registration.hostname(), registration.sinkId()),
                        Bytes.EMPTY));
        ChainPosition start =
                new ChainPosition(
                        registration.sinkId(), registration.epoch(), token.generation(), 0);
        return new Transition.Changed<>(
                state.withWriters(writers), new RegisterOutcome.Registered(start));
    }

    /**
     * Appends the commit at the shard's present upper if it is the next one of its epoch. Verdict
     * and append are one transition: whoever applies it late finds what happened since.
     */
    public static Transition<CommitOutcome> commit(State state, Commit commit) {
        ChainPosition position = commit.position();
        WriterState entry = state.writers().get(position.epoch());
        CommitOutcome verdict = verdict(state, entry, commit);
        if (verdict != null || entry == null) {
            return new Transition.NoOp<>(Objects.requireNonNull(verdict));
        }
        EpochToken token = EpochToken.of(entry.token()).withOrdinal(position.ordinal());
        Appends.Writer writer =
                new Appends.Writer(
                        position.epoch(),
                        token.token(),
                        entry.debug(),
                        commit.nowMillis(),
                        entry.leaseMillis());
        HollowBatch batch = commit.batch().at(state.upper());
        Transition<AppendOutcome> append =
                Appends.compareAndAppend(state, batch, writer, commit.inlineTotalMaxBytes());
        if (append.result() instanceof AppendOutcome.Appended appended
                && append instanceof Transition.Changed<AppendOutcome> changed) {
            return new Transition.Changed<>(
                    changed.next(), new CommitOutcome.Appended(batch.upper(), appended.merges()));
        }
        if (append.result() instanceof AppendOutcome.InlineBackpressure) {
            return new Transition.NoOp<>(new CommitOutcome.InlineBackpressure());
        }
        throw new IllegalStateException(
                "append of " + position + " at the shard's own upper gave " + append.result());
    }

    /**
     * {@link #commit}, but if the shard has forgotten the epoch, it is remembered again as of the
     * commit before. Whether the commit was appended before it was forgotten cannot be told: only
     * for somebody who knows that it was not.
     *
     * @return {@link ChainRefusal.UnknownEpoch} still, if the shard refers to a part of the commit,
     *     or knows an epoch of the sink that is as late
     */
    public static Transition<CommitOutcome> commitForgotten(
            State state, Commit commit, String hostname, long leaseMillis) {
        Transition<CommitOutcome> transition = commit(state, commit);
        ChainPosition position = commit.position();
        long tag = EpochToken.tagOf(position.sinkId());
        boolean later =
                state.writers().values().stream()
                        .map(writer -> EpochToken.of(writer.token()))
                        .anyMatch(
                                token ->
                                        token.tag() == tag
                                                && token.generation() >= position.generation());
        if (!(transition.result() instanceof ChainRefusal.UnknownEpoch unknown)
                || unknown.appendedPart() != null
                || later
                || state.upper().isEmpty()) {
            return transition;
        }
        SortedMap<WriterId, WriterState> writers = new TreeMap<>(state.writers());
        EpochToken before =
                new EpochToken(tag, position.generation(), false, position.ordinal() - 1);
        writers.put(
                position.epoch(),
                new WriterState(
                        commit.nowMillis(),
                        leaseMillis,
                        before.token(),
                        Antichain.minimum(),
                        debug(hostname, position.sinkId()),
                        Bytes.EMPTY));
        return commit(state.withWriters(writers), commit);
    }

    /** Whether the epoch is known and no later one has taken over. */
    public static boolean isOpen(State state, ChainPosition position) {
        WriterState entry = state.writers().get(position.epoch());
        if (entry == null) {
            return false;
        }
        EpochToken token = EpochToken.of(entry.token());
        return token.tag() == EpochToken.tagOf(position.sinkId()) && !token.closed();
    }

    /** Null if the commit is the next one of its epoch. */
    private static @Nullable CommitOutcome verdict(
            State state, @Nullable WriterState entry, Commit commit) {
        ChainPosition position = commit.position();
        if (entry == null) {
            return new ChainRefusal.UnknownEpoch(position, appendedPart(state, commit));
        }
        EpochToken token = EpochToken.of(entry.token());
        long tag = EpochToken.tagOf(position.sinkId());
        if (token.tag() != tag) {
            return new ChainRefusal.ForeignEntry(position, entry.debug());
        }
        if (token.ordinal() >= position.ordinal()) {
            return new CommitOutcome.AlreadyAppended(token.ordinal());
        }
        if (token.closed()) {
            Integer by =
                    state.writers().values().stream()
                            .map(writer -> EpochToken.of(writer.token()))
                            .filter(other -> isLater(other, tag, position))
                            .map(EpochToken::generation)
                            .min(Integer::compare)
                            .orElse(null);
            return new ChainRefusal.Fenced(position, token.ordinal(), by);
        }
        if (token.ordinal() < position.ordinal() - 1) {
            return new ChainRefusal.MissingCommit(position, token.ordinal());
        }
        return state.upper().isEmpty() ? new ChainRefusal.ShardClosed(position) : null;
    }

    private static @Nullable PartKey appendedPart(State state, Commit commit) {
        if (state.upper().isEmpty()) {
            return null;
        }
        Set<PartKey> own = new HashSet<>(keys(commit.batch().at(state.upper())));
        return state.batches().stream()
                .flatMap(batch -> keys(batch).stream())
                .filter(own::contains)
                .findFirst()
                .orElse(null);
    }

    private static List<PartKey> keys(HollowBatch batch) {
        return batch.parts()
                .filter(RunPart.Hollow.class::isInstance)
                .map(part -> ((RunPart.Hollow) part).key())
                .toList();
    }

    private static boolean isLater(EpochToken token, long tag, ChainPosition than) {
        return token.tag() == tag && token.generation() > than.generation();
    }

    private static HandleDebug debug(String hostname, String sinkId) {
        return new HandleDebug(hostname, PURPOSE + sinkId);
    }

    private static WriterState withToken(WriterState writer, IdempotencyToken token) {
        return new WriterState(
                writer.heartbeatMillis(),
                writer.leaseMillis(),
                token,
                writer.upper(),
                writer.debug(),
                writer.unknown());
    }

    private static WriterState expiringBy(WriterState writer, long expiryMillis) {
        return new WriterState(
                writer.heartbeatMillis(),
                Math.min(writer.leaseMillis(), expiryMillis - writer.heartbeatMillis()),
                writer.token(),
                writer.upper(),
                writer.debug(),
                writer.unknown());
    }
}
