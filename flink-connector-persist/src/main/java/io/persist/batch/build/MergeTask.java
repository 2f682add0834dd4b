package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.columns.PartBuffer;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.store.PartKey;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.List;

/**
 * Merges neighbouring runs of a batch that is being built into one sorted run. Times stay as they
 * are; only updates of equal key, value and time are added up. The blobs of the inputs are deleted
 * once the merged run is written; until then, and if that fails, they belong to the writer as
 * before.
 */
final class MergeTask<K, V> implements Pending.Work {
    /** The order that the cursor really has, whatever the configuration prefers. */
    static final RunOrder ORDER = RunOrder.STRUCTURED;

    private final BatchStore store;
    private final BatchConfig config;
    private final BatchSchema<K, V> schema;
    private final Description desc;
    private final PartOutput output;
    private final List<Pending> inputs;

    /**
     * @param store does everything in the calling thread, with memory that outlives the merge
     * @param output owner of the inputs and of what becomes of them
     */
    MergeTask(
            BatchStore store,
            BatchConfig config,
            BatchSchema<K, V> schema,
            Description desc,
            PartOutput output,
            List<Pending> inputs) {
        this.store = store.withMetrics(store.metrics().ofMerges());
        this.config = config;
        this.schema = schema;
        this.desc = desc;
        this.output = output;
        this.inputs = inputs;
    }

    @Override
    public Written run() throws StoreException, InterruptedException {
        List<Run> runs = new ArrayList<>();
        List<PartKey> inputBlobs = new ArrayList<>();
        for (Pending input : inputs) {
            Written written = input.result();
            inputBlobs.addAll(written.blobs());
            if (!written.parts().isEmpty()) {
                runs.add(new Run(RunMeta.of(input.order(), schema.id()), written.parts()));
            }
        }
        if (runs.isEmpty()) {
            return Written.NOTHING;
        }
        BatchMetrics metrics = store.metrics();
        long start = metrics.nanoTime();
        Written merged;
        try {
            merged = merge(new HollowBatch(desc, 1, runs, Bytes.EMPTY));
        } catch (CorruptDataException | MissingBlobException e) {
            throw new StoreException.Determinate(
                    "parts of shard " + store.shard() + " could not be read back to be merged", e);
        }
        metrics.mergedRuns(
                new BatchMetrics.Merge(runs.size(), 0, 0, 0, metrics.nanoTime() - start));
        output.delete(inputBlobs);
        return merged;
    }

    private Written merge(HollowBatch batch)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        try (PartsWriter writer = PartsWriter.ordered(store, config, schema, desc, ORDER);
                UpdateCursor<K, V> cursor =
                        UpdateCursor.open(
                                store,
                                schema,
                                List.of(batch),
                                new Filter.Compaction(Antichain.minimum()))) {
            boolean more = cursor.next();
            while (more) {
                more = writePart(cursor, writer);
            }
            Written merged = writer.finishRun();
            output.adopt(merged);
            writer.handOver();
            return merged;
        }
    }

    /** Writes the update that the cursor is at and those that fit in a part with it. */
    private boolean writePart(UpdateCursor<K, V> cursor, PartsWriter writer)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        try (PartBuffer<K, V> buffer =
                new PartBuffer<>(
                        schema.keys(),
                        schema.vals(),
                        config.drawFormat(store.random()),
                        writer.allocator())) {
            boolean more = true;
            do {
                buffer.add(cursor.key(), cursor.val(), cursor.time(), cursor.diff());
                more = cursor.next();
            } while (more && buffer.bytes() < config.targetBytes());
            writer.write(buffer.takeUpdates(), PartsWriter.Content.INSERTS);
            return more;
        }
    }

    @Override
    public void discard() {
        // nothing was taken
    }
}
