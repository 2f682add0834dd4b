package io.persist.client;

import io.persist.batch.Batch;
import io.persist.batch.BatchBuilder;
import io.persist.batch.BatchConfig;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.Profile;
import io.persist.state.HandleDebug;
import io.persist.state.WriterId;
import io.persist.store.StoreException;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Appends to one shard. An append is atomic and durable when it returns {@link
 * AppendResult.Appended}; its entry in the shard appears with the first one. One thread at a time;
 * any number of handles on a shard may run anywhere. Whoever opened it closes it.
 *
 * <p>Every method that throws {@link StoreException.Indeterminate} after its retries leaves it open
 * whether the append happened; then never delete the batches, but look at the shard's upper.
 */
public final class WriteHandle<K, V> implements AutoCloseable {
    public ShardId shard() {
        throw new AssertionError("skeleton");
    }

    public WriterId id() {
        throw new AssertionError("skeleton");
    }

    /** The generation of peers that the shard is written for. */
    public Profile profile() {
        throw new AssertionError("skeleton");
    }

    /** The shard's upper as this handle last saw it. No I/O. */
    public Antichain upper() {
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

    /** A builder of a batch whose updates are all at or after {@code lower}. */
    public BatchBuilder<K, V> builder(Antichain lower) {
        throw new AssertionError("skeleton");
    }

    /** The same with part ids of the caller's making; each must be new, ever. */
    public BatchBuilder<K, V> builder(Antichain lower, Supplier<UUID> partIds) {
        throw new AssertionError("skeleton");
    }

    /**
     * Appends definite data (every writer of the shard produces the same updates for the same
     * time): what the shard already has of it is cut off, and if it has all of it, this succeeds
     * without writing. The batch is consumed or deleted on every result but {@link
     * AppendResult.InvalidUsage}, after which it is still the caller's.
     *
     * @param lower inclusive; at most the batch's own
     * @param upper exclusive; the batch holds nothing beyond it
     * @return {@link AppendResult.UpperMismatch} if the shard has not reached {@code lower}
     */
    public AppendResult append(Batch batch, Antichain lower, Antichain upper)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** {@link #append(Batch, Antichain, Antichain)} of updates, whose times lie within. */
    public AppendResult append(List<Update<K, V>> updates, Antichain lower, Antichain upper)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * Appends the updates if the shard's upper is {@code expected}; afterwards it is {@code next}.
     *
     * @param updates at times {@code expected <= t} and not {@code next <= t}
     */
    public AppendResult compareAndAppend(
            List<Update<K, V>> updates, Antichain expected, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * Appends any number of batches, also none, as one, if the shard's upper is {@code expected};
     * afterwards it is {@code next}. On success all are consumed; on any other result they are
     * still the caller's.
     */
    public AppendResult compareAndAppendBatch(
            List<Batch> batches, Antichain expected, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * Rebuilds a batch that {@link Batch#toTransmittable} wrote, perhaps in another process.
     *
     * @throws IllegalArgumentException if it belongs to another shard
     */
    public Batch batchFromTransmittable(Bytes message)
            throws CorruptDataException, IncompatibleShardException {
        throw new AssertionError("skeleton");
    }

    /** Removes the writer's entry. The handle must not be used afterwards. */
    public void expire()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** The shard's state machine, for commands that append in their own way. */
    Machine machine() {
        throw new AssertionError("skeleton");
    }

    /**
     * Registers the writer's schema with the shard unless that was done.
     *
     * @return its id; nothing if the shard is finished
     * @throws IncompatibleShardException if the shard has other schemas and not this one
     */
    Optional<SchemaId> ensureSchema()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    BatchConfig batchConfig() {
        throw new AssertionError("skeleton");
    }

    HandleDebug debug() {
        throw new AssertionError("skeleton");
    }

    /** Local and quick: the entry stays until its lease runs out. */
    @Override
    public void close() {}
}
