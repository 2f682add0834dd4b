package io.persist.client;

import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import java.time.Duration;

/**
 * Follows the changes of a shard after a time. Made by {@link ReadHandle#listen}, whose hold it
 * moves forward: use either one listen or snapshots of later times per handle. One thread.
 */
public final class Listen<K, V> {
    private final ReadHandle<K, V> reader;
    private Antichain frontier;

    Listen(ReadHandle<K, V> reader, Antichain asOf) {
        this.reader = reader;
        this.frontier = asOf;
    }

    /** Everything before it has been delivered. */
    public Antichain frontier() {
        return frontier;
    }

    /**
     * The next step, waiting for it at most {@code maxWait}. A step is everything that one or more
     * appends brought, in memory.
     *
     * @return {@link ReadResult.NotYetAvailable} if the shard did not move within the wait, {@link
     *     ReadResult.LeaseLost} or {@link ReadResult.SinceViolation} if the hold was lost; in each
     *     of these cases nothing was skipped
     * @throws StoreException if the stores did not answer; call again
     */
    public ReadResult<ListenStep<K, V>> next(Duration maxWait)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton " + reader.id());
    }
}
