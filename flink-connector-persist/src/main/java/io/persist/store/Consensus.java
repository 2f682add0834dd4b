package io.persist.store;

import io.persist.codec.ShardId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/**
 * One log of small versioned entries per shard, appended by compare-and-set. All operations are
 * linearizable; safe for use by many threads and processes. The entries present form a gap-free
 * range of seqnos; a log begins at seqno 0 unless it was imported, and its newest entry is never
 * removed.
 *
 * <p>A stored entry that does not decode is a {@link StoreException.Determinate} whose cause is a
 * {@link io.persist.codec.CorruptDataException} that names the entry, what was expected and what
 * was found: trying again does not help.
 */
public interface Consensus extends AutoCloseable {
    /** The newest entry, or nothing if the log is empty. */
    Optional<Versioned> head(ShardId shard) throws StoreException;

    /**
     * Appends {@code next} if the newest entry is {@code expected}.
     *
     * @param expected the newest entry's seqno, or null for an empty log
     * @param next its seqno is {@code expected} plus one, or 0 for an empty log
     * @throws StoreException.Indeterminate if the entry may have been appended, or may still be
     * @throws IllegalArgumentException if {@code next} does not follow {@code expected}
     */
    CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
            throws StoreException;

    /**
     * Entries at or after {@code from}, ascending, at most {@code limit} of them (the lowest ones).
     */
    List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException;

    /**
     * Deletes the entries below {@code seqno}. Idempotent.
     *
     * @throws StoreException.Determinate if the newest entry is below {@code seqno}, or there is
     *     none
     */
    void truncate(ShardId shard, SeqNo seqno) throws StoreException;

    /**
     * Makes a log of these entries where there is none, for moving a shard between stores. All of
     * them appear at once or none does: after an interruption the log stays absent, or refuses to
     * be used until the same import has been run again.
     *
     * @param entries at least one, with seqnos that rise by one, beginning anywhere
     * @return {@code MISMATCH} if the shard has a log already; nothing was written
     * @throws StoreException.Determinate also if another import of this shard has been left
     *     unfinished
     */
    CasResult importLog(ShardId shard, List<Versioned> entries) throws StoreException;

    /** The shards that have a log, ascending. Keys that are no shard ids are left out. */
    List<ShardId> listShards() throws StoreException;

    /**
     * For implementations: checks the arguments of {@link #compareAndSet}.
     *
     * @throws IllegalArgumentException if {@code next} does not follow {@code expected}
     */
    static void requireFollows(ShardId shard, @Nullable SeqNo expected, Versioned next) {
        SeqNo follower = expected == null ? new SeqNo(0) : expected.next();
        if (!next.seqno().equals(follower)) {
            String after = expected == null ? "in an empty log" : "after " + expected;
            throw new IllegalArgumentException(
                    "shard "
                            + shard
                            + ": "
                            + next.seqno()
                            + " cannot be next "
                            + after
                            + ", only "
                            + follower
                            + " can");
        }
    }

    /**
     * For implementations: checks the entries of {@link #importLog}.
     *
     * @throws IllegalArgumentException if there is none, or the seqnos do not rise by one
     */
    static void requireGapFree(ShardId shard, List<Versioned> entries) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("shard " + shard + ": no entries to import");
        }
        for (int i = 1; i < entries.size(); i++) {
            SeqNo follower = entries.get(i - 1).seqno().next();
            if (!entries.get(i).seqno().equals(follower)) {
                throw new IllegalArgumentException(
                        "shard "
                                + shard
                                + ": entries to import have a gap: expected "
                                + follower
                                + ", found "
                                + entries.get(i).seqno());
            }
        }
    }

    /** For implementations: checks the limit of {@link #scan}. */
    static void requireLimit(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("scan limit " + limit + " is negative");
        }
    }

    /** For implementations: the failure of a {@link #truncate} that would remove the head. */
    static StoreException.Determinate truncatedBeyondHead(
            ShardId shard, SeqNo seqno, @Nullable SeqNo head) {
        return new StoreException.Determinate(
                "shard "
                        + shard
                        + " cannot be truncated to "
                        + seqno
                        + ": "
                        + (head == null ? "it has no log" : "its newest entry is " + head));
    }

    /** Releases local resources; idempotent. */
    @Override
    void close();
}
