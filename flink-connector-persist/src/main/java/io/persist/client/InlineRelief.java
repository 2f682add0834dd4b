package io.persist.client;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/**
 * Moves inline parts to blob, for a shard whose state has no room for them: all those of an append
 * together, or each batch its own. One thread; used for one append.
 */
final class InlineRelief<K, V> {
    private final WriteHandle<K, V> writer;
    private final BatchStore store;

    InlineRelief(WriteHandle<K, V> writer, BatchMetrics metrics) {
        this.writer = writer;
        this.store = writer.batchStore().withMetrics(metrics);
    }

    /**
     * A batch of the updates of all inline parts, as the append will show them, in blobs. The
     * inputs stay as they are, so that they can be appended elsewhere if this append fails.
     *
     * @param desc of the append
     */
    Batch combine(List<Batch> batches, Description desc)
            throws StoreException, CorruptDataException, InterruptedException {
        List<HollowBatch> inline = new ArrayList<>();
        for (Batch batch : batches) {
            HollowBatch only = only(batch.hollow(), part -> part instanceof RunPart.Inline);
            if (!only.runs().isEmpty()) {
                inline.add(only.withDesc(desc));
            }
        }
        BatchConfig toBlob = writer.batchConfig().toBuilder().inlineSingleMaxBytes(0).build();
        try (BatchBuilder<K, V> builder =
                        new BatchBuilder<>(store, toBlob, writer.batchSchema(), desc.lower());
                UpdateCursor<K, V> cursor =
                        UpdateCursor.open(
                                store,
                                writer.batchSchema(),
                                inline,
                                new Filter.Compaction(desc.since()))) {
            while (cursor.next()) {
                builder.add(cursor.key(), cursor.val(), cursor.time(), cursor.diff());
            }
            return builder.finish(desc.upper());
        } catch (MissingBlobException e) {
            throw new AssertionError("inline parts have no blobs", e);
        }
    }

    /**
     * What is appended once {@code combined} stands for the inline parts. Together they count as
     * many updates as the batches did, whatever has cancelled.
     */
    static List<HollowBatch> replaced(List<HollowBatch> batches, HollowBatch combined) {
        List<HollowBatch> replaced = new ArrayList<>();
        for (HollowBatch batch : batches) {
            replaced.add(only(batch, part -> !(part instanceof RunPart.Inline)));
        }
        replaced.add(new HollowBatch(combined.desc(), 0, combined.runs(), combined.unknown()));
        boolean nothing = replaced.stream().allMatch(batch -> batch.runs().isEmpty());
        return nothing ? List.of() : replaced;
    }

    private static HollowBatch only(HollowBatch batch, Predicate<RunPart> wanted) {
        List<Run> runs = new ArrayList<>();
        for (Run run : batch.runs()) {
            List<RunPart> parts = run.parts().stream().filter(wanted).toList();
            if (!parts.isEmpty()) {
                runs.add(new Run(run.meta(), parts));
            }
        }
        return new HollowBatch(batch.desc(), batch.len(), runs, batch.unknown());
    }

    /**
     * Moves the inline parts of each batch to blobs of its own, many batches at once. After a
     * failure some batches are changed and the others are not; all can be appended or deleted.
     */
    void flushEach(List<Batch> batches)
            throws StoreException, CorruptDataException, InterruptedException {
        List<Future<?>> flushes = new ArrayList<>();
        try {
            for (Batch batch : batches) {
                flushes.add(
                        store.io()
                                .submit(
                                        () -> {
                                            batch.flushToBlob(store.metrics());
                                            return batch;
                                        }));
            }
            for (Future<?> flush : flushes) {
                flush.get();
            }
        } catch (ExecutionException e) {
            awaitAll(flushes, e);
            Throwable cause = e.getCause();
            if (cause instanceof StoreException failure) {
                throw failure;
            }
            if (cause instanceof CorruptDataException corrupt) {
                throw corrupt;
            }
            throw new IllegalStateException("inline parts could not be moved to blob", e);
        } catch (InterruptedException e) {
            flushes.forEach(flush -> flush.cancel(true));
            throw e;
        }
    }

    /** No batch may be touched by another thread once this returns. The first failure is told. */
    private static void awaitAll(List<Future<?>> flushes, ExecutionException first)
            throws InterruptedException {
        for (Future<?> flush : flushes) {
            try {
                flush.get();
            } catch (ExecutionException e) {
                if (e.getCause() != first.getCause()) {
                    first.addSuppressed(e);
                }
            }
        }
    }
}
