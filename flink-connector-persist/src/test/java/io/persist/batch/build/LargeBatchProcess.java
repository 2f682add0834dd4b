package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.PartReading;
import io.persist.batch.RunSettings;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.frontier.Antichain;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.Retry;
import io.persist.store.file.BlobLayout;
import io.persist.store.file.FileBlob;

import org.apache.arrow.memory.RootAllocator;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Builds one batch of many mebibytes, in a process of its own. Given only their number, onto a
 * store that keeps only sizes, with the default target; given a directory as well, with small parts
 * in there, which the builder merges and a cursor reads back.
 */
final class LargeBatchProcess {
    private static final int VALUE_BYTES = 1024;
    private static final int UPDATE_BYTES = VALUE_BYTES + 16 + 16;

    /** Every eighth update takes back one of some parts before. */
    private static final int RETRACTION_EVERY = 8;

    private static final int RETRACTION_BACK = 40_001;
    private static final int MAX_RUNS = 8;
    private static final BatchSchema<Bytes, Bytes> SCHEMA =
            new BatchSchema<>(Codecs.BYTES, Codecs.BYTES, null);

    private final byte[] noise = new byte[1 << 20];
    private final BatchConfig config;
    private final Blob blob;

    private LargeBatchProcess(BatchConfig config, Blob blob) {
        this.config = config;
        this.blob = blob;
        new Random(1).nextBytes(noise);
    }

    public static void main(String[] args) throws Exception {
        long mebibytes = Long.parseLong(args[0]);
        if (args.length == 1) {
            BatchConfig config = BatchConfig.builder().build();
            SizesOnly blob = new SizesOnly();
            new LargeBatchProcess(config, blob).run(mebibytes, doubled(config));
            System.out.println(blob);
            return;
        }
        BatchConfig config =
                BatchConfig.builder()
                        .targetBytes(2 << 20)
                        .runs(
                                RunSettings.DEFAULT
                                        .withMaxRuns(MAX_RUNS)
                                        .withMergeMemoryBytes(8 << 20))
                        .build();
        AtomicLong ids = new AtomicLong();
        try (Blob blob =
                FileBlob.open(
                        Path.of(args[1]),
                        BlobLayout.NESTED,
                        FileBlob.Deletion.UNLINK,
                        () -> new UUID(1, ids.incrementAndGet()))) {
            // A merge holds a part of each of its runs, and those that it writes.
            long merge = (MAX_RUNS + config.maxOutstandingParts() + 1L) * config.targetBytes();
            new LargeBatchProcess(config, blob).run(mebibytes, doubled(config) + merge);
        }
    }

    /** Vectors grow by doubling, so each part may take up to twice its size. */
    private static long doubled(BatchConfig config) {
        return (config.maxOutstandingParts() + 2L) * 2 * config.targetBytes();
    }

    private void run(long mebibytes, long offHeapLimit) throws Exception {
        ExecutorService io = Executors.newFixedThreadPool(2);
        try (RootAllocator allocator = new RootAllocator(offHeapLimit)) {
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
                            PartReading.of(BatchStore.BoundsCheck.REFUSE),
                            BatchMetrics.NONE);
            long updates = (mebibytes << 20) / UPDATE_BYTES;
            try (Batch batch = build(store, updates)) {
                if (config.runs().merges()) {
                    check(store, batch.hollow(), updates);
                    batch.delete();
                } else if (batch.hollow().len() != updates) {
                    throw new AssertionError(batch.hollow().len() + " of " + updates + " updates");
                }
                batch.markConsumed();
            }
            System.out.println(
                    "built "
                            + mebibytes
                            + " MiB: "
                            + updates
                            + " updates, peak off-heap "
                            + allocator.getPeakMemoryAllocation()
                            + " of "
                            + offHeapLimit);
        } finally {
            io.shutdown();
        }
    }

    private Batch build(BatchStore store, long updates) throws Exception {
        try (BatchBuilder<Bytes, Bytes> builder =
                new BatchBuilder<>(store, config, SCHEMA, Antichain.of(0))) {
            for (long i = 0; i < updates; i++) {
                if (config.runs().merges() && retracts(i)) {
                    builder.add(key(i - RETRACTION_BACK), val(i - RETRACTION_BACK), 0, -1);
                } else {
                    builder.add(key(i), val(i), 0, 1);
                }
            }
            return builder.finish(Antichain.of(1));
        }
    }

    private static boolean retracts(long i) {
        return i >= RETRACTION_BACK && i % RETRACTION_EVERY == 0;
    }

    private Bytes key(long i) {
        return Bytes.takeArray(noise, (int) (mixed(i) & 0xfffff) % (noise.length - 16), 16);
    }

    private Bytes val(long i) {
        int from = (int) (mixed(i) >>> 40) % (noise.length - VALUE_BYTES);
        return Bytes.takeArray(noise, from, VALUE_BYTES);
    }

    /** A permutation of the numbers, far from their order. */
    private static long mixed(long i) {
        long bits = (i + 1) * 0x9e3779b97f4a7c15L;
        bits = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
        return bits ^ bits >>> 27;
    }

    /** That the batch has few runs, and what was added and not taken back, in order. */
    private void check(BatchStore store, HollowBatch batch, long updates) throws Exception {
        if (batch.runs().size() > MAX_RUNS) {
            throw new AssertionError(batch.runs().size() + " runs");
        }
        long expected = 0;
        for (long i = 0; i < updates; i++) {
            long of = retracts(i) ? i - RETRACTION_BACK : i;
            expected += (retracts(i) ? -1 : 1) * hash(key(of), val(of));
        }
        long found = 0;
        Bytes last = Bytes.EMPTY;
        try (UpdateCursor<Bytes, Bytes> cursor =
                UpdateCursor.open(
                        store,
                        SCHEMA,
                        List.of(batch),
                        new Filter.Compaction(Antichain.minimum()),
                        config.mergeMemoryBytes())) {
            while (cursor.next()) {
                Bytes key = cursor.key();
                found += cursor.diff() * hash(key, cursor.val());
                if (last.compareTo(key) > 0) {
                    throw new AssertionError(key + " after " + last);
                }
                last = key;
            }
        }
        if (found != expected) {
            throw new AssertionError("other updates than were added");
        }
    }

    private static long hash(Bytes key, Bytes val) {
        return mixed(key.hashCode() * 31L + val.hashCode());
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

        @Override
        public String toString() {
            return blobs + " blobs of " + bytes + " bytes, at most " + peakConcurrency + " at once";
        }
    }
}
