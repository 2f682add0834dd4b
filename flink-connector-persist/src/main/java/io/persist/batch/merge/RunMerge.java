package io.persist.batch.merge;

import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.MissingBlobException;
import io.persist.batch.columns.ChunkBuffer;
import io.persist.batch.columns.Selection;
import io.persist.codec.CorruptDataException;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Merges runs into one sequence of columnar chunks: updates in the order asked for, those of equal
 * key, value and time (as the filter shows it) added up, those that cancel left out. No key or
 * value is decoded on the way, unless row bytes or columns that are missing must be made.
 *
 * <pre>{@code
 * try (RunMerge<K, V> merge = RunMerge.open(store, schema, inputs, config, allocator)) {
 *     for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
 *         take(chunk); // and close it
 *     }
 * }
 * }</pre>
 *
 * <p>Memory, besides the chunk that is being filled: one decoded part of each run that the merge is
 * within (off-heap, and on the heap 28 bytes for each update), however small the budget; runs that
 * it has not reached, by their lower bounds, cost nothing. Each part of a run that promises no
 * order counts as a run of its own, so many of these, of the same key range or without bounds, take
 * as much as they are large, as in the original. What the budget leaves is used for fetching
 * encoded parts ahead (on the heap), first the next ones of all runs.
 *
 * <p>Lower bounds of another type are logged and ignored. A bound that turns out too high, after
 * something was handed out that it should come before, is an error; never wrong data.
 *
 * <p>One thread. The caller closes the merge, and each chunk, which may outlive it.
 */
public final class RunMerge<K, V> implements AutoCloseable {
    private final MergeKernel<K, V> kernel;
    private final ChunkBuffer chunk;
    private final Selection selection = new Selection();
    private int copied;

    /** Updates since the last pause. */
    private long unpaused;

    private RunMerge(MergeKernel<K, V> kernel, ChunkBuffer chunk) {
        this.kernel = kernel;
        this.chunk = chunk;
    }

    /**
     * Fetches nothing yet.
     *
     * @param chunks allocator of the chunks. All other off-heap memory is a child of the store's
     */
    public static <K, V> RunMerge<K, V> open(
            BatchStore store,
            BatchSchema<K, V> schema,
            List<MergeInput> inputs,
            MergeConfig config,
            BufferAllocator chunks) {
        PartForm form = PartForm.of(config.format(), config.order());
        return new RunMerge<>(
                new MergeKernel<>(
                        store,
                        schema,
                        Scope.all(config.filter()),
                        form,
                        config.memoryBytes(),
                        inputs),
                new ChunkBuffer(
                        schema.keys(),
                        schema.vals(),
                        config.format(),
                        chunks,
                        new ChunkBuffer.Limits(
                                config.targetBytes(), config.pieceBytes(), config.maxUpdates())));
    }

    /**
     * The next chunk, of at least one update, which the caller closes; null at the end. After an
     * exception the merge can only be closed.
     *
     * @throws MissingBlobException if the blob of a part or of a list of parts does not exist
     * @throws CorruptDataException if a part does not decode, contradicts the batch that lists it,
     *     or is not in the order that its run promises
     */
    public @Nullable Updates next()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        return next(Pace.UNINTERRUPTED);
    }

    /** The same at a pace of the caller's. */
    public @Nullable Updates next(Pace pace)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        while (true) {
            if (copied < selection.count()) {
                copied = chunk.append(selection, copied);
            } else if (kernel.fill(selection)) {
                copied = 0;
                unpaused += selection.count();
                if (unpaused >= pace.updates()) {
                    unpaused = 0;
                    pace.pause();
                }
            } else {
                copied = 0;
                return chunk.isEmpty() ? null : chunk.take();
            }
            if (chunk.isFull()) {
                return chunk.take();
            }
        }
    }

    /** Whether the last chunk made its part full, rather than being a piece of it. */
    public boolean endedPart() {
        return chunk.endedPart();
    }

    /** Idempotent. */
    @Override
    public void close() {
        chunk.close();
        kernel.close();
    }
}
