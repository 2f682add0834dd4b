package io.persist.client;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.build.AppendBounds;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.client.compaction.Compactor;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.BatchCombiner;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.Profile;
import io.persist.state.AppendOutcome;
import io.persist.state.Appends;
import io.persist.state.HandleDebug;
import io.persist.state.IdempotencyToken;
import io.persist.state.State;
import io.persist.state.WriterId;
import io.persist.state.spine.MergeRequest;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Appends to one shard. An append is atomic and durable when it returns {@link
 * AppendResult.Appended}; the writer's entry in the shard appears with the first one. One thread at
 * a time; any number of handles on a shard may run anywhere. Whoever opened it closes it.
 *
 * <p>When a method throws {@link StoreException.Indeterminate}, its retries are used up and it is
 * open whether the append happened: then never delete the batches, but look at the shard's upper.
 * After an interrupt it is the same.
 */
public final class WriteHandle<K, V> implements AutoCloseable {
    private final PersistClient client;
    private final Machine machine;
    private final WriterSchema<K, V> schema;
    private final HandleDebug debug;
    private final WriterId id;
    private final BatchConfig batchConfig;
    private Antichain upper;

    private WriteHandle(
            PersistClient client, Machine machine, WriterSchema<K, V> schema, String purpose) {
        this.client = client;
        this.machine = machine;
        this.schema = schema;
        this.debug = new HandleDebug(client.config().hostname(), purpose);
        this.id = new WriterId(client.surroundings().ids().get());
        this.batchConfig = client.config().batchConfig(machine.profile(), machine.shard());
        this.upper = machine.state().upper();
    }

    static <K, V> WriteHandle<K, V> open(
            PersistClient client, Machine machine, Codec<K> key, Codec<V> val, String purpose)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Profile.requireWritable(machine.shard(), machine.state().applierVersion());
        WriterSchema<K, V> schema = WriterSchema.open(machine, key, val);
        return new WriteHandle<>(client, machine, schema, purpose);
    }

    public ShardId shard() {
        return machine.shard();
    }

    public WriterId id() {
        return id;
    }

    /** The generation of peers that the shard is written for. */
    public Profile profile() {
        return machine.profile();
    }

    /** The shard's upper as this handle last saw it. No I/O. */
    public Antichain upper() {
        return upper;
    }

    /** The shard's upper, read from consensus. */
    public Antichain fetchRecentUpper()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        upper = machine.refresh().upper();
        return upper;
    }

    /**
     * A builder of a batch whose updates are all at or after {@code lower}. The caller closes it.
     */
    public BatchBuilder<K, V> builder(Antichain lower) {
        return builder(lower, client.surroundings().ids());
    }

    /** The same with part ids of the caller's making; each must be new, ever. */
    public BatchBuilder<K, V> builder(Antichain lower, Supplier<UUID> partIds) {
        return new BatchBuilder<>(
                client.batchStore(machine, partIds), batchConfig, schema.batchSchema(), lower);
    }

    /**
     * Appends definite data (every writer of the shard produces the same updates for the same
     * time): what the shard already has of it is left out, and if it has all of it, this succeeds
     * without writing. The batch is consumed or deleted on every result but {@link
     * AppendResult.InvalidUsage}, after which it is still the caller's.
     *
     * @param lower inclusive, not before the batch's lower
     * @param next exclusive, not beyond the batch's upper
     * @return {@link AppendResult.UpperMismatch} if the shard has not reached {@code lower}
     */
    public AppendResult append(Batch batch, Antichain lower, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Antichain from = lower;
        while (true) {
            AppendResult result = appendWithin(List.of(batch), from, next);
            if (!(result instanceof AppendResult.UpperMismatch mismatch)) {
                return result;
            }
            Antichain now = mismatch.shardUpper();
            if (now.lessThan(from)) {
                batch.delete();
                return result;
            }
            if (next.lessEqual(now)) {
                batch.delete();
                return new AppendResult.Appended();
            }
            from = now;
        }
    }

    /** {@link #append(Batch, Antichain, Antichain)} of updates, whose times lie within. */
    public AppendResult append(List<Update<K, V>> updates, Antichain lower, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<Update<K, V>> rest = updates;
        Antichain from = lower;
        while (true) {
            AppendResult result = compareAndAppend(rest, from, next);
            if (!(result instanceof AppendResult.UpperMismatch mismatch)) {
                return result;
            }
            Antichain now = mismatch.shardUpper();
            if (now.lessThan(from)) {
                return result;
            }
            if (next.lessEqual(now)) {
                return new AppendResult.Appended();
            }
            from = now;
            rest = rest.stream().filter(update -> now.lessEqual(update.time())).toList();
        }
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
        if (next.lessThan(expected)) {
            return new AppendResult.InvalidUsage(
                    "new upper " + next + " is before the expected upper " + expected);
        }
        for (Update<K, V> update : updates) {
            if (!expected.lessEqual(update.time()) || next.lessEqual(update.time())) {
                return new AppendResult.InvalidUsage(
                        "update at "
                                + Long.toUnsignedString(update.time())
                                + " lies outside "
                                + expected
                                + " to "
                                + next);
            }
        }
        if (!updates.isEmpty()) {
            ensureSchema();
        }
        Batch batch = build(updates, expected, next);
        return appendAndSettle(List.of(batch), new ArrayList<>(List.of(batch)), expected, next);
    }

    private Batch build(List<Update<K, V>> updates, Antichain lower, Antichain next)
            throws StoreException, InterruptedException {
        try (BatchBuilder<K, V> builder = builder(lower)) {
            for (Update<K, V> update : updates) {
                builder.add(update.key(), update.val(), update.time(), update.diff());
            }
            return builder.finish(next);
        }
    }

    /**
     * Appends any number of batches, also none, as one, if the shard's upper is {@code expected};
     * afterwards it is {@code next}. On success all are consumed; on any other result they are
     * still the caller's. A batch that reaches beyond the two bounds, without rewritten times, is
     * written anew without what lies outside, so that nothing is ever committed that readers would
     * have to leave out. The two bounds must lie within those of every batch, unless {@link
     * BatchConfig#validateBoundsOnWrite} is off.
     */
    public AppendResult compareAndAppendBatch(
            List<Batch> batches, Antichain expected, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (batchConfig.validateBoundsOnWrite()) {
            return appendWithin(batches, expected, next);
        }
        String violation = AppendBounds.misuse(shard(), batches, expected, next);
        if (violation == null) {
            violation = AppendBounds.violationOfRewrites(hollow(batches), expected, next);
        }
        return violation == null
                ? appendValid(batches, expected, next)
                : new AppendResult.InvalidUsage(violation);
    }

    /** Appends batches whose bounds hold those of the append. */
    private AppendResult appendWithin(List<Batch> batches, Antichain expected, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        String violation = AppendBounds.misuse(shard(), batches, expected, next);
        if (violation == null) {
            violation = AppendBounds.violation(hollow(batches), expected, next);
        }
        return violation == null
                ? appendValid(batches, expected, next)
                : new AppendResult.InvalidUsage(violation);
    }

    private AppendResult appendValid(List<Batch> batches, Antichain expected, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<Batch> fitting = new ArrayList<>(batches);
        List<Batch> rewritten = new ArrayList<>();
        BatchFitting<K, V> fit = new BatchFitting<>(this, batches, expected, next);
        if (fit.needed() && !fetchRecentUpper().equals(expected)) {
            // Seen before anything is written anew.
            return new AppendResult.UpperMismatch(upper);
        }
        try {
            for (int i = 0; i < fitting.size(); i++) {
                if (!fit.fits(fitting.get(i))) {
                    Batch anew = fit.writeAnew(fitting.get(i));
                    fitting.set(i, anew);
                    rewritten.add(anew);
                }
            }
        } catch (StoreException e) {
            discard(rewritten);
            throw e;
        } catch (MissingBlobException e) {
            discard(rewritten);
            throw new CorruptDataException("batch given to shard " + shard(), e);
        }
        AppendResult result = appendAndSettle(fitting, rewritten, expected, next);
        if (result instanceof AppendResult.Appended) {
            discard(batches.stream().filter(batch -> !fitting.contains(batch)).toList());
        }
        return result;
    }

    private static List<HollowBatch> hollow(List<Batch> batches) {
        return batches.stream().map(Batch::hollow).toList();
    }

    /**
     * Appends batches that fit the bounds.
     *
     * @param temporary those that no one else knows of: they are deleted if they were certainly not
     *     appended; more may be added
     */
    private AppendResult appendAndSettle(
            List<Batch> batches, List<Batch> temporary, Antichain expected, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        AppendResult result;
        try {
            result = appendFitting(batches, temporary, expected, next);
        } catch (StoreException.Determinate e) {
            discard(temporary);
            throw e;
        }
        if (!(result instanceof AppendResult.Appended)) {
            discard(temporary);
        }
        return result;
    }

    private AppendResult appendFitting(
            List<Batch> batches, List<Batch> temporary, Antichain expected, Antichain next)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Appends.Writer writer =
                new Appends.Writer(
                        id,
                        new IdempotencyToken(client.surroundings().ids().get()),
                        debug,
                        machine.nowMillis(),
                        client.config().writerLease().toMillis());
        Description desc = new Description(expected, next, Antichain.minimum());
        AppendOutcome outcome = tryAppend(hollow(batches), desc, writer);
        if (outcome instanceof AppendOutcome.InlineBackpressure) {
            outcome = tryAppend(withoutInlineParts(batches, temporary, desc), desc, writer);
        }
        if (outcome instanceof AppendOutcome.UpperMismatch mismatch) {
            upper = mismatch.shardUpper();
            return new AppendResult.UpperMismatch(upper);
        }
        if (outcome instanceof AppendOutcome.InvalidUsage invalid) {
            return new AppendResult.InvalidUsage(invalid.reason());
        }
        if (outcome instanceof AppendOutcome.InlineBackpressure) {
            throw new AssertionError("inline backpressure without inline parts");
        }
        if (outcome instanceof AppendOutcome.Appended appended) {
            offerCompactions(appended.merges(), compactor());
        }
        upper = next;
        batches.forEach(Batch::markConsumed);
        temporary.forEach(Batch::markConsumed);
        return new AppendResult.Appended();
    }

    /** The same updates with everything in blobs. */
    private List<HollowBatch> withoutInlineParts(
            List<Batch> batches, List<Batch> temporary, Description desc)
            throws StoreException, CorruptDataException, InterruptedException {
        InlineRelief<K, V> relief = inlineRelief();
        if (!batchConfig.combineInlineWrites()) {
            relief.flushEach(batches);
            return hollow(batches);
        }
        Batch combined = relief.combine(batches, desc);
        temporary.add(combined);
        return InlineRelief.replaced(hollow(batches), combined.hollow());
    }

    InlineRelief<K, V> inlineRelief() {
        return new InlineRelief<>(this, client.config().metrics().inlineBackpressure());
    }

    private AppendOutcome tryAppend(
            List<HollowBatch> hollow, Description desc, Appends.Writer writer)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        SchemaId schemaId = null;
        if (hollow.stream().anyMatch(batch -> !batch.runs().isEmpty())) {
            schemaId = ensureSchema().orElse(null);
            String violation = schemaId == null ? null : BatchCombiner.violation(hollow, schemaId);
            if (violation != null) {
                return new AppendOutcome.InvalidUsage(violation);
            }
        }
        return machine.compareAndAppend(
                BatchCombiner.combine(hollow, desc, labelOf(schemaId)),
                writer,
                batchConfig.inlineTotalMaxBytes());
    }

    /** What runs and parts without a schema are labelled with. */
    private @Nullable SchemaId labelOf(@Nullable SchemaId schemaId) {
        return batchConfig.schemaField() == BatchConfig.SchemaField.CURRENT ? schemaId : null;
    }

    /** Deletes batches that are certainly not appended. A failure leaks blobs, nothing more. */
    private void discard(List<Batch> batches) throws CorruptDataException, InterruptedException {
        for (Batch batch : batches) {
            batch.discard();
        }
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
        return schema.ensureRegistered(machine);
    }

    /**
     * Rebuilds a batch that {@link Batch#toTransmittable} wrote, perhaps in another process.
     *
     * @throws IllegalArgumentException if it belongs to another shard
     * @throws IncompatibleShardException if a newer build wrote it than this one was checked with
     */
    public Batch batchFromTransmittable(Bytes message)
            throws CorruptDataException, IncompatibleShardException {
        Batch batch =
                Batch.fromTransmittable(
                        client.batchStore(machine, client.surroundings().ids()),
                        batchConfig,
                        batchSchema(),
                        message);
        Profile.requireVerified("batch of shard " + shard(), batch.version());
        return batch;
    }

    /** Removes the writer's entry. The handle must not be used afterwards. */
    public void expire()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        machine.apply(state -> Appends.expireWriter(state, id));
    }

    /** Hands on what an append of this handle asked to compact. */
    void offerCompactions(List<MergeRequest> requests, Compactor compactor) {
        compactor.tasks(requests).forEach(machine::offer);
    }

    /** Compacts the shard under the settings and schema of this handle. */
    Compactor compactor() {
        return compactor(client.surroundings().ids(), state -> true);
    }

    /** The same for a line of writers, of which only one at a time may compact. */
    Compactor compactor(Supplier<UUID> partIds, Predicate<State> fence) {
        return new Compactor(
                client.config().compaction(),
                client.batchStore(machine, partIds),
                batchConfig,
                batchSchema(),
                fence);
    }

    /** The shard's state machine, for commands that append in their own way. */
    Machine machine() {
        return machine;
    }

    BatchConfig batchConfig() {
        return batchConfig;
    }

    BatchSchema<K, V> batchSchema() {
        return schema.batchSchema();
    }

    BatchStore batchStore() {
        return client.batchStore(machine, client.surroundings().ids());
    }

    HandleDebug debug() {
        return debug;
    }

    /** Local and quick: the entry stays until its lease runs out. */
    @Override
    public void close() {}
}
