package io.persist.client;

import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.LeasedReaderId;
import io.persist.store.StoreException;

import java.time.Duration;
import java.util.List;

/**
 * A leased reader of one shard. Its entry in the shard holds back compaction ({@link #since}) and
 * garbage collection; the lease is refreshed by the handle's calls whenever a quarter of it has
 * passed, so a handle that is not used for longer than its lease is lost. One thread at a time.
 * Whoever opened it calls {@link #expire} (or lets the lease run out) and {@link #close}.
 */
public final class ReadHandle<K, V> implements AutoCloseable {
    public ShardId shard() {
        throw new AssertionError("skeleton");
    }

    public LeasedReaderId id() {
        throw new AssertionError("skeleton");
    }

    /** Codec of the keys, bound to the schema that is read. */
    public Codec<K> keyCodec() {
        throw new AssertionError("skeleton");
    }

    /** Codec of the values, bound to the schema that is read. */
    public Codec<V> valCodec() {
        throw new AssertionError("skeleton");
    }

    /** The earliest frontier this handle can read at. */
    public Antichain since() {
        throw new AssertionError("skeleton");
    }

    /** The shard's upper, read from consensus. */
    public Antichain fetchRecentUpper()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * The consolidated contents as of a time, in memory, sorted by key, value: every update at or
     * before {@code asOf}, with its time moved to {@code asOf}, equal ones added up, zeros dropped.
     * Does not wait.
     */
    public ReadResult<List<Update<K, V>>> snapshotAndFetch(Antichain asOf)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return snapshotAndFetch(asOf, Duration.ZERO);
    }

    /**
     * {@link #snapshotAndFetch(Antichain)}, waiting until the shard's upper is past {@code asOf}.
     */
    public ReadResult<List<Update<K, V>>> snapshotAndFetch(Antichain asOf, Duration maxWait)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * The same contents as a stream in bounded memory. The caller closes the cursor. Waits like
     * {@link #snapshotAndFetch(Antichain, Duration)}.
     */
    public ReadResult<SnapshotCursor<K, V>> snapshotCursor(Antichain asOf, Duration maxWait)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** All changes at times strictly after {@code asOf}. Does not wait for the shard's upper. */
    public ReadResult<Listen<K, V>> listen(Antichain asOf)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * Gives up the times before {@code since} (an earlier one than the present is ignored) and
     * refreshes the lease.
     */
    public ReadResult<Antichain> downgradeSince(Antichain since)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** Refreshes the lease if a quarter of it has passed; call it while nothing else is called. */
    public ReadResult<Antichain> heartbeat()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** Removes the reader's entry. The handle must not be used afterwards. */
    public void expire()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** Local and quick: the entry stays until its lease runs out. */
    @Override
    public void close() {}
}
