package io.persist.store;

import io.persist.codec.ShardId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/**
 * One log of small versioned entries per shard, appended by compare-and-set. All operations are
 * linearizable; safe for use by many threads and processes. The entries present form a gap-free
 * range of seqnos.
 */
public interface Consensus extends AutoCloseable {
    /** The newest entry, or nothing if the log is empty. */
    Optional<Versioned> head(ShardId shard) throws StoreException;

    /**
     * Appends {@code next} if the newest entry is {@code expected}.
     *
     * @param expected the newest entry's seqno, or null for an empty log
     * @param next its seqno is {@code expected} plus one; for an empty log 0, or any where the
     *     store allows it
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

    /** The shards that have a log, ascending. Keys that are no shard ids are left out. */
    List<ShardId> listShards() throws StoreException;

    /** Releases local resources; idempotent. */
    @Override
    void close();
}
