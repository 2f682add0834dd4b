package io.persist.shard;

import io.persist.codec.CorruptDataException;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tries of one command: when to try again, when to give up, and which tries may have been
 * committed unseen. One thread.
 *
 * <p>A row that was offered to consensus without an answer can only be committed as the successor
 * of the state it was computed from. So once the log has an entry there, comparing bytes tells
 * whether it was ours; only a truncation in between can hide it.
 */
final class CommitAttempts<R> {
    private static final Logger LOG = LoggerFactory.getLogger(CommitAttempts.class);

    private static final long INITIAL_BACKOFF_MILLIS = 4;
    private static final long MAX_BACKOFF_MILLIS = 16_000;

    private final String what;
    private final Surroundings surroundings;
    private final long deadlineMillis;
    private final List<Machine.Commit<R>> inDoubt = new ArrayList<>();
    private boolean lost;
    private long backoffMillis = INITIAL_BACKOFF_MILLIS;

    /**
     * @param what names the command in messages
     */
    CommitAttempts(String what, Surroundings surroundings, long timeoutMillis) {
        this.what = what;
        this.surroundings = surroundings;
        this.deadlineMillis = surroundings.nowMillis() + timeoutMillis;
    }

    /** Whether some try may have been committed unseen. */
    boolean doubt() {
        return lost || !inDoubt.isEmpty();
    }

    /** Remembers a try whose answer was lost. */
    void inDoubt(Machine.Commit<R> commit) {
        inDoubt.add(commit);
    }

    /** Waits before the next try, or gives up. */
    void pauseAfter(StoreException failure) throws StoreException, InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException("interrupted: " + what);
            interrupted.addSuppressed(failure);
            throw interrupted;
        }
        long wait =
                Math.max(
                        1,
                        (long) (backoffMillis * (0.9 + 0.2 * surroundings.random().nextDouble())));
        if (surroundings.nowMillis() + wait > deadlineMillis) {
            throw asFailure(failure);
        }
        LOG.debug("{}: trying again after {}", what, failure.toString());
        surroundings.sleeper().sleep(wait);
        backoffMillis = Math.min(2 * backoffMillis, MAX_BACKOFF_MILLIS);
    }

    /** Somebody else committed first; gives up if that has gone on for too long. */
    void lostRace() throws StoreException {
        if (surroundings.nowMillis() > deadlineMillis) {
            throw asFailure(
                    new StoreException.Determinate(
                            what + ": others kept committing first until the deadline"));
        }
    }

    /** The failure as the caller must see it: while any try is in doubt, it is indeterminate. */
    StoreException asFailure(StoreException failure) {
        if (!doubt() || failure instanceof StoreException.Indeterminate) {
            return failure;
        }
        return new StoreException.Indeterminate(
                what + ": an earlier try may have been committed", failure);
    }

    /**
     * Decides the tries in doubt as far as the log allows.
     *
     * @param newest seqno up to which the log is known
     * @return the try that was committed
     */
    Optional<Machine.Commit<R>> resolve(SeqNo newest, StateVersions versions)
            throws StoreException, CorruptDataException, InterruptedException {
        if (inDoubt.isEmpty()) {
            return Optional.empty();
        }
        SeqNo seqno = inDoubt.get(0).rowOrThrow().seqno();
        if (newest.compareTo(seqno) < 0) {
            return Optional.empty();
        }
        Optional<Versioned> row = entryAt(seqno, versions);
        Optional<Machine.Commit<R>> committed =
                row.flatMap(
                        r -> inDoubt.stream().filter(c -> r.equals(c.rowOrThrow())).findFirst());
        lost |= row.isEmpty();
        inDoubt.clear();
        return committed;
    }

    private Optional<Versioned> entryAt(SeqNo seqno, StateVersions versions)
            throws StoreException, InterruptedException {
        List<Versioned> rows;
        try {
            rows = versions.scan(seqno, 1);
        } catch (StoreException e) {
            throw asFailure(e);
        }
        return rows.stream().filter(row -> row.seqno().equals(seqno)).findFirst();
    }
}
