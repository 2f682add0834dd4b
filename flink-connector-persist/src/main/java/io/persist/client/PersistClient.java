package io.persist.client;

import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.MaintenanceSink;
import io.persist.shard.Surroundings;
import io.persist.store.Blob;
import io.persist.store.Consensus;
import io.persist.store.StoreException;

import java.util.List;
import java.util.Optional;

/**
 * The way into one location: opens writers and readers of its shards. Owns the stores, two bounded
 * thread pools (I/O and maintenance) and the off-heap memory; {@link #close} releases them, after
 * all handles are closed. Safe for use by many threads.
 */
public final class PersistClient implements AutoCloseable {
    /** With every setting at its default. */
    public static PersistClient open(PersistLocation location) throws StoreException {
        return open(location, PersistConfig.builder().build());
    }

    /**
     * Opens both stores, creating them if need be.
     *
     * @throws IllegalArgumentException if a URI names no store that this build knows
     */
    public static PersistClient open(PersistLocation location, PersistConfig config)
            throws StoreException {
        throw new AssertionError("skeleton");
    }

    /**
     * A client with everything it depends on given from outside, for tests and embedders.
     *
     * <p>Closes both stores with the client.
     *
     * @param maintenance takes the place of what the configuration says
     */
    public static PersistClient wired(
            Blob blob,
            Consensus consensus,
            PersistConfig config,
            Surroundings surroundings,
            MaintenanceSink maintenance) {
        throw new AssertionError("skeleton");
    }

    /** A fresh shard id. The shard itself comes into being when it is first opened. */
    public ShardId newShardId() {
        throw new AssertionError("skeleton");
    }

    /**
     * Opens a writer, and the shard with it if it does not exist yet.
     *
     * @param purpose what for, shown to people who look into the shard
     * @throws IncompatibleShardException if the shard has other codecs, a schema registered that
     *     the codecs' schema does not fit, or a state that this build must not write
     */
    public <K, V> WriteHandle<K, V> openWriter(
            ShardId shard, Codec<K> key, Codec<V> val, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** Registers a leased reader, and creates the shard with it if it does not exist yet. */
    public <K, V> ReadHandle<K, V> openReader(
            ShardId shard, Codec<K> key, Codec<V> val, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /**
     * Registers a leased reader with the codecs and the newest schema found in the shard. Nothing
     * if the shard does not exist.
     */
    public Optional<ReadHandle<?, ?>> openReaderAsStored(ShardId shard, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** The shards of this location, ascending. */
    public List<ShardId> listShards() throws StoreException {
        throw new AssertionError("skeleton");
    }

    /** What is in a shard, or nothing if it does not exist. Writes nothing. */
    public Optional<ShardReport> inspect(ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton");
    }

    /** Ends background maintenance, then releases memory, threads and stores. Idempotent. */
    @Override
    public void close() {}
}
