package io.persist.client;

import io.persist.client.compaction.CompactionMetrics;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceSink;
import io.persist.shard.MaintenanceTask;
import io.persist.store.StoreException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/** Runs maintenance on executors. Nothing that goes wrong here reaches a caller. */
final class BackgroundMaintenance implements MaintenanceSink {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundMaintenance.class);

    private final Executor executor;
    private final Executor compaction;
    private final CompactionMetrics metrics;
    private final AtomicLong failures = new AtomicLong();

    /**
     * @param executor of everything but compaction
     * @param compaction may take long; rejects what is too much
     */
    BackgroundMaintenance(Executor executor, Executor compaction, CompactionMetrics metrics) {
        this.executor = executor;
        this.compaction = compaction;
        this.metrics = metrics;
    }

    @Override
    public void offer(Machine machine, MaintenanceTask task) {
        boolean compact = task instanceof MaintenanceTask.Compact;
        long offered = metrics.nanoTime();
        try {
            if (compact) {
                compaction.execute(
                        () -> {
                            metrics.queued(metrics.nanoTime() - offered);
                            perform(machine, task);
                        });
            } else {
                executor.execute(() -> perform(machine, task));
            }
        } catch (RejectedExecutionException e) {
            if (compact) {
                metrics.dropped();
            }
            LOG.debug("maintenance of shard {} dropped: {}", machine.shard(), e.toString());
        }
    }

    private void perform(Machine machine, MaintenanceTask task) {
        try {
            machine.perform(task);
        } catch (StoreException | CorruptDataException | IncompatibleShardException e) {
            failures.incrementAndGet();
            LOG.warn("maintenance of shard {} failed", machine.shard(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tasks that failed; each was logged. */
    long failures() {
        return failures.get();
    }
}
