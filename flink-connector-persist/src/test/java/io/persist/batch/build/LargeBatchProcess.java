package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.frontier.Antichain;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.Retry;

import org.apache.arrow.memory.RootAllocator;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Builds one batch of many mebibytes, onto a store that keeps only sizes. A process of its own. */
final class LargeBatchProcess {
    private static final int VALUE_BYTES = 1024;

    private LargeBatchProcess() {}

    public static void main(String[] args) throws Exception {
        long mebibytes = Long.parseLong(args[0]);
        BatchConfig config = BatchConfig.builder().build();
        // Vectors grow by doubling, so each part may take up to twice its size.
        long limit = (config.maxOutstandingParts() + 2L) * 2 * config.targetBytes();
        SizesOnly blob = new SizesOnly();
        ExecutorService io = Executors.newFixedThreadPool(2);
        try (RootAllocator allocator = new RootAllocator(limit)) {
            AtomicLong ids = new AtomicLong();
            BatchStore store =
                    new BatchStore(
                            BatchRig.SHARD,
                            blob,
                            new Retry(
                                    Retry.Policy.DEFAULT,
                                    Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                                    millis -> {},
                                    new Random(0)),
                            allocator,
                            io,
                            () -> new UUID(0, ids.incrementAndGet()),
                            new Random(0),
                            BatchStore.BoundsCheck.REFUSE,
                            BatchMetrics.NONE);
            long updates = build(store, config, mebibytes << 20);
            System.out.println(
                    "built "
                            + mebibytes
                            + " MiB: "
                            + updates
                            + " updates, "
                            + blob.blobs
                            + " blobs of "
                            + blob.bytes
                            + " bytes, at most "
                            + blob.peakConcurrency
                            + " at once, peak off-heap "
                            + allocator.getPeakMemoryAllocation()
                            + " of "
                            + limit);
        } finally {
            io.shutdown();
        }
    }

    private static long build(BatchStore store, BatchConfig config, long bytes) throws Exception {
        BatchSchema<Bytes, Bytes> schema = new BatchSchema<>(Codecs.BYTES, Codecs.BYTES, null);
        byte[] noise = new byte[1 << 20];
        new Random(1).nextBytes(noise);
        long updates = bytes / (VALUE_BYTES + 16 + 16);
        Random random = new Random(2);
        try (BatchBuilder<Bytes, Bytes> builder =
                new BatchBuilder<>(store, config, schema, Antichain.of(0))) {
            for (long i = 0; i < updates; i++) {
                Bytes key = Bytes.takeArray(noise, random.nextInt(noise.length - 16), 16);
                Bytes val =
                        Bytes.takeArray(
                                noise, random.nextInt(noise.length - VALUE_BYTES), VALUE_BYTES);
                builder.add(key, val, 0, 1);
            }
            Batch batch = builder.finish(Antichain.of(1));
            if (batch.hollow().len() != updates) {
                throw new AssertionError(batch.hollow().len() + " of " + updates + " updates");
            }
            batch.markConsumed();
        }
        return updates;
    }

    private static final class SizesOnly implements Blob {
        private final AtomicLong blobs = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicInteger concurrency = new AtomicInteger();
        private final AtomicInteger peakConcurrency = new AtomicInteger();

        @Override
        public void set(BlobKey key, Bytes value) {
            peakConcurrency.accumulateAndGet(concurrency.incrementAndGet(), Math::max);
            blobs.incrementAndGet();
            bytes.addAndGet(value.length());
            concurrency.decrementAndGet();
        }

        @Override
        public Optional<Bytes> get(BlobKey key) {
            return Optional.empty();
        }

        @Override
        public OptionalLong delete(BlobKey key) {
            return OptionalLong.empty();
        }

        @Override
        public void list(String prefix, Visitor visitor) {
            // keeps none
        }

        @Override
        public void restore(BlobKey key) {
            // keeps none
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
