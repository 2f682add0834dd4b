package io.persist.client;

import io.persist.batch.CallingThread;
import io.persist.shard.MaintenanceSink;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The thread pools of a client: bounded in threads and queue, their threads named daemons. */
final class Pools implements AutoCloseable {
    private static final int QUEUED_UPLOADS = 1024;

    /** Each commit may offer some; what does not fit is called for again by a later commit. */
    private static final int QUEUED_MAINTENANCE = 20;

    private final ExecutorService io;
    private final ThreadPoolExecutor maintenance;

    /** Of its own, so that rollups and collections need not wait. */
    private final ThreadPoolExecutor compaction;

    /**
     * @param name of the client, for thread names
     */
    Pools(String name, PersistConfig config) {
        int ioThreads = config.ioThreads();
        this.io =
                ioThreads == 0
                        ? new CallingThread()
                        : pool(
                                name + "-io",
                                ioThreads,
                                QUEUED_UPLOADS,
                                new ThreadPoolExecutor.CallerRunsPolicy());
        this.maintenance =
                pool(
                        name + "-maintenance",
                        1,
                        QUEUED_MAINTENANCE,
                        new ThreadPoolExecutor.AbortPolicy());
        this.compaction =
                pool(
                        name + "-compaction",
                        config.compaction().concurrency(),
                        config.compaction().queueSize(),
                        new ThreadPoolExecutor.AbortPolicy());
    }

    ExecutorService io() {
        return io;
    }

    /** What to do with the maintenance that commits call for. What is too much is dropped. */
    MaintenanceSink maintenanceSink(PersistConfig config) {
        return config.maintenance() == PersistConfig.Maintenance.NONE
                ? MaintenanceSink.NONE
                : new BackgroundMaintenance(maintenance, compaction, config.compaction().metrics());
    }

    ThreadPoolExecutor compaction() {
        return compaction;
    }

    /** False if a store keeps a compaction although the pools are closed: it still uses memory. */
    boolean compactionEnded() {
        return compaction.isTerminated();
    }

    private static ThreadPoolExecutor pool(
            String name, int threads, int queued, RejectedExecutionHandler full) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threadFactory =
                runnable -> {
                    Thread thread = Executors.defaultThreadFactory().newThread(runnable);
                    thread.setName(name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                };
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        30,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(queued),
                        threadFactory,
                        full);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Lets no new maintenance come, and waits for what is queued and running. */
    void finishMaintenance(Duration patience) {
        maintenance.shutdown();
        compaction.shutdown();
        try {
            maintenance.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
            compaction.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets nothing new begin, interrupts maintenance, and waits shortly for what is running. */
    @Override
    public void close() {
        maintenance.shutdownNow();
        compaction.shutdownNow();
        try {
            maintenance.awaitTermination(5, TimeUnit.SECONDS);
            compaction.awaitTermination(5, TimeUnit.SECONDS);
            io.shutdown();
            if (!io.awaitTermination(5, TimeUnit.SECONDS)) {
                io.shutdownNow();
                io.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            io.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
