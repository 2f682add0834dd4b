package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.merge.MergeConfig;
import io.persist.batch.merge.MergeInput;
import io.persist.batch.merge.RunMerge;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.part.Updates;
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
        List<MergeInput> runs = new ArrayList<>();
        List<PartKey> inputBlobs = new ArrayList<>();
        for (Pending input : inputs) {
            Written written = input.result();
            inputBlobs.addAll(written.blobs());
            if (!written.parts().isEmpty()) {
                RunMeta meta = RunMeta.of(input.order(), schema.id());
                runs.add(new MergeInput(desc, new Run(meta, written.parts())));
            }
        }
        if (runs.isEmpty()) {
            return Written.NOTHING;
        }
        Written merged;
        try {
            merged = merge(runs);
        } catch (CorruptDataException | MissingBlobException e) {
            throw new StoreException.Determinate(
                    "parts of shard " + store.shard() + " could not be read back to be merged", e);
        }
        output.delete(inputBlobs);
        return merged;
    }

    private Written merge(List<MergeInput> runs)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        MergeConfig merging =
                MergeConfig.builder()
                        .order(config.runs().order())
                        .format(config.drawFormat(store.random()))
                        .memoryBytes(config.mergeMemoryBytes())
                        .targetBytes(config.targetBytes())
                        .pieceBytes(config.pieceBytes())
                        .maxUpdates(Integer.MAX_VALUE)
                        .build();
        BatchMetrics metrics = store.metrics();
        long start = metrics.nanoTime();
        try (PartsWriter writer =
                        PartsWriter.ordered(store, config, schema, desc, merging.order());
                RunMerge<K, V> merge =
                        RunMerge.open(store, schema, runs, merging, writer.allocator())) {
            for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
                if (merge.endedPart()) {
                    writer.write(chunk, PartsWriter.Content.INSERTS);
                } else {
                    writer.append(chunk, PartsWriter.Content.INSERTS);
                }
            }
            Written merged = writer.finishRun();
            output.adopt(merged);
            writer.handOver();
            metrics.mergedRuns(new BatchMetrics.Merge(runs.size(), metrics.nanoTime() - start));
            return merged;
        }
    }

    @Override
    public void discard() {
        // nothing was taken
    }
}
