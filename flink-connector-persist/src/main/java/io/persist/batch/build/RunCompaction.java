package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.merge.MergeConfig;
import io.persist.batch.merge.MergeInput;
import io.persist.batch.merge.Pace;
import io.persist.batch.merge.RunMerge;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import java.util.List;

/**
 * Writes the runs of a compacted batch: each call merges some runs into one sorted run, in new
 * blobs. Its inputs are left as they are. One thread.
 *
 * @param desc of the batch; goes into every part
 */
public record RunCompaction<K, V>(
        BatchStore store, BatchConfig config, BatchSchema<K, V> schema, Description desc) {
    /**
     * What was written, which belongs to the caller.
     *
     * @param runs one, or none if all updates cancelled each other
     * @param len updates in them
     */
    public record Output(List<Run> runs, long len) {
        public Output {
            runs = List.copyOf(runs);
        }
    }

    /**
     * Merges {@code inputs}. After an exception, what was written is deleted, as far as that works.
     *
     * @param pace asked now and then whether to go on
     */
    public Output merge(List<MergeInput> inputs, MergeConfig merging, Pace pace)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        BatchMetrics metrics = store.metrics();
        long start = metrics.nanoTime();
        try (PartsWriter writer =
                        PartsWriter.ordered(store, config, schema, desc, merging.order());
                RunMerge<K, V> merge =
                        RunMerge.open(store, schema, inputs, merging, writer.allocator())) {
            for (Updates chunk = merge.next(pace); chunk != null; chunk = merge.next(pace)) {
                writer.write(chunk, PartsWriter.Content.INSERTS);
            }
            List<Run> runs = writer.finish();
            metrics.mergedRuns(new BatchMetrics.Merge(inputs.size(), metrics.nanoTime() - start));
            return new Output(runs, writer.len());
        }
    }
}
