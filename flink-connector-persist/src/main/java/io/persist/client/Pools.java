package io.persist.client;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The two thread pools of a client: bounded in threads and queue, their threads named daemons. */
final class Pools implements AutoCloseable {
    private static final int QUEUED_UPLOADS = 1024;

    /** Each commit may offer some; what does not fit is called for again by a later commit. */
    private static final int QUEUED_MAINTENANCE = 20;

    private final ExecutorService io;
    private final ThreadPoolExecutor maintenance;

    /**
     * @param name of the client, for thread names
     * @param ioThreads 0 to do I/O in the thread that asks for it
     */
    Pools(String name, int ioThreads) {
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
    }

    ExecutorService io() {
        return io;
    }

    /** Rejects what exceeds its queue. */
    ThreadPoolExecutor maintenance() {
        return maintenance;
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

    /** Lets nothing new begin, interrupts maintenance, and waits shortly for what is running. */
    @Override
    public void close() {
        maintenance.shutdownNow();
        io.shutdown();
        try {
            maintenance.awaitTermination(5, TimeUnit.SECONDS);
            if (!io.awaitTermination(5, TimeUnit.SECONDS)) {
                io.shutdownNow();
                io.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            io.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Runs every task at once, in the thread that submits it. */
    private static final class CallingThread extends AbstractExecutorService {
        private volatile boolean shut; // published to whoever asks whether it ended

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {
            shut = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            shut = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return shut;
        }

        @Override
        public boolean isTerminated() {
            return shut;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return shut;
        }
    }
}
