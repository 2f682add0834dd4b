package io.persist.client;

import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.PartFilter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.client.read.RowCount;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.part.filter.Condition;
import io.persist.part.filter.KeyCondition;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.Profile;
import io.persist.state.HandleDebug;
import io.persist.state.LeasedReaderId;
import io.persist.state.LeasedReaderState;
import io.persist.state.Readers;
import io.persist.state.State;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A leased reader of one shard. Its entry in the shard holds back compaction ({@link #since}) and
 * garbage collection; the lease is refreshed by the handle's calls whenever a quarter of it has
 * passed, so a handle that is not used for longer than its lease is lost. One thread at a time.
 * Whoever opened it calls {@link #expire} (or lets the lease run out) and {@link #close}.
 */
public final class ReadHandle<K, V> implements AutoCloseable {
    private final PersistClient client;
    private final Machine machine;
    private final BatchSchema<K, V> schema;
    private final LeasedReaderId id;
    private Antichain since;
    private final List<SnapshotCursor<K, V>> cursors = new ArrayList<>();
    private long heartbeatMillis;

    private ReadHandle(
            PersistClient client,
            Machine machine,
            BatchSchema<K, V> schema,
            LeasedReaderId id,
            LeasedReaderState registered) {
        this.client = client;
        this.machine = machine;
        this.schema = schema;
        this.id = id;
        this.since = registered.since();
        this.heartbeatMillis = registered.heartbeatMillis();
    }

    static <K, V> ReadHandle<K, V> open(
            PersistClient client, Machine machine, Codec<K> key, Codec<V> val, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Profile.requireWritable(machine.shard(), machine.state().applierVersion());
        LeasedReaderId id = new LeasedReaderId(client.surroundings().ids().get());
        HandleDebug debug = new HandleDebug(client.config().hostname(), purpose);
        LeasedReaderState registered =
                machine.apply(
                        state ->
                                Readers.register(
                                        state,
                                        client.config().critical().newReaders(),
                                        id,
                                        debug,
                                        client.config().readerLease().toMillis(),
                                        machine.nowMillis()));
        return new ReadHandle<>(client, machine, new BatchSchema<>(key, val, null), id, registered);
    }

    public ShardId shard() {
        return machine.shard();
    }

    public LeasedReaderId id() {
        return id;
    }

    /** Codec of the keys, bound to the schema that is read. */
    public Codec<K> keyCodec() {
        return schema.keys();
    }

    /** Codec of the values, bound to the schema that is read. */
    public Codec<V> valCodec() {
        return schema.vals();
    }

    /** The earliest frontier this handle can read at. */
    public Antichain since() {
        return since;
    }

    /** The shard's upper, read from consensus. */
    public Antichain fetchRecentUpper()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return machine.refresh().upper();
    }

    /**
     * The consolidated contents as of a time, in memory, sorted by key and value: every update at
     * or before {@code asOf}, with its time moved to {@code asOf}, equal ones added up, zeros left
     * out. Does not wait.
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
        return fetchAll(snapshotCursor(asOf, maxWait));
    }

    /**
     * {@link #snapshotAndFetch(Antichain, Duration)} for a query that only wants some rows. Parts
     * whose statistics say that they hold none of them may be left out: rows that are wanted come
     * as always; of others there may be fewer, with any multiplicity, so the caller still has to
     * leave them out.
     */
    public ReadResult<List<Update<K, V>>> snapshotAndFetch(
            Antichain asOf, Duration maxWait, Condition wanted)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return fetchAll(snapshotCursor(asOf, maxWait, wanted));
    }

    private ReadResult<List<Update<K, V>>> fetchAll(ReadResult<SnapshotCursor<K, V>> opened)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (!(opened instanceof ReadResult.Data<SnapshotCursor<K, V>> data)) {
            return opened.withoutData();
        }
        try (SnapshotCursor<K, V> cursor = data.data()) {
            List<Update<K, V>> updates = new ArrayList<>();
            while (true) {
                ReadResult<List<Update<K, V>>> chunk = cursor.next();
                if (!(chunk instanceof ReadResult.Data<List<Update<K, V>>> more)) {
                    return chunk;
                }
                if (more.data().isEmpty()) {
                    return new ReadResult.Data<>(updates);
                }
                updates.addAll(more.data());
                ReadResult<Antichain> lease = heartbeat();
                if (!(lease instanceof ReadResult.Data)) {
                    return lease.withoutData();
                }
            }
        }
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
        return snapshotCursor(asOf, maxWait, PartFilter.none());
    }

    /** The rows that are wanted, and perhaps others: see {@link #snapshotAndFetch}. */
    public ReadResult<SnapshotCursor<K, V>> snapshotCursor(
            Antichain asOf, Duration maxWait, Condition wanted)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        PartFilter parts =
                client.config()
                        .reading()
                        .partFilter(
                                new KeyCondition(wanted, schema.keys().keyStatistics()),
                                client.config().batch().targetBytes());
        return snapshotCursor(asOf, maxWait, parts);
    }

    private ReadResult<SnapshotCursor<K, V>> snapshotCursor(
            Antichain asOf, Duration maxWait, PartFilter parts)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ReadResult<State> state = awaitReadable(asOf, maxWait);
        return state instanceof ReadResult.Data<State> data
                ? openCursor(data.data(), new Filter.Snapshot(asOf), parts)
                : state.withoutData();
    }

    /**
     * How many updates a snapshot has. Looks at no key where metadata says enough. Waits like
     * {@link #snapshotAndFetch(Antichain, Duration)}.
     */
    public ReadResult<RowCount> snapshotCount(Antichain asOf, Duration maxWait)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ReadResult<State> state = awaitReadable(asOf, maxWait);
        if (!(state instanceof ReadResult.Data<State> data)) {
            return state.withoutData();
        }
        try {
            return new ReadResult.Data<>(
                    RowCount.of(
                            client.batchStore(machine, client.surroundings().ids()),
                            schema,
                            data.data().batches(),
                            asOf,
                            client.config().reading().countMetadata()));
        } catch (MissingBlobException e) {
            return missing(e);
        }
    }

    /** A state that can be read at {@code asOf}. */
    private ReadResult<State> awaitReadable(Antichain asOf, Duration maxWait)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Waiting waiting = waiting(PollPolicy.DEFAULT, maxWait);
        while (true) {
            State state = machine.refresh();
            ReadResult<Antichain> readable = readableAt(state, asOf);
            if (!(readable instanceof ReadResult.Data<Antichain>)) {
                return readable.withoutData();
            }
            if (asOf.lessThan(state.upper())) {
                return new ReadResult.Data<>(state);
            }
            if (!waiting.pause()) {
                return new ReadResult.NotYetAvailable<>(state.upper());
            }
            heartbeat();
        }
    }

    private ReadResult<SnapshotCursor<K, V>> openCursor(
            State state, Filter.Snapshot filter, PartFilter parts)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        try {
            SnapshotCursor<K, V> cursor =
                    new SnapshotCursor<>(
                            this,
                            openUpdates(state.batches(), filter, parts),
                            parts,
                            state.seqno(),
                            client.config().reading().chunkUpdates());
            cursors.add(cursor);
            return new ReadResult.Data<>(cursor);
        } catch (MissingBlobException e) {
            return missing(e);
        }
    }

    UpdateCursor<K, V> openUpdates(List<HollowBatch> batches, Filter filter)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        return openUpdates(batches, filter, PartFilter.none());
    }

    private UpdateCursor<K, V> openUpdates(
            List<HollowBatch> batches, Filter filter, PartFilter parts)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        return UpdateCursor.open(
                client.batchStore(machine, client.surroundings().ids()),
                schema,
                batches,
                filter,
                parts);
    }

    /** The cursor's blobs need not be held any longer. */
    void closed(SnapshotCursor<K, V> cursor) {
        cursors.remove(cursor);
    }

    /** All changes at times strictly after {@code asOf}. Does not wait for the shard's upper. */
    public ReadResult<Listen<K, V>> listen(Antichain asOf)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ReadResult<Antichain> readable = readableAt(machine.refresh(), asOf);
        if (!(readable instanceof ReadResult.Data<Antichain>)) {
            return readable.withoutData();
        }
        since = since.join(asOf);
        return new ReadResult.Data<>(new Listen<>(this, asOf));
    }

    /** Whether {@code state} can be read at {@code asOf} under this handle's hold. */
    ReadResult<Antichain> readableAt(State state, Antichain asOf) {
        if (asOf.lessThan(since)) {
            return new ReadResult.SinceViolation<>(since);
        }
        return state.leasedReaders().containsKey(id)
                ? new ReadResult.Data<>(since)
                : new ReadResult.LeaseLost<>();
    }

    /** A blob that a state names is gone: the lease was lost, or the shard is damaged. */
    <T> ReadResult<T> missing(MissingBlobException cause)
            throws StoreException, CorruptDataException, InterruptedException {
        boolean held;
        try {
            held = machine.refresh().leasedReaders().containsKey(id);
        } catch (IncompatibleShardException e) {
            throw new CorruptDataException(
                    cause.getMessage() + "; and the shard cannot be read: " + e.getMessage(), e);
        }
        if (held) {
            throw new CorruptDataException(
                    "shard "
                            + shard()
                            + ": "
                            + cause.getMessage()
                            + ", though reader "
                            + id
                            + " holds it",
                    cause);
        }
        return new ReadResult.LeaseLost<>();
    }

    /**
     * Gives up the times before {@code frontier} (an earlier one than the present since changes
     * nothing) and refreshes the lease.
     *
     * @return the since now in force
     */
    public ReadResult<Antichain> downgradeSince(Antichain frontier)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        since = since.join(frontier);
        return publish();
    }

    /** Refreshes the lease if a quarter of it has passed; call it while nothing else is called. */
    public ReadResult<Antichain> heartbeat()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        long quarter = client.config().readerLease().toMillis() / 4;
        if (machine.nowMillis() - heartbeatMillis < quarter) {
            return new ReadResult.Data<>(since);
        }
        return publish();
    }

    private ReadResult<Antichain> publish()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        long now = machine.nowMillis();
        SeqNo oldestInUse =
                cursors.stream().map(SnapshotCursor::seqno).min(SeqNo::compareTo).orElse(null);
        Antichain wanted = since;
        boolean alive =
                machine.apply(state -> Readers.downgrade(state, id, oldestInUse, wanted, now));
        if (!alive) {
            return new ReadResult.LeaseLost<>();
        }
        heartbeatMillis = now;
        return new ReadResult.Data<>(since);
    }

    /** Lets {@link #since} follow; published with the next heartbeat. */
    void advanceSince(Antichain frontier) {
        since = since.join(frontier);
    }

    Machine machine() {
        return machine;
    }

    /** How a listen waits for the next batch. */
    PollPolicy listenPolls() {
        return client.config().listenPolls();
    }

    Waiting waiting(PollPolicy policy, Duration maxWait) {
        return new Waiting(policy, client.surroundings(), maxWait);
    }

    /** Removes the reader's entry. The handle must not be used afterwards. */
    public void expire()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        machine.apply(state -> Readers.expire(state, id));
    }

    /** Local and quick: the entry stays until its lease runs out. Closes open cursors. */
    @Override
    public void close() {
        List.copyOf(cursors).forEach(SnapshotCursor::close);
    }
}
