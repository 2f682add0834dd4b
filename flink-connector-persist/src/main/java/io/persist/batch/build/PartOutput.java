package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.PartDeletes;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Stores the parts of one batch, and lists of its parts, in the calling thread; knows the blobs
 * until they belong to someone else. Many threads.
 */
final class PartOutput {
    private static final Logger LOG = LoggerFactory.getLogger(PartOutput.class);

    private final BatchStore store;
    private final BatchConfig config;
    private final @Nullable SchemaId schema;
    private final Description desc;
    private final boolean inlining;
    private final HollowParts hollowParts;
    private final Uploads uploads = new Uploads();

    /**
     * @param desc goes into every part
     * @param inlining whether small parts go into metadata rather than to blob
     */
    PartOutput(
            BatchStore store,
            BatchConfig config,
            BatchSchema<?, ?> schema,
            Description desc,
            boolean inlining) {
        this.store = store;
        this.config = config;
        this.schema = schema.id();
        this.desc = desc;
        this.inlining = inlining;
        this.hollowParts = new HollowParts(store, config, schema.keys());
    }

    /**
     * {@code updates} as a part that goes into metadata; null if they are none or too many for
     * that. Does not close them.
     */
    @Nullable Written inline(Updates updates, long index) {
        int count = updates.count();
        PartFormat format = HollowParts.formatOf(updates);
        if (count == 0
                || !inlining
                || PartBuffer.payloadBytes(updates) >= config.inlineThresholdBytes(format)) {
            return null;
        }
        long start = store.metrics().nanoTime();
        Bytes inline = InlineParts.encode(updates, format, desc, index);
        store.metrics().wroteInlinePart(inline.length(), store.metrics().nanoTime() - start);
        RunPart part =
                new RunPart.Inline(inline, null, null, null, Bytes.EMPTY)
                        .withSchema(schema, config.schemaField());
        return new Written(List.of(part), count, updates.diffsSum(), List.of());
    }

    /**
     * A part without updates, for a run of {@code order}. The caller closes it.
     *
     * @param like has the columns that the updates of the part will have
     */
    OpenPart open(Updates like, RunOrder order) {
        return hollowParts.open(HollowParts.formatOf(like), desc, order);
    }

    /** Writes all updates of {@code part}, at least one, to blob; does not close it. */
    Written store(OpenPart part, long index, RunOrder order)
            throws StoreException, InterruptedException {
        PartKey key = hollowParts.freshKey();
        try {
            RunPart stored =
                    hollowParts
                            .store(key, part, index, order)
                            .withSchema(schema, config.schemaField());
            return new Written(List.of(stored), part.count(), part.diffsSum(), List.of(key));
        } finally {
            own(key); // a failed upload may have stored the blob all the same
        }
    }

    /** Moves the list of parts of a long run to blob; the result is the pointer to it. */
    Written spill(Written run) throws StoreException, InterruptedException {
        if (run.parts().size() < 2) {
            return run;
        }
        RunPart first = run.parts().get(0);
        PartKey key = hollowParts.freshKey();
        RunPart many =
                new RunPart.Many(
                        key,
                        run.parts().stream().mapToLong(RunPart::encodedBytes).sum(),
                        run.parts().stream().mapToLong(PartOutput::largest).max().orElseThrow(),
                        keyLower(first),
                        structuredKeyLower(first),
                        // Peers of the older generation leave it out.
                        config.format() == PartFormat.STRUCTURED ? run.diffsSum() : null,
                        Bytes.EMPTY);
        List<PartKey> blobs = new ArrayList<>(run.blobs());
        blobs.add(key);
        try {
            Bytes list = HollowBatchEncoding.encodeRun(run.parts());
            store.set(key, list);
            store.metrics().spilledRun(list.length());
            return new Written(List.of(many), run.updates(), run.diffsSum(), blobs);
        } finally {
            own(key);
        }
    }

    private static long largest(RunPart part) {
        if (part instanceof RunPart.Many many) {
            return many.maxPartBytes();
        }
        return part instanceof RunPart.Inline inline
                ? inline.updates().length()
                : part.encodedBytes();
    }

    private static Bytes keyLower(RunPart part) {
        if (part instanceof RunPart.Many many) {
            return many.keyLower();
        }
        return part instanceof RunPart.Hollow hollow ? hollow.keyLower() : Bytes.EMPTY;
    }

    private static @Nullable Bytes structuredKeyLower(RunPart part) {
        if (part instanceof RunPart.Many many) {
            return many.structuredKeyLower();
        }
        return part instanceof RunPart.Hollow hollow ? hollow.structuredKeyLower() : null;
    }

    private void own(PartKey key) {
        if (!uploads.add(key) && config.deleteEnabled()) {
            PartDeletes.tryDelete(store, List.of(key));
        }
    }

    /** Becomes the owner of blobs that the caller owned. */
    void adopt(Written written) {
        written.blobs().forEach(this::own);
    }

    /**
     * Deletes what is not needed any more, as far as that works: a blob that stays is garbage, no
     * reason to fail.
     */
    void delete(List<PartKey> blobs) throws InterruptedException {
        if (!uploads.release(blobs) || !config.deleteEnabled()) {
            return;
        }
        try {
            // The pool's threads may all be here, so none of them may wait for another.
            new PartDeletes(store.inCallingThread(store.allocator())).deleteBlobs(blobs);
        } catch (StoreException e) {
            LOG.warn(
                    "some of {} blobs that were merged were not deleted: {}",
                    blobs.size(),
                    blobs,
                    e);
        }
    }

    /** The blobs belong to someone else from now on. */
    void handOver() {
        uploads.forget();
    }

    /** Has the blobs deleted, as far as that works, also those that are still on their way. */
    void abandon() {
        List<PartKey> owned = uploads.abandon();
        if (owned.isEmpty() || !config.deleteEnabled()) {
            return;
        }
        try {
            store.io().execute(() -> PartDeletes.tryDelete(store, owned));
        } catch (RejectedExecutionException e) {
            LOG.warn("{} blobs of an unfinished batch were not deleted: {}", owned.size(), owned);
        }
    }
}
