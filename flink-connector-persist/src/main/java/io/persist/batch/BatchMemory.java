package io.persist.batch;

import io.persist.codec.ShardId;
import io.persist.store.Blob;
import io.persist.store.Retry;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The off-heap memory of everything that builds or reads batches. Whoever opened it closes it,
 * after all builders and cursors; a leak then shows as an exception. Any thread.
 */
public final class BatchMemory implements AutoCloseable {
    private final BufferAllocator root;

    /**
     * @param limitBytes what exceeds it fails
     */
    public BatchMemory(long limitBytes) {
        this.root = new RootAllocator(limitBytes);
    }

    /** What makes the batches of one shard a {@link BatchStore}, this memory apart. */
    public record Place(
            ShardId shard,
            Blob blob,
            Retry retry,
            ExecutorService io,
            Supplier<UUID> partIds,
            RandomGenerator random,
            PartReading reading,
            BatchMetrics metrics) {}

    /** Where the batches of one shard lie, with this memory to work in. */
    public BatchStore store(Place place) {
        return new BatchStore(
                place.shard,
                place.blob,
                place.retry,
                root,
                place.io,
                place.partIds,
                place.random,
                place.reading,
                place.metrics);
    }

    /** Bytes in use now. */
    public long allocatedBytes() {
        return root.getAllocatedMemory();
    }

    /**
     * @throws IllegalStateException if something is still in use
     */
    @Override
    public void close() {
        root.close();
    }
}
