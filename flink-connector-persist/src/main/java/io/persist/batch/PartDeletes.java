package io.persist.batch;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.Retry;
import io.persist.store.StoreException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Deletes the blobs of parts, runs in blob included. One thread; the deletes run on the pool. */
public final class PartDeletes {
    private static final Logger LOG = LoggerFactory.getLogger(PartDeletes.class);

    /** Deletes at once unless said otherwise, as many as the original's garbage collection. */
    public static final int CONCURRENCY = 32;

    private final ShardId shard;
    private final Blob blob;
    private final Retry retry;
    private final ExecutorService io;
    private final int concurrency;

    /**
     * @param io bounded pool that deletes
     * @param concurrency deletes at once
     */
    public PartDeletes(ShardId shard, Blob blob, Retry retry, ExecutorService io, int concurrency) {
        this.shard = shard;
        this.blob = blob;
        this.retry = retry;
        this.io = io;
        this.concurrency = concurrency;
    }

    public PartDeletes(BatchStore store) {
        this(store, CONCURRENCY);
    }

    /**
     * @param concurrency deletes at once
     */
    public PartDeletes(BatchStore store, int concurrency) {
        this(store.shard(), store.blob(), store.retry(), store.io(), concurrency);
    }

    /**
     * Deletes every blob below {@code parts}, each once; blobs that are gone already are no error.
     * Blobs that list others go after those they list, so that after a failure, when this may be
     * repeated, nothing is forgotten.
     *
     * @throws CorruptDataException if a blob that should list parts does not decode
     */
    public void delete(Collection<? extends RunPart> parts)
            throws StoreException, CorruptDataException, InterruptedException {
        TreeSet<PartKey> leaves = new TreeSet<>();
        TreeSet<PartKey> seenRuns = new TreeSet<>();
        Deque<PartKey> runs = new ArrayDeque<>();
        Deque<RunPart> unvisited = new ArrayDeque<>(parts);
        while (!unvisited.isEmpty()) {
            RunPart part = unvisited.remove();
            if (part instanceof RunPart.Hollow hollow) {
                leaves.add(hollow.key());
            } else if (part instanceof RunPart.Many many && seenRuns.add(many.key())) {
                runs.push(many.key());
                unvisited.addAll(listedBy(many));
            }
        }
        deleteBlobs(leaves);
        for (PartKey run : runs) {
            delete(BlobKey.of(shard, run));
        }
    }

    private List<RunPart> listedBy(RunPart.Many many)
            throws StoreException, CorruptDataException, InterruptedException {
        BlobKey run = BlobKey.of(shard, many.key());
        Optional<Bytes> list = retry.call("get " + run, () -> blob.get(run));
        if (list.isEmpty()) {
            return List.of(); // someone else deleted it
        }
        try {
            return HollowBatchEncoding.decodeRun(list.get());
        } catch (CorruptDataException e) {
            throw e.in("run " + run);
        }
    }

    /** Deletes just these blobs, whatever they list. */
    public void deleteBlobs(Collection<PartKey> keys) throws StoreException, InterruptedException {
        deleteKeys(keys.stream().map(key -> BlobKey.of(shard, key)).toList());
    }

    /** {@link #deleteBlobs} of any blobs. */
    public void deleteKeys(Collection<BlobKey> keys) throws StoreException, InterruptedException {
        Deque<Future<?>> outstanding = new ArrayDeque<>();
        List<StoreException> failures = new ArrayList<>();
        for (BlobKey key : keys) {
            if (outstanding.size() == concurrency) {
                join(outstanding.remove(), failures);
            }
            outstanding.add(
                    io.submit(
                            () -> {
                                delete(key);
                                return key;
                            }));
        }
        while (!outstanding.isEmpty()) {
            join(outstanding.remove(), failures);
        }
        if (!failures.isEmpty()) {
            StoreException first = failures.get(0);
            failures.stream().skip(1).limit(concurrency).forEach(first::addSuppressed);
            throw first;
        }
    }

    private void delete(BlobKey key) throws StoreException, InterruptedException {
        retry.call("delete " + key, () -> blob.delete(key));
    }

    private static void join(Future<?> delete, List<StoreException> failures)
            throws InterruptedException {
        try {
            delete.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof StoreException failure)) {
                throw new IllegalStateException("a blob could not be deleted", e);
            }
            failures.add(failure);
        }
    }

    /** One attempt for each blob; failures are logged. An interrupt waits until it is done. */
    public static void tryDelete(BatchStore store, Collection<PartKey> keys) {
        boolean interrupted = Thread.interrupted();
        for (PartKey key : keys) {
            try {
                store.blob().delete(store.blobKey(key));
            } catch (StoreException e) {
                LOG.warn("blob {} of an unfinished batch was not deleted", key, e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
