package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.PartDeletes;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.TransmittableBatch;
import io.persist.batch.TransmittableBatchEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.PartFormat;
import io.persist.part.stats.StatsSettings;
import io.persist.store.PartKey;
import io.persist.store.StoreException;
import io.persist.store.WriterKey;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A written batch that is not part of a shard yet. It ends in exactly one of: a successful append
 * ({@link #markConsumed}), {@link #delete}, or {@link #toTransmittable}, which passes it on. Where
 * the outcome of an append stays unknown it must not be deleted. One thread.
 */
public final class Batch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Batch.class);

    private final BatchStore store;
    private final BatchConfig config;
    private final TransmittableBatch origin;

    private final BatchSchema<?, ?> schema;

    private HollowBatch hollow;
    private boolean consumed;

    private Batch(
            BatchStore store,
            BatchConfig config,
            TransmittableBatch origin,
            BatchSchema<?, ?> schema) {
        this.store = store;
        this.config = config;
        this.origin = origin;
        this.schema = schema;
        this.hollow = origin.batch();
    }

    static Batch built(
            BatchStore store, BatchConfig config, BatchSchema<?, ?> schema, HollowBatch hollow) {
        // Only the newer generation knows the fields for schemas.
        boolean schemas = config.format() == PartFormat.STRUCTURED;
        return new Batch(
                store,
                config,
                new TransmittableBatch(
                        store.shard(),
                        config.writerVersion(),
                        hollow,
                        schemas ? schema.keys().schema() : Bytes.EMPTY,
                        schemas ? schema.vals().schema() : Bytes.EMPTY,
                        Bytes.EMPTY),
                schema);
    }

    /**
     * Rebuilds a batch from {@link #toTransmittable}, in any process. May be done several times;
     * once one copy was appended or deleted the others must not be used.
     *
     * @param schema says what the times are, and of which keys statistics are made if inline parts
     *     move to blob
     * @throws IllegalArgumentException if the batch belongs to another shard
     * @throws CorruptDataException if {@code message} is no transmitted batch
     */
    public static Batch fromTransmittable(
            BatchStore store, BatchConfig config, BatchSchema<?, ?> schema, Bytes message)
            throws CorruptDataException {
        TransmittableBatch origin = TransmittableBatchEncoding.decode(message, schema.times());
        if (!origin.shard().equals(store.shard())) {
            throw new IllegalArgumentException(
                    "batch of shard " + origin.shard() + " given to shard " + store.shard());
        }
        try {
            WriterKey.ofVersion(origin.version());
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(
                    "transmitted batch of shard " + origin.shard() + ": " + e.getMessage(), e);
        }
        return new Batch(store, config, origin, schema);
    }

    public ShardId shard() {
        return store.shard();
    }

    /** Version of the code that wrote the parts. */
    public String version() {
        return origin.version();
    }

    /**
     * What an append registers.
     *
     * @throws IllegalStateException if the batch was consumed
     */
    public HollowBatch hollow() {
        if (consumed) {
            throw new IllegalStateException("batch was appended, deleted or passed on already");
        }
        return hollow;
    }

    public Antichain lower() {
        return hollow.lower();
    }

    public Antichain upper() {
        return hollow.upper();
    }

    /** Bytes of the batch's updates in blobs; inline parts count nothing. */
    public long encodedBytes() {
        return hollow.parts().mapToLong(RunPart::encodedBytes).sum();
    }

    /** Schemas of the parts; those without one, and pointers to more parts, add nothing. */
    public Set<SchemaId> schemaIds() {
        Set<SchemaId> ids = new TreeSet<>();
        hollow.parts()
                .forEach(
                        part -> {
                            if (part instanceof RunPart.Single single && single.schema() != null) {
                                ids.add(single.schema());
                            }
                        });
        return ids;
    }

    /**
     * Moves every time before {@code frontier} up to it and the upper to {@code newUpper}, in the
     * metadata only; may be repeated, forwards. The checks are those of the original
     * (mz_persist_client internal/state.rs), in its order; it panics where a run was moved to blob,
     * here that is refused.
     */
    public RewriteResult rewriteTs(Antichain frontier, Antichain newUpper) {
        String violation = violation(hollow(), frontier, newUpper);
        if (violation != null) {
            return new RewriteResult.InvalidRewrite(violation);
        }
        List<Run> runs = new ArrayList<>();
        for (Run run : hollow.runs()) {
            List<RunPart> parts = new ArrayList<>();
            for (RunPart part : run.parts()) {
                parts.add(((RunPart.Single) part).withTsRewrite(frontier));
            }
            runs.add(new Run(run.meta(), parts));
        }
        Description desc = new Description(hollow.lower(), newUpper, hollow.desc().since());
        hollow = new HollowBatch(desc, hollow.len(), runs, hollow.unknown());
        return new RewriteResult.Rewritten();
    }

    private static @Nullable String violation(
            HollowBatch batch, Antichain frontier, Antichain newUpper) {
        TimeDomain domain = new Description(frontier, newUpper, batch.upper()).domain();
        domain = domain == TimeDomain.U64 ? batch.desc().domain() : domain;
        if (domain != TimeDomain.U64) {
            return "rewrite frontier "
                    + frontier
                    + " with new upper "
                    + newUpper
                    + " is for times of "
                    + domain.codecName()
                    + ", which are only partially ordered: moved up to a frontier, they may lie"
                    + " beyond the upper";
        }
        if (!frontier.lessThan(newUpper)) {
            return "rewrite frontier " + frontier + " is not before the new upper " + newUpper;
        }
        if (newUpper.lessThan(batch.upper())) {
            return "new upper " + newUpper + " is before the batch's upper " + batch.upper();
        }
        if (frontier.lessThan(batch.lower())) {
            return "rewrite frontier " + frontier + " is before the batch's lower " + batch.lower();
        }
        if (!batch.desc().since().equals(Antichain.minimum())) {
            return "rewrite frontier "
                    + frontier
                    + " is for a batch that was compacted to "
                    + batch.desc().since();
        }
        for (RunPart part : (Iterable<RunPart>) batch.parts()::iterator) {
            if (!(part instanceof RunPart.Single single)) {
                return "rewrite frontier "
                        + frontier
                        + " with new upper "
                        + newUpper
                        + " is for a batch with a run in blob, whose parts cannot be rewritten";
            }
            Antichain earlier = single.tsRewrite();
            if (earlier != null && frontier.lessThan(earlier)) {
                return "rewrite frontier "
                        + frontier
                        + " is before the frontier of an earlier rewrite "
                        + earlier;
            }
        }
        return null;
    }

    /**
     * Moves inline parts to blob, with their times and rewrites as they are: for a shard whose
     * state holds too many inline bytes.
     *
     * @throws StoreException if a blob could not be written; the batch is unchanged, and the blobs
     *     that were written are deleted, as far as that works
     * @throws CorruptDataException if an inline part does not decode; likewise
     */
    public void flushToBlob() throws StoreException, CorruptDataException, InterruptedException {
        flushToBlob(store.metrics());
    }

    /** The same, reporting to {@code metrics}. */
    public void flushToBlob(BatchMetrics metrics)
            throws StoreException, CorruptDataException, InterruptedException {
        BatchStore reporting = store.withMetrics(metrics);
        HollowParts known = new HollowParts(reporting, config, schema.keys());
        HollowParts foreign = new HollowParts(reporting, withoutStats(config), schema.keys());
        List<PartKey> written = new ArrayList<>();
        boolean complete = false;
        try {
            List<Run> runs = new ArrayList<>();
            for (Run run : hollow().runs()) {
                List<RunPart> parts = new ArrayList<>();
                for (RunPart part : run.parts()) {
                    if (part instanceof RunPart.Inline inline) {
                        HollowParts hollowParts = isOfSchema(inline) ? known : foreign;
                        parts.add(flush(hollowParts, inline, run.meta(), written));
                    } else {
                        parts.add(part);
                    }
                }
                runs.add(new Run(run.meta(), parts));
            }
            hollow = new HollowBatch(hollow.desc(), hollow.len(), runs, hollow.unknown());
            complete = true;
        } finally {
            if (!complete) {
                PartDeletes.tryDelete(store, written);
            }
        }
    }

    /** Of keys of another schema nothing is said: their columns may have other names. */
    private boolean isOfSchema(RunPart.Inline inline) {
        Bytes keys = origin.keySchema();
        SchemaId id = inline.schema() == null ? inline.deprecatedSchema() : inline.schema();
        return (keys.isEmpty() || keys.equals(schema.keys().schema()))
                && (id == null || schema.id() == null || id.equals(schema.id()));
    }

    private static BatchConfig withoutStats(BatchConfig config) {
        StatsSettings stats = config.stats();
        return config.toBuilder()
                .stats(new StatsSettings(false, stats.budgetBytes(), stats.untrimmable()))
                .build();
    }

    private RunPart flush(
            HollowParts hollowParts, RunPart.Inline inline, RunMeta run, List<PartKey> written)
            throws StoreException, CorruptDataException, InterruptedException {
        try (DecodedPart decoded =
                InlineParts.decode(inline.updates(), store.allocator(), hollow.desc().domain())) {
            decoded.requireValid();
            PartKey key = hollowParts.freshKey();
            written.add(key);
            RunPart.Hollow part =
                    hollowParts.write(
                            key,
                            decoded.updates(),
                            decoded.desc(),
                            decoded.index(),
                            run.order().orElse(RunOrder.UNORDERED));
            return part.withTsRewrite(inline.tsRewrite())
                    .withSchema(inline.schema())
                    .withDeprecatedSchema(inline.deprecatedSchema());
        }
    }

    /**
     * The bare metadata. Its blobs belong to the caller from now on, and leak if nobody appends it.
     */
    public HollowBatch takeHollow() {
        HollowBatch taken = hollow();
        markConsumed();
        return taken;
    }

    /** The batch as a message to another process, which consumes this handle. */
    public Bytes toTransmittable() {
        Bytes message =
                TransmittableBatchEncoding.encode(
                        new TransmittableBatch(
                                origin.shard(),
                                origin.version(),
                                hollow(),
                                origin.keySchema(),
                                origin.valSchema(),
                                origin.unknown()));
        markConsumed();
        return message;
    }

    /**
     * Deletes all blobs, or nothing if {@link BatchConfig#deleteEnabled} says so; consumes the
     * batch in either case. After a failure it may be called again.
     */
    public void delete() throws StoreException, CorruptDataException, InterruptedException {
        if (config.deleteEnabled()) {
            PartDeletes deletes = new PartDeletes(store);
            deletes.delete(hollow().parts().toList());
        }
        markConsumed();
    }

    /** {@link #delete}, but blobs that a store fails to delete are leaked, and nothing more. */
    public void discard() throws CorruptDataException, InterruptedException {
        try {
            delete();
        } catch (StoreException e) {
            LOG.warn("blobs of a batch of shard {} were not deleted", shard(), e);
            markConsumed();
        }
    }

    /** The blobs belong to a shard, or to whoever received the metadata. */
    public void markConsumed() {
        consumed = true;
    }

    /** Warns if the batch was neither appended, deleted nor passed on: its blobs are leaked. */
    @Override
    public void close() {
        List<RunPart> parts = hollow.parts().toList();
        if (consumed || parts.isEmpty()) {
            return;
        }
        consumed = true;
        LOG.warn(
                "batch of shard {} was dropped with {} parts that nobody owns: {}",
                shard(),
                parts.size(),
                parts.stream().map(Batch::printableName).toList());
    }

    private static String printableName(RunPart part) {
        if (part instanceof RunPart.Hollow hollow) {
            return hollow.key().text();
        }
        return part instanceof RunPart.Many many ? many.key().text() : "<inline>";
    }
}
