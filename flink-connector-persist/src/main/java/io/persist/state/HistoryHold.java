package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.state.CriticalReaders.Opaque;

import org.jspecify.annotations.Nullable;

/**
 * The hold of a shard's sinks on its history: one critical reader for all of them, which stays a
 * time behind the shard's upper. Its token says how long, in milliseconds, so whoever moves it goes
 * by the longest time that any sink has declared, also one that is gone. Whoever moves it, and in
 * whatever order, it comes to the same: so nothing is left behind by sinks that come and go, and
 * one that does not know that it was overtaken does no harm.
 */
public final class HistoryHold {
    /** The same in every shard. Its bytes spell "persisthistory". */
    public static final CriticalReaderId ID =
            CriticalReaderId.parse("c70657273-6973-7468-6973-746f72790000");

    private HistoryHold() {}

    /** What following the upper came to. */
    public sealed interface Outcome {
        /**
         * @param since of the hold now
         * @param retentionMillis that it keeps, at least what was asked for
         */
        record Kept(Antichain since, long retentionMillis) implements Outcome {}

        /** The token is none of ours: somebody has taken the hold. Nothing was changed. */
        record Taken(Opaque stored) implements Outcome {}

        /** The shard is closed, or the caller may not move the hold any more. */
        record NotMoved() implements Outcome {}
    }

    /** The token of a hold that keeps so much. */
    public static Opaque token(long retentionMillis) {
        return Opaque.u64(retentionMillis);
    }

    /** How much a hold keeps, in milliseconds; null if its token is none of ours. */
    public static @Nullable Long retentionMillis(Opaque token) {
        boolean ours = token.codec().equals(token(0).codec()) && token.bits() >= 0;
        return ours ? token.bits() : null;
    }

    /**
     * The earliest time that is to be kept. Counted from the newest definite time, and from the
     * clock where that is earlier: times of the future, or that are no milliseconds, must not make
     * a shard forget what is young.
     */
    public static Antichain target(Antichain upper, long nowMillis, long retentionMillis) {
        if (upper.isEmpty() || upper.equals(Antichain.minimum())) {
            return Antichain.minimum();
        }
        long newest = upper.element() - 1;
        long now = Math.max(nowMillis, 0);
        if (Long.compareUnsigned(newest, now) > 0) {
            newest = now;
        }
        return Antichain.of(Math.max(newest - retentionMillis, 0));
    }

    /**
     * Moves the hold up to where it belongs; registers it at the shard's since if it is not there.
     *
     * @param retentionMillis that the caller declares; not negative
     * @param stepMillis moving by less is not worth a commit
     */
    public static Transition<Outcome> follow(
            State state, long retentionMillis, long stepMillis, HandleDebug debug, long nowMillis) {
        if (state.upper().isEmpty()) {
            return new Transition.NoOp<>(new Outcome.NotMoved());
        }
        CriticalReaderState known = state.criticalReaders().get(ID);
        long retention = retentionMillis;
        if (known != null) {
            Long declared = retentionMillis(Opaque.of(known));
            if (declared == null) {
                return new Transition.NoOp<>(new Outcome.Taken(Opaque.of(known)));
            }
            retention = Math.max(declared, retentionMillis);
        }
        Antichain since = known == null ? state.since() : known.since();
        Antichain target = since.join(target(state.upper(), nowMillis, retention));
        boolean declared = known != null && known.opaque() == retention;
        if (declared && !isWorthIt(since, target, stepMillis)) {
            return new Transition.NoOp<>(new Outcome.Kept(since, retention));
        }
        Opaque token = token(retention);
        CriticalReaderState moved =
                new CriticalReaderState(
                        target,
                        token.bits(),
                        token.codec(),
                        debug,
                        known == null ? Bytes.EMPTY : known.unknown());
        return new Transition.Changed<>(
                Readers.withRecomputedSince(CriticalReaders.with(state, ID, moved)),
                new Outcome.Kept(target, retention));
    }

    private static boolean isWorthIt(Antichain since, Antichain target, long stepMillis) {
        return since.lessThan(target)
                && Long.compareUnsigned(target.element() - since.element(), stepMillis) >= 0;
    }
}
