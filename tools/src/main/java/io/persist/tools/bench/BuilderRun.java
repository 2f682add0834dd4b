package io.persist.tools.bench;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMemory;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.PartReading;
import io.persist.batch.build.BatchBuilder;
import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.Retry;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Writes all rows of a data set as one batch. Its pool lives on, so that it stays warm. */
final class BuilderRun implements AutoCloseable {
    private static final ShardId SHARD = ShardId.parse("s00000000-0000-0000-0000-00000000be9c");
    private static final long MEMORY_LIMIT_BYTES = 8L << 30;

    private final ExecutorService io = Executors.newFixedThreadPool(2);
    private final BatchMemory memory = new BatchMemory(MEMORY_LIMIT_BYTES);
    private final AtomicLong ids = new AtomicLong();

    /** Told between two times, and when a part is stored, from whatever thread does it. */
    interface Observer {
        Observer NONE = () -> {};

        void look();
    }

    BatchMemory memory() {
        return memory;
    }

    /** Writes the batch and returns its parts. */
    <K, V> List<Bytes> write(DataSet<K, V> data, BatchConfig config, Observer observer)
            throws Exception {
        MemBlob blob = new MemBlob();
        BatchStore store = store(new ObservedBlob(blob, observer));
        BatchSchema<K, V> schema = new BatchSchema<>(data.keyCodec(), data.valCodec(), null);
        try (BatchBuilder<K, V> builder =
                new BatchBuilder<>(store, config, schema, Antichain.minimum())) {
            for (int row = 0; row < data.size(); row++) {
                if (row % DataSet.ROWS_PER_TIME == 0) {
                    observer.look();
                }
                builder.add(data.key(row), data.val(row), DataSet.time(row), 1);
            }
            builder.finish(Antichain.of(data.upper()));
        }
        List<BlobKey> keys = new ArrayList<>();
        blob.list("", (key, size) -> keys.add(key));
        List<Bytes> parts = new ArrayList<>();
        for (BlobKey key : keys) {
            parts.add(blob.get(key).orElseThrow());
        }
        return parts;
    }

    private BatchStore store(Blob blob) {
        Retry retry =
                new Retry(Retry.Policy.DEFAULT, Clock.systemUTC(), Thread::sleep, new Random(0));
        return memory.store(
                new BatchMemory.Place(
                        SHARD,
                        blob,
                        retry,
                        io,
                        () -> new UUID(0, ids.incrementAndGet()),
                        new Random(0),
                        PartReading.of(BatchStore.BoundsCheck.ACCEPT),
                        BatchMetrics.NONE));
    }

    @Override
    public void close() {
        io.shutdown();
        memory.close();
    }

    /** Tells when a blob is stored. */
    private record ObservedBlob(MemBlob delegate, Observer observer) implements Blob {
        @Override
        public java.util.Optional<Bytes> get(BlobKey key) {
            return delegate.get(key);
        }

        @Override
        public void set(BlobKey key, Bytes value) {
            delegate.set(key, value);
            observer.look();
        }

        @Override
        public java.util.OptionalLong delete(BlobKey key) {
            return delegate.delete(key);
        }

        @Override
        public void list(String prefix, Visitor visitor) throws StoreException {
            delegate.list(prefix, visitor);
        }

        @Override
        public void restore(BlobKey key) throws StoreException {
            delegate.restore(key);
        }

        @Override
        public void close() {
            delegate.close();
        }
    }
}
