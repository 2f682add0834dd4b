package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.PartReading;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.columns.PartBuffer;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.Retry;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.testing.ForwardingBlob;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Everything that building and reading batches of one shard takes, in memory; closing it fails if
 * off-heap memory was leaked.
 */
public final class BatchRig implements AutoCloseable {
    public static final ShardId SHARD = ShardId.parse("s00000000-0000-0000-0000-00000000e0e0");
    public static final SchemaId SCHEMA_ID = new SchemaId(0);
    public static final BatchSchema<String, String> STRINGS = schema(Codecs.STRING, Codecs.STRING);

    public final RootAllocator allocator = new RootAllocator();
    public final HookedBlob blob = new HookedBlob();
    public final ExecutorService io = Executors.newFixedThreadPool(2);
    public final AtomicLong ids = new AtomicLong();
    public final BatchStore store;

    /** Mutable time that passes only while a retry waits. */
    private final AtomicLong now = new AtomicLong();

    public BatchRig() {
        this(SHARD);
    }

    public BatchRig(ShardId shard) {
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        Retry retry =
                new Retry(
                        new Retry.Policy(
                                Duration.ofMillis(10),
                                Duration.ofMillis(10),
                                Duration.ofMillis(60)),
                        new SleptClock(clock, now),
                        now::addAndGet,
                        new Random(0));
        store =
                new BatchStore(
                        shard,
                        blob,
                        retry,
                        allocator,
                        io,
                        () -> new UUID(0, ids.incrementAndGet()),
                        new Random(0),
                        PartReading.of(BatchStore.BoundsCheck.REFUSE),
                        BatchMetrics.NONE);
    }

    /** The same place, with another pool. */
    BatchStore withPool(ExecutorService pool) {
        return new BatchStore(
                store.shard(),
                store.blob(),
                store.retry(),
                store.allocator(),
                pool,
                store.partIds(),
                store.random(),
                store.reading(),
                store.metrics());
    }

    /** The same place, with other memory. */
    public BatchStore withMemory(BufferAllocator memory) {
        return new BatchStore(
                store.shard(),
                store.blob(),
                store.retry(),
                memory,
                store.io(),
                store.partIds(),
                store.random(),
                store.reading(),
                store.metrics());
    }

    public static <K, V> BatchSchema<K, V> schema(Codec<K> keys, Codec<V> vals) {
        return new BatchSchema<>(keys, vals, SCHEMA_ID);
    }

    /** An update as a test writes and reads it. */
    public record Row<K, V>(K key, V val, long time, long diff) {
        public static Row<String, String> of(String key, long time, long diff) {
            return new Row<>(key, "", time, diff);
        }
    }

    /** Parts of a few bytes, none inline: batches have many parts in blob. */
    public static BatchConfig.Builder hollow() {
        return BatchConfig.builder().inlineSingleMaxBytes(0);
    }

    /** What a builder's merge tree holds, oldest first: whether each item was waited for. */
    public static List<Boolean> observed(BatchBuilder<?, ?> builder) {
        return builder.observed();
    }

    public BatchBuilder<String, String> builder(BatchConfig.Builder config, long lower) {
        return new BatchBuilder<>(store, config.build(), STRINGS, Antichain.of(lower));
    }

    public <K, V> Batch build(
            BatchConfig config,
            BatchSchema<K, V> schema,
            Antichain lower,
            Antichain upper,
            List<Row<K, V>> rows)
            throws Exception {
        try (BatchBuilder<K, V> builder = new BatchBuilder<>(store, config, schema, lower)) {
            for (Row<K, V> row : rows) {
                builder.add(row.key(), row.val(), row.time(), row.diff());
            }
            return builder.finish(upper);
        }
    }

    @SafeVarargs
    public final Batch build(
            BatchConfig.Builder config, long lower, long upper, Row<String, String>... rows)
            throws Exception {
        List<Row<String, String>> list = new ArrayList<>();
        for (Row<String, String> row : rows) {
            list.add(row);
        }
        return build(config.build(), STRINGS, Antichain.of(lower), Antichain.of(upper), list);
    }

    public <K, V> List<Row<K, V>> read(
            BatchSchema<K, V> schema, Filter filter, List<HollowBatch> batches) throws Exception {
        List<Row<K, V>> rows = new ArrayList<>();
        try (UpdateCursor<K, V> cursor = UpdateCursor.open(store, schema, batches, filter)) {
            while (cursor.next()) {
                rows.add(new Row<>(cursor.key(), cursor.val(), cursor.time(), cursor.diff()));
            }
        }
        return rows;
    }

    /** A part in blob as some other writer may have made it: rows as given, any description. */
    @SafeVarargs
    public final RunPart.Hollow part(
            BatchConfig.Builder config, Description desc, Row<String, String>... rows)
            throws Exception {
        List<Row<String, String>> list = new ArrayList<>();
        for (Row<String, String> row : rows) {
            list.add(row);
        }
        return part(config, STRINGS, desc, list);
    }

    public <K, V> RunPart.Hollow part(
            BatchConfig.Builder config,
            BatchSchema<K, V> schema,
            Description desc,
            List<Row<K, V>> rows)
            throws Exception {
        BatchConfig settings = config.build();
        HollowParts parts = new HollowParts(store, settings, schema.keys());
        try (Updates updates = updates(schema, settings.format(), rows)) {
            return parts.write(parts.freshKey(), updates, desc, 0, RunOrder.UNORDERED);
        }
    }

    /** Rows as columns; the caller closes them. */
    public <K, V> Updates updates(
            BatchSchema<K, V> schema, PartFormat format, List<Row<K, V>> rows) {
        PartBuffer<K, V> buffer = new PartBuffer<>(schema.keys(), schema.vals(), format, allocator);
        for (Row<K, V> row : rows) {
            buffer.add(row.key(), row.val(), row.time(), row.diff());
        }
        return buffer.takeUpdates();
    }

    /** A pointer to a list of parts in blob, with the bounds of the first one. */
    public RunPart.Many many(List<RunPart> parts) throws Exception {
        PartKey key = PartKey.of(BatchConfig.builder().build().writerKey(), store.partIds().get());
        store.set(key, HollowBatchEncoding.encodeRun(parts));
        Bytes rows = Bytes.EMPTY;
        Bytes column = null;
        if (!parts.isEmpty() && parts.get(0) instanceof RunPart.Hollow first) {
            rows = first.keyLower();
            column = first.structuredKeyLower();
        }
        long encodedBytes = parts.stream().mapToLong(RunPart::encodedBytes).sum();
        return new RunPart.Many(key, encodedBytes, encodedBytes, rows, column, null, Bytes.EMPTY);
    }

    public static Description desc(long lower, long upper, long since) {
        return new Description(Antichain.of(lower), Antichain.of(upper), Antichain.of(since));
    }

    public static HollowBatch batch(Description desc, RunOrder order, RunPart... parts) {
        Run run = new Run(RunMeta.of(order, SCHEMA_ID), List.of(parts));
        return new HollowBatch(desc, parts.length, List.of(run), Bytes.EMPTY);
    }

    /** Everything, at its own time. */
    public List<Row<String, String>> read(HollowBatch... batches) throws Exception {
        return read(STRINGS, new Filter.Compaction(Antichain.minimum()), List.of(batches));
    }

    public List<Row<String, String>> snapshot(long asOf, HollowBatch... batches) throws Exception {
        return read(STRINGS, new Filter.Snapshot(Antichain.of(asOf)), List.of(batches));
    }

    public List<String> blobKeys() throws StoreException {
        List<String> keys = new ArrayList<>();
        blob.list("", (key, size) -> keys.add(key.text()));
        return keys;
    }

    /** Waits for everything that was sent to the pool. */
    public void drain() throws InterruptedException {
        io.shutdown();
        assertThat(io.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Override
    public void close() {
        try {
            drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        assertThat(allocator.getAllocatedMemory()).as("off-heap bytes leaked").isZero();
        allocator.close();
    }

    /** Memory, with a say before each write and each delete. */
    public static final class HookedBlob extends ForwardingBlob {
        public volatile Hook beforeGet = key -> {};
        volatile Hook beforeSet = key -> {};
        volatile Hook beforeDelete = key -> {};
        public final AtomicLong calls = new AtomicLong();

        HookedBlob() {
            super(new MemBlob());
        }

        /** May refuse a call. */
        public interface Hook {
            void run(BlobKey key) throws StoreException;
        }

        /** Lets the first {@code count} calls fail. */
        public static Hook failFirst(int count) {
            AtomicLong left = new AtomicLong(count);
            return key -> {
                if (left.getAndDecrement() > 0) {
                    throw new StoreException.Indeterminate("injected for " + key);
                }
            };
        }

        @Override
        public Optional<Bytes> get(BlobKey key) throws StoreException {
            calls.incrementAndGet();
            beforeGet.run(key);
            return super.get(key);
        }

        @Override
        public void set(BlobKey key, Bytes value) throws StoreException {
            calls.incrementAndGet();
            beforeSet.run(key);
            super.set(key, value);
        }

        @Override
        public OptionalLong delete(BlobKey key) throws StoreException {
            calls.incrementAndGet();
            beforeDelete.run(key);
            return super.delete(key);
        }
    }

    private static final class SleptClock extends Clock {
        private final Clock zone;
        private final AtomicLong now;

        SleptClock(Clock zone, AtomicLong now) {
            this.zone = zone;
            this.now = now;
        }

        @Override
        public java.time.ZoneId getZone() {
            return zone.getZone();
        }

        @Override
        public Clock withZone(java.time.ZoneId other) {
            return new SleptClock(zone.withZone(other), now);
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now.get());
        }
    }
}
