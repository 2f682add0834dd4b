package io.persist.e2e.chaos;

import io.persist.client.PersistClient;
import io.persist.codec.CorruptDataException;
import io.persist.e2e.cluster.Await;
import io.persist.e2e.cluster.FlinkCluster;
import io.persist.e2e.cluster.FlinkRest;
import io.persist.e2e.cluster.JobJar;
import io.persist.e2e.cluster.JvmProcess;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One job on one cluster, from its first start to the account. One thread, which drives everything;
 * the caller closes the run, and with it all processes.
 */
final class ChaosRun implements AutoCloseable {
    private static final int TASK_MANAGERS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** Commits without a fault before and after all. */
    private static final int CALM_COMMITS = 3;

    private final Settings settings;
    private final PrintStream out;
    private final long startNanos = System.nanoTime();
    private final ChaosJob job;
    private final FlinkCluster cluster;
    private final PersistClient client;
    private final List<Integer> parallelisms = new ArrayList<>();
    private final EnumMap<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final RetainedSnapshots snapshots;
    private @Nullable JobID running;

    /**
     * @param parallelism to begin with
     * @param directory for everything that the run writes
     */
    record Settings(ChaosJob.Api api, int parallelism, int rowsPerSecond, Path directory) {
        int maxParallelism() {
            return parallelism + 1;
        }
    }

    private ChaosRun(Settings settings, PrintStream out, Path jar) throws IOException {
        this.settings = settings;
        this.out = out;
        this.job =
                new ChaosJob(
                        settings.api,
                        settings.parallelism,
                        settings.rowsPerSecond,
                        settings.directory,
                        jar);
        this.snapshots = new RetainedSnapshots(job.checkpoints());
        this.client = PersistClient.open(job.location());
        // So that one TaskManager can take all tasks.
        this.cluster =
                new FlinkCluster(
                        settings.directory,
                        new FlinkCluster.Size(TASK_MANAGERS, settings.maxParallelism()));
    }

    /** Starts cluster and job, and returns when it has committed. */
    static ChaosRun start(Settings settings, PrintStream out) throws Exception {
        ChaosRun run =
                new ChaosRun(
                        settings,
                        out,
                        JobJar.with(Chaos.class, settings.directory.resolve("job.jar")));
        boolean started = false;
        try {
            run.cluster.start();
            run.say("cluster of %d TaskManagers", TASK_MANAGERS);
            run.submit(settings.parallelism);
            run.awaitCommits(CALM_COMMITS);
            started = true;
            return run;
        } finally {
            if (!started) {
                run.close();
            }
        }
    }

    /** Strikes until the time is up or the schedule ends; the last fault is waited for. */
    void disturb(Schedule schedule, Duration duration) throws Exception {
        long deadline = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Schedule.Step step = schedule.next();
            if (step == null) {
                return;
            }
            Await.pause(step.calmMillis());
            say("%s", step.fault().label());
            long before = System.nanoTime();
            strike(step);
            faults.merge(step.fault(), 1, Integer::sum);
            awaitCommits(1);
            say("  commits again after %.1f s", (System.nanoTime() - before) / 1e9);
        }
    }

    private void strike(Schedule.Step step) throws Exception {
        switch (step.fault()) {
            case KILL_TASK_MANAGER -> {
                JvmProcess victim = victim(step);
                say("  %s", victim);
                victim.kill();
                cluster.startTaskManager();
            }
            case PAUSE_TASK_MANAGER -> pauseTaskManager(step);
            case KILL_CLUSTER -> {
                cluster.killAll();
                restartCluster();
            }
            case KILL_CLUSTER_TWICE -> {
                cluster.killAll();
                restartCluster();
                Await.pause(step.choose(2000));
                cluster.killAll();
                restartCluster();
            }
            case CLUSTER_WITH_ZOMBIE -> clusterWithZombie(step);
            case SAVEPOINT -> {
                awaitRunning();
                rest().savepoint(job(), job.savepoints(), LIMIT);
            }
            case STOP_AND_RESCALE -> {
                awaitRunning();
                snapshots.startedFrom(
                        rest().stop(job(), job.savepoints(), FlinkRest.Stop.AT_ONCE, LIMIT));
                submit(otherParallelism(step));
            }
        }
    }

    /** A writer and a committer that go on while others have taken over. */
    private void pauseTaskManager(Schedule.Step step) throws Exception {
        JvmProcess victim = victim(step);
        say("  %s", victim);
        victim.pause();
        Set<String> without = others(victim);
        Await.answer(
                "tasks to leave " + victim,
                LIMIT,
                () -> {
                    Set<String> now = rest().taskManagersOf(job());
                    return !now.isEmpty() && without.containsAll(now) ? now : null;
                });
        awaitCommits(1);
        victim.resume();
        cluster.awaitTaskManagers(TASK_MANAGERS);
    }

    /** The same over a change of job and cluster: what continues belongs to a job that is dead. */
    private void clusterWithZombie(Schedule.Step step) throws Exception {
        JvmProcess zombie = victim(step);
        say("  %s", zombie);
        zombie.pause();
        cluster.killAllBut(zombie);
        restartCluster();
        awaitCommits(1);
        zombie.resume();
        awaitCommits(CALM_COMMITS);
        zombie.kill();
    }

    private JvmProcess victim(Schedule.Step step) throws Exception {
        awaitRunning();
        Map<String, JvmProcess> alive = cluster.taskManagers();
        List<String> busy =
                rest().taskManagersOf(job()).stream().filter(alive::containsKey).toList();
        List<String> from = busy.isEmpty() ? List.copyOf(alive.keySet()) : busy;
        return Objects.requireNonNull(alive.get(from.get(step.choose(from.size()))));
    }

    private Set<String> others(JvmProcess victim) {
        Map<String, JvmProcess> alive = cluster.taskManagers();
        alive.values().remove(victim);
        return Set.copyOf(alive.keySet());
    }

    private void restartCluster() throws Exception {
        cluster.start();
        submit(parallelisms.get(parallelisms.size() - 1));
    }

    private int otherParallelism(Schedule.Step step) {
        int now = parallelisms.get(parallelisms.size() - 1);
        int other = 1 + step.choose(settings.maxParallelism() - 1);
        return other < now ? other : other + 1;
    }

    private void submit(int parallelism) throws Exception {
        String snapshot = snapshots.newest();
        running = job.submit(cluster.restPort(), parallelism, snapshot);
        snapshots.ofJob(running);
        parallelisms.add(parallelism);
        say(
                "  job %s at parallelism %d%s",
                running, parallelism, snapshot == null ? "" : " from " + snapshot);
    }

    private void awaitRunning() throws IOException, InterruptedException {
        await(
                "the job to run",
                () -> {
                    boolean runs = rest().status(job()) == JobStatus.RUNNING;
                    boolean covered = runs && rest().completedCheckpoints(job()) > 0;
                    return covered ? Boolean.TRUE : null;
                });
    }

    /** Waits until the shard has moved on so many times. */
    private void awaitCommits(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Antichain before = upper();
            await("a commit", () -> before.lessThan(upper()) ? Boolean.TRUE : null);
        }
    }

    private Antichain upper() throws IOException, InterruptedException {
        try {
            return client.view(ChaosJob.SHARD)
                    .map(view -> view.upper())
                    .orElse(Antichain.minimum());
        } catch (CorruptDataException | IncompatibleShardException e) {
            throw new IllegalStateException("the shard is damaged: " + e.getMessage(), e);
        }
    }

    private <T> T await(String what, Await.Question<T> question)
            throws IOException, InterruptedException {
        try {
            return Await.answer(what, LIMIT, question);
        } catch (Await.TimedOutException e) {
            String lastFailure = "";
            try {
                lastFailure = rest().lastFailure(job());
            } catch (IOException unanswered) {
                e.addSuppressed(unanswered);
            }
            throw new StuckException(lastFailure, e);
        }
    }

    /** After some calm, drains the job and takes the account. */
    Report finish() throws Exception {
        awaitRunning();
        awaitCommits(CALM_COMMITS);
        say("stop with savepoint, drained");
        rest().stop(job(), job.savepoints(), FlinkRest.Stop.DRAIN, LIMIT);
        await(
                "the job to end",
                () -> rest().status(job()) == JobStatus.FINISHED ? Boolean.TRUE : null);
        cluster.killAll();
        return new Report(
                Duration.ofNanos(System.nanoTime() - startNanos),
                parallelisms,
                faults,
                Account.take(client, settings.parallelism),
                leaked());
    }

    /** The job has ended, so whatever was staged and not appended never will be. */
    private List<String> leaked() throws Exception {
        return client.orphans(ChaosJob.SHARD).orElseThrow().stream()
                .map(orphan -> orphan.key().text() + " (" + orphan.bytes() + " bytes)")
                .toList();
    }

    private FlinkRest rest() {
        return cluster.rest();
    }

    private JobID job() {
        if (running == null) {
            throw new IllegalStateException("no job was submitted yet");
        }
        return running;
    }

    private void say(String format, Object... arguments) {
        out.printf("%6.1f  ", (System.nanoTime() - startNanos) / 1e9);
        out.printf(format + "%n", arguments);
    }

    @Override
    public void close() {
        cluster.close();
        client.close();
    }
}
