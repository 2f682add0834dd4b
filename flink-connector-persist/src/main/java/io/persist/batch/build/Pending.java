package io.persist.batch.build;

import io.persist.batch.RunOrder;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A piece of a run that is being written: a task that begins once those it builds on have
 * succeeded. No task ever waits for another, so any pool will do, even one of a single thread. The
 * thread that owns it waits, observes and abandons; the rest happens on the pool.
 */
final class Pending {
    private static final long LOOK_AFTER_POOL_MILLIS = 100;

    private final RunOrder order;
    private final ExecutorService pool;
    private final FailureSink failures;
    private final AtomicReference<@Nullable Work> work;
    private final FutureTask<Written> task = new Task();
    private final AtomicInteger missingInputs = new AtomicInteger(1);
    private final Object lock = new Object();
    private final List<Pending> dependents = new ArrayList<>();
    private volatile boolean succeeded; // publishes to whoever depends on it
    private boolean ended; // guarded by lock
    private boolean observed;

    /** What is to be done. Exactly one of the methods is called, once. */
    interface Work {
        Written run() throws StoreException, InterruptedException;

        /** Releases what {@link #run} would have used. */
        void discard();
    }

    /** Is told why a task failed, before anyone can see that it did. */
    interface FailureSink {
        void failed(Throwable cause);
    }

    /**
     * @param order that the piece will have
     */
    Pending(RunOrder order, Work work, ExecutorService pool, FailureSink failures) {
        this.order = order;
        this.work = new AtomicReference<>(work);
        this.pool = pool;
        this.failures = failures;
    }

    RunOrder order() {
        return order;
    }

    /** Sends the task off, now or as soon as {@code inputs} have succeeded. */
    void start(List<Pending> inputs) {
        missingInputs.addAndGet(inputs.size());
        inputs.forEach(input -> input.tell(this));
        inputSucceeded();
    }

    private void tell(Pending dependent) {
        synchronized (lock) {
            if (!ended) {
                dependents.add(dependent);
                return;
            }
        }
        inform(dependent);
    }

    private void inform(Pending dependent) {
        if (succeeded && !task.isCancelled()) {
            dependent.inputSucceeded();
        } else {
            dependent.abandon();
        }
    }

    private void inputSucceeded() {
        if (missingInputs.decrementAndGet() > 0) {
            return;
        }
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            fail(e);
        }
    }

    private void fail(@Nullable Throwable cause) {
        Work unused = work.getAndSet(null);
        if (unused != null) {
            failures.failed(
                    new IllegalStateException(
                            pool.isShutdown()
                                    ? "pool for uploads was shut down before the builder"
                                    : "pool for uploads refused a part",
                            cause));
            unused.discard();
            task.cancel(false);
        }
    }

    /** Whether it succeeded, failed or was given up. */
    boolean isDone() {
        return task.isDone();
    }

    /** Whether {@link #await} has returned before: what back-pressure goes by. */
    boolean observed() {
        return observed;
    }

    /**
     * Waits for the result.
     *
     * @throws ExecutionException if there will be none; the sink knows why
     */
    Written await() throws ExecutionException, InterruptedException {
        Written result = null;
        while (result == null) {
            try {
                result = task.get(LOOK_AFTER_POOL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (pool.isShutdown()) {
                    fail(e); // a pool may drop tasks then without a word
                }
            } catch (CancellationException e) {
                throw new ExecutionException(e);
            }
        }
        observed = true;
        return result;
    }

    /** The result of a task that has succeeded, for those that build on it. */
    Written result() {
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("input has not succeeded", e);
        }
    }

    /** Gives up; does not wait for what is running. */
    void abandon() {
        task.cancel(true);
        Work unused = work.getAndSet(null);
        if (unused != null) {
            unused.discard();
        }
    }

    private Written runWork() throws StoreException, InterruptedException {
        Work claimed = work.getAndSet(null);
        if (claimed == null) {
            throw new InterruptedException("given up before it began");
        }
        try {
            Written result = claimed.run();
            succeeded = true;
            return result;
        } catch (StoreException | InterruptedException | RuntimeException | Error e) {
            failures.failed(e);
            throw e;
        }
    }

    private void end() {
        List<Pending> waiting;
        synchronized (lock) {
            ended = true;
            waiting = List.copyOf(dependents);
            dependents.clear();
        }
        waiting.forEach(this::inform);
    }

    private final class Task extends FutureTask<Written> {
        Task() {
            super(Pending.this::runWork);
        }

        @Override
        protected void done() {
            end();
        }
    }
}
