package io.persist.client;

import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import java.util.List;

/**
 * Brings batches within the bounds of an append by writing them anew. Committing a part of which
 * readers must leave something out is legal, but the stored sum of its diffs is then wrong, which
 * peers' compaction takes for corruption.
 */
final class BatchFitting<K, V> {
    private final WriteHandle<K, V> writer;
    private final Antichain lower;
    private final Antichain upper;
    private final boolean needed;

    BatchFitting(WriteHandle<K, V> writer, List<Batch> batches, Antichain lower, Antichain upper) {
        this.writer = writer;
        this.lower = lower;
        this.upper = upper;
        // With rewritten times the bounds were checked to hold everything.
        boolean anyRewrite =
                batches.stream()
                        .flatMap(batch -> batch.hollow().parts())
                        .anyMatch(
                                part ->
                                        part instanceof RunPart.Single single
                                                && single.tsRewrite() != null);
        this.needed = !anyRewrite && batches.stream().anyMatch(this::reachesBeyond);
    }

    /** Whether any of the batches has to be written anew. */
    boolean needed() {
        return needed;
    }

    boolean fits(Batch batch) {
        return !needed || !reachesBeyond(batch);
    }

    private boolean reachesBeyond(Batch batch) {
        HollowBatch hollow = batch.hollow();
        return !hollow.runs().isEmpty()
                && (!hollow.lower().equals(lower) || !hollow.upper().equals(upper));
    }

    /**
     * The updates of {@code batch} that lie within the bounds, as a batch of its own.
     *
     * @throws MissingBlobException if a blob of the batch was deleted
     */
    Batch writeAnew(Batch batch)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        HollowBatch hollow = batch.hollow();
        Description desc =
                new Description(
                        lower.join(hollow.lower()),
                        upper.meet(hollow.upper()),
                        Antichain.minimum());
        try (BatchBuilder<K, V> builder = writer.builder(lower);
                UpdateCursor<K, V> cursor =
                        UpdateCursor.open(
                                writer.batchStore(),
                                writer.batchSchema(),
                                List.of(hollow.withDesc(desc)),
                                new Filter.Compaction(Antichain.minimum()))) {
            while (cursor.next()) {
                builder.add(cursor.key(), cursor.val(), cursor.time(), cursor.diff());
            }
            return builder.finish(upper);
        }
    }
}
