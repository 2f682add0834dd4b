package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchStore;
import io.persist.batch.PartDeletes;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.columns.Consolidation;
import io.persist.batch.columns.PartBuffer;
import io.persist.codec.Bytes;
import io.persist.codec.SchemaId;
import io.persist.frontier.Description;
import io.persist.part.InlineParts;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.store.PartKey;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Turns the parts of one batch into runs: each part is consolidated if needed, encoded and uploaded
 * by a task of its own, a bounded number of them at a time, and becomes a run of its own that
 * promises no order. Used by one thread; the tasks are hidden inside.
 */
final class PartsWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PartsWriter.class);

    private final BatchStore store;
    private final BatchConfig config;
    private final @Nullable SchemaId schema;
    private final Description desc;
    private final BuilderMemory memory;
    private final HollowParts hollowParts;
    private final Deque<Pending> outstanding = new ArrayDeque<>();
    private final List<Run> runs = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Uploads uploads = new Uploads();
    private long len;
    private long nextIndex;
    private boolean closed;

    /**
     * @param desc goes into every part
     * @param memory of the updates that are handed over; retained for each of them
     */
    PartsWriter(
            BatchStore store,
            BatchConfig config,
            @Nullable SchemaId schema,
            Description desc,
            BuilderMemory memory) {
        this.store = store;
        this.config = config;
        this.schema = schema;
        this.desc = desc;
        this.memory = memory;
        this.hollowParts = new HollowParts(store, config);
    }

    /** What became of a part. */
    private record Written(RunPart.Single part, int updates) {}

    /** Whether updates of a part may cancel each other. */
    enum Content {
        INSERTS,
        RETRACTIONS
    }

    /**
     * Takes {@code updates} over and sends them off; waits while too many parts are on their way.
     *
     * @throws StoreException if this or an earlier part could not be stored
     */
    void write(Updates updates, Content content) throws StoreException, InterruptedException {
        Pending pending = new Pending(updates, content, nextIndex++);
        try {
            pending.future = store.io().submit(pending::run);
        } catch (RejectedExecutionException e) {
            pending.abandon();
            throw new IllegalStateException("pool for uploads was shut down before the builder", e);
        }
        outstanding.add(pending);
        while (outstanding.size() > config.maxOutstandingParts()) {
            join();
        }
    }

    /** Fails if a part on its way has failed; does not wait. */
    void throwFailure() throws StoreException {
        Throwable cause = failure.get();
        if (cause instanceof StoreException storeFailure) {
            throw storeFailure;
        }
        if (cause != null) {
            throw new IllegalStateException("a part of the batch could not be written", cause);
        }
    }

    /** Waits for all parts. */
    void finish() throws StoreException, InterruptedException {
        while (!outstanding.isEmpty()) {
            join();
        }
    }

    /** The runs, oldest first, once finished. */
    List<Run> runs() {
        return runs;
    }

    /** Updates stored in the runs. */
    long len() {
        return len;
    }

    /** The blobs belong to someone else from now on: {@link #close} leaves them alone. */
    void handOver() {
        uploads.forget();
    }

    private void join() throws StoreException, InterruptedException {
        Pending oldest = outstanding.element();
        Written written;
        try {
            written = oldest.future().get();
        } catch (ExecutionException e) {
            throwFailure();
            throw new IllegalStateException("a part of the batch could not be written", e);
        }
        outstanding.remove();
        if (written != null) {
            runs.add(
                    new Run(
                            RunMeta.of(RunOrder.UNORDERED, schema),
                            List.of(written.part().withSchema(schema))));
            len += written.updates();
        }
    }

    /**
     * Gives up parts on their way, without waiting for them, and has the blobs of the others
     * deleted, as far as that works.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<PartKey> stored = uploads.abandon();
        outstanding.forEach(Pending::abandon);
        if (stored.isEmpty() || !config.deleteEnabled()) {
            return;
        }
        try {
            store.io().execute(() -> PartDeletes.tryDelete(store, stored));
        } catch (RejectedExecutionException e) {
            LOG.warn("{} blobs of an unfinished batch were not deleted: {}", stored.size(), stored);
        }
    }

    /**
     * A part on its way. Its updates are closed by the task, or by whoever keeps it from running.
     */
    private final class Pending {
        private final Updates updates;
        private final Content content;
        private final long index;
        private final AtomicBoolean claimed = new AtomicBoolean();
        private @Nullable Future<@Nullable Written> future;

        Pending(Updates updates, Content content, long index) {
            this.updates = updates;
            this.content = content;
            this.index = index;
            memory.retain();
        }

        Future<@Nullable Written> future() {
            if (future == null) {
                throw new IllegalStateException("part was not submitted");
            }
            return future;
        }

        void abandon() {
            if (future != null) {
                future.cancel(true);
            }
            if (claimed.compareAndSet(false, true)) {
                updates.close();
                memory.release();
            }
        }

        @Nullable Written run() throws StoreException, InterruptedException {
            if (!claimed.compareAndSet(false, true)) {
                return null;
            }
            try {
                Updates ready = updates;
                if (content == Content.RETRACTIONS) {
                    ready = Consolidation.consolidate(updates, memory.allocator());
                }
                try (Updates toStore = ready) {
                    return store(toStore);
                }
            } catch (StoreException | InterruptedException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
                throw e;
            } finally {
                memory.release();
            }
        }

        private @Nullable Written store(Updates ready) throws StoreException, InterruptedException {
            int count = ready.count();
            if (count == 0) {
                return null;
            }
            PartFormat format = HollowParts.formatOf(ready);
            if (PartBuffer.payloadBytes(ready) < config.inlineThresholdBytes(format)) {
                Bytes inline = InlineParts.encode(ready, format, desc, index);
                return new Written(
                        new RunPart.Inline(inline, null, null, null, Bytes.EMPTY), count);
            }
            PartKey key = hollowParts.freshKey();
            try {
                return new Written(hollowParts.write(key, ready, desc, index), count);
            } finally {
                // A failed upload may have stored the blob all the same.
                if (!uploads.add(key) && config.deleteEnabled()) {
                    Thread.interrupted(); // the interrupt was our own, by close()
                    PartDeletes.tryDelete(store, List.of(key));
                }
            }
        }
    }

    /** Blobs that this writer may have stored and still owns. */
    private static final class Uploads {
        private final List<PartKey> keys = new ArrayList<>();
        private boolean abandoned;

        /** Returns whether someone will care for the blob; if not, the caller must. */
        synchronized boolean add(PartKey key) {
            if (!abandoned) {
                keys.add(key);
            }
            return !abandoned;
        }

        synchronized void forget() {
            keys.clear();
        }

        synchronized List<PartKey> abandon() {
            abandoned = true;
            List<PartKey> owned = List.copyOf(keys);
            keys.clear();
            return owned;
        }
    }
}
