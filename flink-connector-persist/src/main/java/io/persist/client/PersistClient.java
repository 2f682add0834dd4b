package io.persist.client;

import io.persist.batch.BatchMemory;
import io.persist.batch.BatchStore;
import io.persist.batch.FetchLimit;
import io.persist.batch.PartReading;
import io.persist.client.compaction.ForcedCompaction;
import io.persist.client.critical.SinceHandle;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceSink;
import io.persist.shard.OrphanedPart;
import io.persist.shard.ShardAccess;
import io.persist.shard.ShardCommit;
import io.persist.shard.Shards;
import io.persist.shard.StoredCodecs;
import io.persist.shard.Surroundings;
import io.persist.state.CodecNames;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.EpochChain;
import io.persist.state.HandleDebug;
import io.persist.store.Blob;
import io.persist.store.CachingBlob;
import io.persist.store.Consensus;
import io.persist.store.Retry;
import io.persist.store.StoreException;
import io.persist.store.dump.Dump;
import io.persist.store.uri.Stores;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The way into one location: opens writers and readers of its shards. Owns the stores, two bounded
 * thread pools (I/O and maintenance) and the off-heap memory; {@link #close} releases them, after
 * all handles are closed. Safe for use by many threads.
 */
public final class PersistClient implements AutoCloseable {
    private final @Nullable CachingBlob cache;
    private final Blob blob;
    private final Consensus consensus;
    private final PersistConfig config;
    private final Surroundings surroundings;
    private final Pools pools;
    private final BatchMemory memory;
    private final FetchLimit fetchLimit;
    private final Retry retry;
    private final ShardAccess access;
    private final Shards shards;
    private final Map<ShardId, Machine> machines = new ConcurrentHashMap<>();

    private PersistClient(
            Blob blob,
            Consensus consensus,
            PersistConfig config,
            Surroundings surroundings,
            Pools pools,
            MaintenanceSink maintenance) {
        long cacheBytes = config.reading().blobCacheBytes();
        this.cache = cacheBytes == 0 ? null : new CachingBlob(blob, cacheBytes);
        this.blob = cache == null ? blob : cache;
        this.consensus = consensus;
        this.config = config;
        this.surroundings = surroundings;
        this.pools = pools;
        this.memory = new BatchMemory(config.offHeapLimitBytes());
        this.fetchLimit =
                new FetchLimit(
                        config.reading().fetchMemoryBytes(), config.reading().fetchCostFactor());
        this.retry =
                new Retry(
                        new Retry.Policy(
                                Duration.ofMillis(4),
                                Duration.ofSeconds(16),
                                config.operationTimeout()),
                        surroundings.clock(),
                        surroundings.sleeper(),
                        surroundings.random());
        this.access =
                new ShardAccess(
                        this.blob,
                        consensus,
                        retry,
                        surroundings,
                        new ShardAccess.Settings(
                                config.hostname(),
                                config.operationTimeout().toMillis(),
                                config.rollupThreshold(),
                                config.compaction().deleteConcurrency(),
                                config.compaction().claims()),
                        maintenance,
                        pools.io());
        this.shards = new Shards(access);
    }

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
        Surroundings surroundings =
                new Surroundings(Clock.systemUTC(), Thread::sleep, UUID::randomUUID, new Random());
        Pools pools = new Pools("persist", config);
        try {
            Stores stores =
                    Stores.open(
                            location.blob(), location.consensus(), surroundings.ids(), pools.io());
            return new PersistClient(
                    stores.blob(),
                    stores.consensus(),
                    config,
                    surroundings,
                    pools,
                    pools.maintenanceSink(config));
        } catch (StoreException | IllegalArgumentException e) {
            pools.close();
            throw e;
        }
    }

    /**
     * A client with everything it depends on given from outside, for tests and embedders. Closes
     * both stores with the client.
     *
     * @param maintenance takes the place of what the configuration says
     */
    public static PersistClient wired(
            Blob blob,
            Consensus consensus,
            PersistConfig config,
            Surroundings surroundings,
            MaintenanceSink maintenance) {
        return new PersistClient(
                blob, consensus, config, surroundings, new Pools("persist", config), maintenance);
    }

    /** The same with maintenance in the background, unless the configuration says otherwise. */
    public static PersistClient wired(
            Blob blob, Consensus consensus, PersistConfig config, Surroundings surroundings) {
        Pools pools = new Pools("persist", config);
        return new PersistClient(
                blob, consensus, config, surroundings, pools, pools.maintenanceSink(config));
    }

    /** A fresh shard id. The shard itself comes into being when it is first opened. */
    public ShardId newShardId() {
        return new ShardId(surroundings.ids().get());
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
        return WriteHandle.open(this, machine(shard, key, val), key, val, purpose);
    }

    /** Registers a leased reader, and creates the shard with it if it does not exist yet. */
    public <K, V> ReadHandle<K, V> openReader(
            ShardId shard, Codec<K> key, Codec<V> val, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ReadHandle.open(this, machine(shard, key, val), key, val, purpose);
    }

    /**
     * Registers a hold on the shard's history that outlives everybody, or takes hold of it again;
     * creates the shard with it if it does not exist yet. See {@link SinceHandle}.
     *
     * @param key only its name matters, as that of {@code val}
     * @param id chosen by those who share the hold, and kept by them
     * @param initial token, if the hold is new
     */
    public SinceHandle openCriticalSince(
            ShardId shard,
            Codec<?> key,
            Codec<?> val,
            CriticalReaderId id,
            Opaque initial,
            String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return openCriticalSince(machine(shard, key, val), id, initial, purpose);
    }

    /** The same with the codecs found in the shard. Nothing if the shard does not exist. */
    public Optional<SinceHandle> openCriticalSinceAsStored(
            ShardId shard, CriticalReaderId id, Opaque initial, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(shard, machine -> openCriticalSince(machine, id, initial, purpose));
    }

    private SinceHandle openCriticalSince(
            Machine machine, CriticalReaderId id, Opaque initial, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        HandleDebug debug = new HandleDebug(config.hostname(), purpose);
        return SinceHandle.open(machine, id, initial, debug, config.critical());
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
        return ofExisting(
                shard,
                machine -> {
                    StoredCodecs codecs = StoredCodecs.of(machine.refresh());
                    return ReadHandle.open(this, machine, codecs.key(), codecs.val(), purpose);
                });
    }

    /**
     * Opens a writer with the codecs and the newest schema found in the shard. Nothing if the shard
     * does not exist.
     */
    public Optional<WriteHandle<?, ?>> openWriterAsStored(ShardId shard, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(
                shard,
                machine -> {
                    StoredCodecs codecs = StoredCodecs.of(machine.refresh());
                    return WriteHandle.open(this, machine, codecs.key(), codecs.val(), purpose);
                });
    }

    /** The epochs of sinks that a shard remembers; nothing if it does not exist. */
    public Optional<List<EpochChain.Entry>> sinkChains(ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(shard, machine -> EpochChain.entries(machine.refresh()));
    }

    /** The commits of a shard, as far as its live log tells; nothing if it does not exist. */
    public Optional<List<ShardCommit>> history(ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(shard, Machine::fetchHistory);
    }

    /** Blobs of a shard that no live state leads to; nothing if it does not exist. */
    public Optional<List<OrphanedPart>> orphans(ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(shard, Machine::fetchOrphans);
    }

    /**
     * Deletes those of {@code orphans} that still are some. Never give it parts that may still be
     * appended: those of running jobs, or of snapshots that may be restored.
     *
     * @return how many were deleted
     */
    public long deleteOrphans(ShardId shard, List<OrphanedPart> orphans)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(shard, machine -> machine.deleteOrphans(orphans)).orElse(0L);
    }

    /** What was left half written of a shard's blobs, perhaps by calls that are still at it. */
    public List<Blob.HalfWritten> halfWritten(ShardId shard)
            throws StoreException, InterruptedException {
        String prefix = shard + "/";
        return retry.call("list what is half written", () -> blob.halfWritten(prefix));
    }

    /** Deletes it. Harmless: whoever is still at it writes it again. */
    public void delete(Blob.HalfWritten left) throws StoreException, InterruptedException {
        retry.call(
                "delete " + left.place(),
                () -> {
                    blob.delete(left);
                    return left;
                });
    }

    /**
     * Compacts everything that a shard holds ready, with the codecs found in it, telling of each
     * step. Nothing if the shard does not exist.
     */
    public Optional<ForcedCompaction.Summary> compact(
            ShardId shard, Consumer<ForcedCompaction.Step> progress)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Optional<WriteHandle<?, ?>> writer = openWriterAsStored(shard, "compaction");
        return writer.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ForcedCompaction(writer.get().machine(), writer.get().compactor())
                                .run(progress));
    }

    /** The shards of this location, ascending. */
    public List<ShardId> listShards() throws StoreException, InterruptedException {
        return retry.call("list shards", consensus::listShards);
    }

    /** What is in a shard, or nothing if it does not exist. Writes nothing. */
    public Optional<ShardReport> inspect(ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(
                shard,
                machine ->
                        new ShardReports(batchStore(machine, surroundings.ids()))
                                .of(machine.refresh(), machine.fetchLiveDiffs()));
    }

    /**
     * Looks at a shard as it is stored, with the codecs and the newest schema found in it, without
     * leaving a trace in it. Nothing if the shard does not exist.
     */
    public Optional<ShardView<?, ?>> view(ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return ofExisting(
                shard,
                machine -> {
                    StoredCodecs codecs = StoredCodecs.of(machine.refresh());
                    return new ShardView<>(this, machine, codecs.key(), codecs.val());
                });
    }

    /**
     * Writes one state of a shard to a directory, see {@link Dump#export}.
     *
     * @param directory must not exist, or be empty
     */
    public Dump exportShard(ShardId shard, Path directory) throws StoreException {
        return Dump.export(new Stores(blob, consensus), shard, directory);
    }

    /**
     * Brings a dumped shard into this location, which must not have it; see {@link
     * Dump#importInto}.
     */
    public Dump importShard(Path directory) throws StoreException, CorruptDataException {
        return Dump.importInto(directory, new Stores(blob, consensus));
    }

    private Machine machine(ShardId shard, Codec<?> key, Codec<?> val)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        CodecNames codecs = new CodecNames(key.name(), val.name(), "u64", "i64");
        Machine known = machines.get(shard);
        if (known == null) {
            known = remember(shards.open(shard, codecs, config.newShards()));
        }
        Shards.requireCodecs(known.state(), codecs);
        return known;
    }

    /** What is wanted of a shard that exists. */
    private interface Look<R> {
        R at(Machine machine)
                throws StoreException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException;
    }

    /** Nothing if the shard does not exist. */
    private <R> Optional<R> ofExisting(ShardId shard, Look<R> look)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Machine known = machines.get(shard);
        Optional<Machine> machine =
                known != null ? Optional.of(known) : shards.openExisting(shard).map(this::remember);
        return machine.isPresent() ? Optional.of(look.at(machine.get())) : Optional.empty();
    }

    /** All handles on a shard share one machine, so they see each other's commits at once. */
    private Machine remember(Machine opened) {
        Machine earlier = machines.putIfAbsent(opened.shard(), opened);
        return earlier == null ? opened : earlier;
    }

    /** Pieces of background maintenance that failed so far; each was logged. */
    public long maintenanceFailures() {
        return access.maintenance() instanceof BackgroundMaintenance own ? own.failures() : 0;
    }

    /** What became of reading through memory; nothing if that is switched off. */
    public Optional<CachingBlob.Counts> blobCacheCounts() {
        return Optional.ofNullable(cache).map(CachingBlob::counts);
    }

    PersistConfig config() {
        return config;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** Where the batches of a shard lie; what is written is reported as a user's. */
    BatchStore batchStore(Machine machine, Supplier<UUID> partIds) {
        return memory.store(
                new BatchMemory.Place(
                        machine.shard(),
                        blob,
                        retry,
                        pools.io(),
                        partIds,
                        surroundings.random(),
                        new PartReading(
                                config.boundsCheck(machine.profile()),
                                config.reading().decodeFormat(),
                                fetchLimit),
                        config.metrics().user()));
    }

    /**
     * {@link #close}, but the maintenance that commits have called for is given time: {@code
     * patience} for compactions, and as much for everything else. An interrupt ends it.
     */
    public void closeAfterMaintenance(Duration patience) {
        pools.finishMaintenance(patience);
        close();
    }

    /** Ends background maintenance, then releases memory, threads and stores. Idempotent. */
    @Override
    public void close() {
        pools.close();
        try {
            if (pools.compactionEnded()) {
                memory.close();
            }
        } finally {
            blob.close();
            consensus.close();
        }
    }
}
