package io.persist.e2e.chaos;

import io.persist.client.OnRewind;
import io.persist.client.PersistClient;
import io.persist.codec.CorruptDataException;
import io.persist.e2e.cluster.Await;
import io.persist.e2e.cluster.FlinkCluster;
import io.persist.e2e.cluster.FlinkRest;
import io.persist.e2e.cluster.JvmProcess;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What an operator has at hand: the cluster, the job on it, the snapshots, and a look at the shard.
 * One thread.
 */
final class JobControl {
    static final Duration LIMIT = Duration.ofMinutes(5);

    /** How the sink begins to refuse a snapshot that the shard has left behind. */
    static final String REWIND = "Rewind: the shard is ahead of the restored snapshot";

    final ChaosJob job;
    final FlinkCluster cluster;
    final RetainedSnapshots snapshots;
    private final PersistClient client;
    private final PrintStream out;
    private final long startNanos = System.nanoTime();
    private final List<Integer> parallelisms = new ArrayList<>();
    private OnRewind onRewind = OnRewind.FAIL;
    private int generation;
    private @Nullable JobID running;

    /**
     * @param client to look at the shard
     */
    JobControl(ChaosJob job, FlinkCluster cluster, PersistClient client, PrintStream out) {
        this.job = job;
        this.cluster = cluster;
        this.client = client;
        this.out = out;
        this.snapshots = new RetainedSnapshots(job.checkpoints());
    }

    /** The job that goes on. */
    JobID running() {
        if (running == null) {
            throw new IllegalStateException("no job was submitted yet");
        }
        return running;
    }

    FlinkRest rest() {
        return cluster.rest();
    }

    /** Of the submissions so far. */
    List<Integer> parallelisms() {
        return List.copyOf(parallelisms);
    }

    int parallelism() {
        return parallelisms.get(parallelisms.size() - 1);
    }

    /** So that one TaskManager can take all tasks. */
    int maxParallelism() {
        return job.lanes() + 1;
    }

    /** Starts the job from the newest snapshot. */
    void submit(int parallelism) throws Exception {
        String snapshot = snapshots.newest();
        JobID submitted = submit(parallelism, snapshot, ChaosJob.Start.Failures.RESTART);
        goOnWith(submitted, parallelism);
    }

    private JobID submit(
            int parallelism, @Nullable String snapshot, ChaosJob.Start.Failures failures)
            throws Exception {
        JobID submitted =
                job.submit(
                        cluster.restPort(),
                        new ChaosJob.Start(parallelism, snapshot, onRewind, generation, failures));
        say(
                "  job %s at parallelism %d%s",
                submitted, parallelism, snapshot == null ? "" : " from " + snapshot);
        return submitted;
    }

    private void goOnWith(JobID submitted, int parallelism) throws IOException {
        running = submitted;
        snapshots.ofJob(submitted);
        parallelisms.add(parallelism);
    }

    /**
     * Starts the job twice from the newest snapshot, goes on with the one that is not refused, and
     * returns why the other one was.
     */
    String submitTwice() throws Exception {
        String snapshot = snapshots.newest();
        int parallelism = parallelism();
        List<JobID> both =
                List.of(
                        submit(parallelism, snapshot, ChaosJob.Start.Failures.END),
                        submit(parallelism, snapshot, ChaosJob.Start.Failures.END));
        JobID refused =
                await(
                        "one of two jobs to be refused",
                        () -> {
                            for (JobID one : both) {
                                if (rest().status(one) == JobStatus.FAILED) {
                                    return one;
                                }
                            }
                            return null;
                        });
        say("  job %s was refused", refused);
        goOnWith(both.get(both.indexOf(refused) == 0 ? 1 : 0), parallelism);
        return rest().lastFailure(refused);
    }

    /** The next submissions go on from an old snapshot, in a way that is counted as such. */
    void goBack(String savepoint, OnRewind how) {
        snapshots.startedFrom(savepoint);
        onRewind = how;
        generation++;
    }

    /** The next submissions must not find the shard ahead of them. */
    void goOn() {
        onRewind = OnRewind.FAIL;
    }

    /** Stops the job; the next submission goes on from there. */
    String stop(FlinkRest.Stop how) throws IOException, InterruptedException {
        awaitRunning();
        String savepoint = rest().stop(running(), job.savepoints(), how, LIMIT);
        await(
                "the job to end",
                () -> rest().status(running()) == JobStatus.FINISHED ? Boolean.TRUE : null);
        snapshots.startedFrom(savepoint);
        return savepoint;
    }

    /**
     * A stop of which the outcome is not known.
     *
     * @param restores of the job when it was begun
     * @param jobManager that knew of them
     */
    record StopInDoubt(long restores, JvmProcess jobManager) {}

    /** Tells the job to stop with a savepoint. */
    StopInDoubt beginStop(FlinkRest.Stop how) throws IOException, InterruptedException {
        awaitRunning();
        long restores = rest().restoredCheckpoints(running());
        rest().triggerStop(running(), job.savepoints(), how);
        return new StopInDoubt(restores, cluster.jobManager());
    }

    /** What may become of a job that was to stop. */
    private enum AfterStop {
        ENDED,
        GOES_ON,
        /** High availability has restored it from before the savepoint, which is committed. */
        REFUSED
    }

    /** Starts the job from the newest snapshot, unless it goes on by itself. */
    void goOnAfter(StopInDoubt stop) throws Exception {
        long restores = stop.jobManager == cluster.jobManager() ? stop.restores : 0;
        AfterStop after =
                await(
                        "the job to restart or to end",
                        () -> afterStop(() -> rest().restoredCheckpoints(running()) > restores));
        if (after == AfterStop.GOES_ON) {
            // Nothing of the stop is left that could complete.
            long checkpoints = rest().completedCheckpoints(running());
            after =
                    await(
                            "the job to go on or to end",
                            () ->
                                    afterStop(
                                            () ->
                                                    rest().completedCheckpoints(running())
                                                            > checkpoints));
        }
        if (after == AfterStop.GOES_ON) {
            return;
        }
        if (after == AfterStop.REFUSED) {
            say("  refused from before the savepoint, cancelled");
            rest().cancel(running());
            await("the job to end", () -> rest().isAlive(running()) ? null : Boolean.TRUE);
        }
        snapshots.startedFromNewest(job.savepoints());
        submit(parallelism());
    }

    /**
     * @param goesOn asked of a job that has not ended
     */
    private @Nullable AfterStop afterStop(Await.Question<Boolean> goesOn)
            throws IOException, InterruptedException {
        if (!rest().isAlive(running())) {
            return AfterStop.ENDED;
        }
        if (rest().lastFailure(running()).contains(REWIND)) {
            return AfterStop.REFUSED;
        }
        return Boolean.TRUE.equals(goesOn.ask()) ? AfterStop.GOES_ON : null;
    }

    /** Starts the job from a snapshot that it must be refused for; returns what it died of. */
    String submitInVain(String savepoint) throws Exception {
        JobID refused =
                job.submit(
                        cluster.restPort(),
                        new ChaosJob.Start(
                                1,
                                savepoint,
                                OnRewind.FAIL,
                                generation + 1,
                                ChaosJob.Start.Failures.END));
        say("  job %s from %s, to be refused", refused, savepoint);
        JobStatus end =
                await(
                        "the job to be refused",
                        () -> {
                            JobStatus status = rest().status(refused);
                            return status.isGloballyTerminalState() ? status : null;
                        });
        String reason = rest().lastFailure(refused);
        if (end != JobStatus.FAILED) {
            throw new IllegalStateException("job " + refused + " ended as " + end + ": " + reason);
        }
        return reason;
    }

    void awaitRunning() throws IOException, InterruptedException {
        await(
                "the job to run",
                () -> {
                    boolean runs = rest().status(running()) == JobStatus.RUNNING;
                    boolean covered = runs && rest().completedCheckpoints(running()) > 0;
                    return covered ? Boolean.TRUE : null;
                });
    }

    /** Waits until the shard has moved on so many times. */
    void awaitCommits(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Antichain before = upper();
            await("a commit", () -> before.lessThan(upper()) ? Boolean.TRUE : null);
        }
    }

    Antichain upper() throws IOException, InterruptedException {
        try {
            return client.view(ChaosJob.SHARD)
                    .map(view -> view.upper())
                    .orElse(Antichain.minimum());
        } catch (CorruptDataException | IncompatibleShardException e) {
            throw new IllegalStateException("the shard is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * @throws StuckException if there was no answer in time; it says why the job failed last
     */
    <T> T await(String what, Await.Question<T> question) throws IOException, InterruptedException {
        try {
            return Await.answer(what, LIMIT, question);
        } catch (Await.TimedOutException e) {
            String lastFailure = "";
            try {
                lastFailure = rest().lastFailure(running());
            } catch (IOException unanswered) {
                e.addSuppressed(unanswered);
            }
            throw new StuckException(lastFailure, e);
        }
    }

    /** Makes a task of a region fail, and waits until it has. */
    void failTask(int region) throws IOException, InterruptedException {
        Files.createFile(job.failure(region));
        await(
                "a task of region " + region + " to fail",
                () -> Files.exists(job.failure(region)) ? null : Boolean.TRUE);
    }

    long millis() {
        return Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
    }

    void say(String format, Object... arguments) {
        out.printf("%6.1f  ", millis() / 1e3);
        out.printf(format + "%n", arguments);
    }
}
