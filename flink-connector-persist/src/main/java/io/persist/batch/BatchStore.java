package io.persist.batch;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.Retry;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Where the batches of one shard lie, and what reading and writing them takes. Owns nothing: the
 * wiring that made the components closes them. All of them are used by many threads.
 *
 * @param allocator parent of the off-heap memory of builders and cursors
 * @param io bounded pool that encodes, uploads and deletes; no task that waits for a batch may run
 *     on it
 * @param partIds fresh ids for blobs
 * @param random decides which parts get columns where a share of them does
 * @param reading what reading parts does
 * @param metrics told what is written
 */
public record BatchStore(
        ShardId shard,
        Blob blob,
        Retry retry,
        BufferAllocator allocator,
        ExecutorService io,
        Supplier<UUID> partIds,
        RandomGenerator random,
        PartReading reading,
        BatchMetrics metrics) {

    /** Whether bounds that contradict each other make a part unreadable. */
    public enum BoundsCheck {
        /** As 0.128 does: it never writes such parts. */
        REFUSE,
        /**
         * As later versions do: they may register a batch with wider bounds than it was built for.
         */
        ACCEPT
    }

    /** The same, whose parts are read in another way. */
    public BatchStore withReading(PartReading other) {
        return new BatchStore(shard, blob, retry, allocator, io, partIds, random, other, metrics);
    }

    /** The same, reporting to {@code others}. */
    public BatchStore withMetrics(BatchMetrics others) {
        return new BatchStore(shard, blob, retry, allocator, io, partIds, random, reading, others);
    }

    /**
     * The same, for a task on the pool that must not wait for others: it does all by itself.
     *
     * @param memory parent of the off-heap memory that it takes
     */
    public BatchStore inCallingThread(BufferAllocator memory) {
        return new BatchStore(
                shard, blob, retry, memory, new CallingThread(), partIds, random, reading, metrics);
    }

    public BlobKey blobKey(PartKey part) {
        return BlobKey.of(shard, part);
    }

    /**
     * The blob of a part or run.
     *
     * @throws MissingBlobException if it does not exist
     */
    public Bytes get(PartKey part)
            throws StoreException, MissingBlobException, InterruptedException {
        BlobKey key = blobKey(part);
        return retry.call("get " + key, () -> blob.get(key))
                .orElseThrow(() -> new MissingBlobException(key));
    }

    /**
     * What a run in blob lists.
     *
     * @throws MissingBlobException if it does not exist
     */
    public List<RunPart> list(RunPart.Many run)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        Bytes blob = get(run.key());
        try {
            return HollowBatchEncoding.decodeRun(blob);
        } catch (CorruptDataException e) {
            throw e.in("run " + blobKey(run.key()));
        }
    }

    public void set(PartKey part, Bytes bytes) throws StoreException, InterruptedException {
        BlobKey key = blobKey(part);
        retry.call(
                "set " + key,
                () -> {
                    blob.set(key, bytes);
                    return bytes;
                });
    }
}
