package io.persist.client;

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

/** Runs maintenance on an executor. Nothing that goes wrong here reaches a caller. */
final class BackgroundMaintenance implements MaintenanceSink {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundMaintenance.class);

    private final Executor executor;
    private final AtomicLong failures = new AtomicLong();

    BackgroundMaintenance(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void offer(Machine machine, MaintenanceTask task) {
        try {
            executor.execute(() -> perform(machine, task));
        } catch (RejectedExecutionException e) {
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
