package io.persist.client.compaction;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.PartDeletes;
import io.persist.batch.Run;
import io.persist.batch.build.RunCompaction;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.MergeConfig;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Profile;
import io.persist.state.State;
import io.persist.state.maintenance.Compactions;
import io.persist.state.spine.MergeRequest;
import io.persist.store.StoreException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Compacts batches of one shard: merges those that a request names into new blobs and puts the
 * result in their place. Inputs are left to garbage collection. Any thread.
 *
 * @param store where the batches lie; its pool must not be the one that this runs on
 * @param batch how outputs are written
 * @param own schema of whoever compacts, for inputs that do not say theirs
 * @param fence whether this may still compact, judged by the state that would be changed
 */
public record Compactor(
        CompactionConfig config,
        BatchStore store,
        BatchConfig batch,
        BatchSchema<?, ?> own,
        Predicate<State> fence)
        implements MaintenanceTask.Compacting {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

    /** Outputs that are refused must go, whatever is set for batches that are given up. */
    public Compactor {
        batch = batch.toBuilder().deleteEnabled(true).build();
        store = store.withMetrics(store.metrics().ofMerges());
    }

    /** Those of an append's requests that are worth it, as tasks; all are counted. */
    public List<MaintenanceTask> tasks(List<MergeRequest> requests) {
        if (!config.enabled()) {
            return List.of();
        }
        List<MaintenanceTask> tasks = new ArrayList<>();
        for (MergeRequest request : requests) {
            if (config.isWorthwhile(request)) {
                config.metrics().requested();
                tasks.add(new MaintenanceTask.Compact(request, this));
            } else {
                config.metrics().skipped();
            }
        }
        return tasks;
    }

    @Override
    public void compact(Machine machine, MergeRequest request)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        CompactionResult result = run(machine, request);
        LOG.debug("compaction of {} of {}: {}", request.desc(), machine.shard(), result);
    }

    /**
     * Does what {@link #compact} does, and says what came of it. After any exception the inputs are
     * as before, or replaced if the store did not say that it had happened.
     *
     * @throws IllegalArgumentException if the request makes no sense; nothing was done
     * @throws CorruptDataException if an input does not decode, or the output's diffs do not add up
     *     to the inputs'
     * @throws IncompatibleShardException if the schema of the inputs is not known
     */
    public CompactionResult run(Machine machine, MergeRequest request)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        CompactionMetrics metrics = config.metrics();
        if (config.isDisabled()) {
            metrics.disabled();
            LOG.warn("compaction of shard {} is disabled in this process", machine.shard());
            return new CompactionResult.Disabled();
        }
        String violation = request.violation();
        if (violation != null) {
            metrics.failed();
            throw new IllegalArgumentException(
                    "shard " + machine.shard() + " cannot be compacted: " + violation);
        }
        metrics.started();
        long start = metrics.nanoTime();
        boolean complete = false;
        try {
            CompactionResult result = mergeAndApply(machine, request);
            complete = true;
            return result;
        } finally {
            if (!complete) {
                metrics.failed();
            }
            metrics.finished(metrics.nanoTime() - start);
        }
    }

    private CompactionResult mergeAndApply(Machine machine, MergeRequest request)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Deadline deadline =
                new Deadline(machine, config.timeoutMillis(request), config.yieldAfterUpdates());
        Merging merging = new Merging(request);
        boolean settled = false;
        try {
            merging.merge(machine, deadline);
            if (machine.profile() == Profile.P26) {
                deadline.pause();
            }
            // From here on, what became of the output is only known from the answer.
            settled = true;
            return apply(machine, request, merging.output());
        } catch (MissingBlobException e) {
            config.metrics().lost();
            LOG.info("compaction of shard {} lost against another: {}", machine.shard(), e.key());
            return new CompactionResult.Lost(e.key());
        } catch (Deadline.Passed e) {
            config.metrics().timedOut();
            return new CompactionResult.TimedOut(deadline.timeoutMillis());
        } finally {
            if (!settled) {
                discard(merging.output());
            }
        }
    }

    private CompactionResult apply(Machine machine, MergeRequest request, HollowBatch output)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Compactions.Outcome outcome;
        try {
            outcome = machine.applyCompaction(output, fence);
        } catch (InterruptedException e) {
            return applyInterrupted(machine, output);
        } catch (StoreException.Determinate e) {
            discard(output);
            throw e;
        }
        if (outcome == Compactions.Outcome.APPLIED) {
            config.metrics().applied();
            return new CompactionResult.Applied(output);
        }
        discard(output);
        config.metrics().notApplied(outcome);
        if (outcome == Compactions.Outcome.DIFFS_DIFFER) {
            throw new CorruptDataException(
                    "compaction of "
                            + request.desc()
                            + " of shard "
                            + machine.shard()
                            + " came to diffs of "
                            + output.diffsSum()
                            + " in all, other than what its inputs say of theirs; nothing was"
                            + " changed");
        }
        return new CompactionResult.NotApplied(outcome);
    }

    /**
     * Tries once more in spite of the interrupt, which comes when the client is closed. Whether the
     * first try was applied is not known, so the blobs must not be deleted, and without another try
     * they might be nobody's. They stay even if there is no place for them now: the first try may
     * have taken it.
     */
    private CompactionResult applyInterrupted(Machine machine, HollowBatch output)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        try {
            machine.applyCompaction(output, fence);
            config.metrics().applied();
            return new CompactionResult.Applied(output);
        } finally {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes what was certainly not applied. A failure leaks blobs, nothing more. */
    private void discard(HollowBatch output) throws InterruptedException {
        if (output.runs().isEmpty()) {
            return;
        }
        try {
            new PartDeletes(store, config.deleteConcurrency()).delete(output.parts().toList());
            config.metrics().deletedOutput();
        } catch (StoreException | CorruptDataException e) {
            LOG.warn("blobs of a refused compaction of {} stay", store.shard(), e);
        }
    }

    /** One output that is being written. */
    private final class Merging {
        private final MergeRequest request;
        private final List<Run> runs = new ArrayList<>();
        private long len;

        Merging(MergeRequest request) {
            this.request = request;
        }

        /** As far as it is written. */
        HollowBatch output() {
            return new HollowBatch(request.desc(), len, runs, Bytes.EMPTY);
        }

        void merge(Machine machine, Deadline deadline)
                throws StoreException,
                        MissingBlobException,
                        CorruptDataException,
                        IncompatibleShardException,
                        InterruptedException {
            BatchSchema<?, ?> schema =
                    new OutputSchema(own, config.mostRecentSchema()).of(request, machine.state());
            // For the part that is being built and the one that is being encoded.
            long reserved = 2L * batch.targetBytes();
            long memory = Math.max(0, batch.mergeMemoryBytes() - reserved);
            Chunks chunks = new Chunks(memory);
            List<Chunks.Chunk> cut =
                    chunks.cut(machine.profile(), request.inputs(), batch.runs().order(), store);
            for (int i = chunks.violations(); i > 0; i--) {
                config.metrics().memoryViolation();
            }
            for (Chunks.Chunk chunk : cut) {
                long spare = Math.max(0, memory - chunk.bytes());
                mergeChunk(chunk, schema, spare, deadline);
            }
        }

        private <K, V> void mergeChunk(
                Chunks.Chunk chunk, BatchSchema<K, V> schema, long spareBytes, Deadline deadline)
                throws StoreException,
                        MissingBlobException,
                        CorruptDataException,
                        InterruptedException {
            long target = Math.max(1, batch.targetBytes());
            MergeConfig merging =
                    MergeConfig.builder()
                            .filter(new Filter.Compaction(request.desc().since()))
                            .order(batch.runs().order())
                            .format(batch.drawFormat(store.random()))
                            .memoryBytes(2 * target)
                            .targetBytes(batch.targetBytes())
                            .maxUpdates(Integer.MAX_VALUE)
                            .build();
            BatchConfig writing =
                    batch.toBuilder()
                            .maxOutstandingParts((int) Math.min(1024, 1 + spareBytes / target))
                            .build();
            RunCompaction.Output merged =
                    new RunCompaction<>(store, writing, schema, request.desc())
                            .merge(chunk.runs(), merging, deadline);
            config.metrics().mergedChunk(chunk.runs().size());
            runs.addAll(merged.runs());
            len += merged.len();
        }
    }
}
