package io.persist.e2e.chaos;

import io.persist.client.OnRewind;
import io.persist.e2e.cluster.Await;
import io.persist.e2e.cluster.FlinkCluster;
import io.persist.e2e.cluster.FlinkRest;
import io.persist.e2e.cluster.JvmProcess;
import io.persist.frontier.Antichain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Does to a job what a {@link Fault} says. */
final class Strikes {
    static final int TASK_MANAGERS = 2;

    /** Commits without a fault that show that all is well. */
    static final int CALM_COMMITS = 3;

    /** Past the time after which Flink gives up a process that does not answer. */
    private static final int SILENCE_MILLIS = 5500;

    /** What a job is told that is not the only one of its sink. */
    private static final Pattern TAKEN_OVER =
            Pattern.compile("ChainRefusedException: (Rewind|Fenced|UnknownEpoch): ");

    private final JobControl control;
    private final FlinkCluster.Recovery recovery;

    Strikes(JobControl control, FlinkCluster.Recovery recovery) {
        this.control = control;
        this.recovery = recovery;
    }

    void strike(Schedule.Step step) throws Exception {
        switch (step.fault()) {
            case KILL_TASK_MANAGER -> killTaskManager(step);
            case PAUSE_TASK_MANAGER -> pauseTaskManager(step);
            case KILL_JOB_MANAGER -> killJobManager();
            case PAUSE_JOB_MANAGER -> pauseJobManager(step);
            case DEPOSE_JOB_MANAGER -> deposeJobManager();
            case REVIVE_CLUSTER -> reviveCluster();
            case PAUSE_CLUSTER -> pauseCluster(step);
            case KILL_CLUSTER -> killCluster();
            case KILL_CLUSTER_TWICE -> {
                killCluster();
                Await.pause(step.choose(2000));
                killCluster();
            }
            case CLUSTER_WITH_ZOMBIE -> clusterWithZombie(step);
            case KILL_AT_CHECKPOINT -> killAtCheckpoint(step);
            case KILL_IN_SAVEPOINT -> killInSavepoint(step);
            case KILL_IN_STOP -> killInStop(step);
            case STORES_AWAY -> storesAway(step);
            case TWO_STARTS -> twoStarts();
            case FAIL_REGION -> failRegion(step.choose(control.job.regions()));
            case SAVEPOINT -> savepoint();
            case STOP_AND_RESCALE -> {
                control.stop(FlinkRest.Stop.AT_ONCE);
                control.submit(otherParallelism(step));
            }
            case SECOND_JOB -> secondJob();
            case REWIND_APPEND, REWIND_COMPENSATE -> rewind(step.fault());
        }
    }

    private void killCluster() throws Exception {
        control.cluster.killAll();
        restartCluster();
    }

    private void killInSavepoint(Schedule.Step step) throws Exception {
        control.awaitRunning();
        control.rest().triggerSavepoint(control.running(), control.job.savepoints());
        Await.pause(step.choose(200));
        killTaskManager(step);
    }

    private void secondJob() throws Exception {
        String savepoint = savepoint();
        // Its own commit, and more.
        control.awaitCommits(CALM_COMMITS * control.job.regions());
        requireRewind(control.submitInVain(savepoint));
    }

    private void killTaskManager(Schedule.Step step) throws Exception {
        JvmProcess victim = victim(step);
        control.say("  %s", victim);
        victim.kill();
        control.cluster.startTaskManager();
    }

    /** A writer and a committer that go on while others have taken over. */
    private void pauseTaskManager(Schedule.Step step) throws Exception {
        JvmProcess victim = victim(step);
        control.say("  %s", victim);
        victim.pause();
        Set<String> without = others(victim);
        Await.answer(
                "tasks to leave " + victim,
                JobControl.LIMIT,
                () -> {
                    Set<String> now = control.rest().taskManagersOf(control.running());
                    return !now.isEmpty() && without.containsAll(now) ? now : null;
                });
        control.awaitCommits(1);
        victim.resume();
        control.cluster.awaitTaskManagers(TASK_MANAGERS);
    }

    /**
     * The tasks do not know yet, and go on for a moment while a new job takes over; or the same one
     * if the next JobManager knows it.
     */
    private void killJobManager() throws Exception {
        control.awaitRunning();
        control.cluster.replaceJobManager();
        if (recovery == FlinkCluster.Recovery.NONE) {
            control.submit(control.parallelism());
        } else {
            control.awaitRunning();
        }
    }

    private void pauseJobManager(Schedule.Step step) throws Exception {
        control.awaitRunning();
        JvmProcess jobManager = control.cluster.jobManager();
        jobManager.pause();
        Await.pause(SILENCE_MILLIS + step.choose(2000));
        jobManager.resume();
        control.cluster.awaitTaskManagers(TASK_MANAGERS);
    }

    /** Two JobManagers, of which the first does not know yet that the job is not its own. */
    private void deposeJobManager() throws Exception {
        control.awaitRunning();
        control.cluster.jobManager().pause();
        JvmProcess deposed = control.cluster.startNextJobManager();
        control.awaitRunning();
        control.awaitCommits(1);
        deposed.resume();
        control.awaitCommits(CALM_COMMITS);
        control.cluster.remove(deposed);
    }

    /** Nobody submits the job again: it is found where high availability has left it. */
    private void reviveCluster() throws Exception {
        control.awaitRunning();
        control.cluster.killAll();
        control.cluster.startAgain();
        control.awaitRunning();
    }

    /** As when the machine sleeps: all find each other silent, and themselves late. */
    private void pauseCluster(Schedule.Step step) throws Exception {
        control.awaitRunning();
        standStill(() -> Await.pause(SILENCE_MILLIS + step.choose(2000)));
        control.cluster.awaitTaskManagers(TASK_MANAGERS);
    }

    private interface Meanwhile {
        void happens() throws IOException, InterruptedException;
    }

    private void standStill(Meanwhile meanwhile) throws IOException, InterruptedException {
        List<JvmProcess> all = new ArrayList<>(control.cluster.taskManagers().values());
        all.add(control.cluster.jobManager());
        for (JvmProcess process : all) {
            process.pause();
        }
        meanwhile.happens();
        for (JvmProcess process : all) {
            process.resume();
        }
    }

    /**
     * Nobody can tell whether the savepoint is complete, and its commit made, but from what is
     * there: the newest snapshot goes on in any case.
     */
    private void killInStop(Schedule.Step step) throws Exception {
        control.awaitRunning();
        JvmProcess victim = victim(step);
        FlinkRest.Stop how = step.choose(3) == 0 ? FlinkRest.Stop.AT_ONCE : FlinkRest.Stop.DRAIN;
        control.say("  %s", how);
        JobControl.StopInDoubt stop = control.beginStop(how);
        Await.pause(step.choose(500));
        try {
            killInStop(step.choose(4), victim);
        } catch (FlinkCluster.JobManagerEndedException e) {
            // Flink 2.3.0 cannot recover if a job's result was stored, and not yet that of its
            // application: `Dispatcher.onStart` fails each time. No cluster with that id comes up.
            control.say("  %s ended by itself", control.cluster.jobManager());
            control.cluster.killAll();
            control.cluster.start();
        }
        control.goOnAfter(stop);
    }

    private void killInStop(int choice, JvmProcess taskManager)
            throws IOException, InterruptedException {
        switch (choice) {
            case 0 -> {
                control.say("  the cluster");
                control.cluster.killAll();
                control.cluster.startAgain();
            }
            case 1 -> {
                control.say("  %s", taskManager);
                taskManager.kill();
                control.cluster.startTaskManager();
            }
            default -> {
                control.say("  the JobManager");
                control.cluster.replaceJobManager();
            }
        }
    }

    /** Whoever reaches for a blob or a commit finds neither file nor folder. */
    private void storesAway(Schedule.Step step) throws Exception {
        control.awaitRunning();
        Path stores = control.job.stores();
        Path missing = step.choose(2) == 0 ? stores : stores.resolve("blob");
        control.say("  %s", missing.getFileName());
        Path elsewhere = missing.resolveSibling(missing.getFileName() + "-away");
        // Nobody must find nothing at all, and take it for new.
        standStill(
                () -> {
                    Files.move(missing, elsewhere);
                    Files.createFile(missing);
                });
        Await.pause(SILENCE_MILLIS + step.choose(10_000));
        standStill(
                () -> {
                    Files.delete(missing);
                    Files.move(elsewhere, missing);
                });
    }

    /** The first to commit goes on; the other one must find that out. */
    private void twoStarts() throws Exception {
        control.awaitRunning();
        control.cluster.killAll();
        control.cluster.start();
        String refusal = control.submitTwice();
        if (!TAKEN_OVER.matcher(refusal).find()) {
            throw new IllegalStateException(
                    "one of two jobs from one checkpoint died of something else: " + refusal);
        }
        control.awaitCommits(CALM_COMMITS);
        control.stop(FlinkRest.Stop.AT_ONCE);
        control.submit(control.parallelism());
    }

    /** A zombie over a change of job and cluster: what continues belongs to a job that is dead. */
    private void clusterWithZombie(Schedule.Step step) throws Exception {
        JvmProcess zombie = victim(step);
        control.say("  %s", zombie);
        zombie.pause();
        control.cluster.killAllBut(zombie);
        restartCluster();
        control.awaitCommits(1);
        zombie.resume();
        control.awaitCommits(CALM_COMMITS);
        zombie.kill();
    }

    /** Between the end of a checkpoint and its commit, or about there. */
    private void killAtCheckpoint(Schedule.Step step) throws Exception {
        control.awaitRunning();
        control.snapshots.awaitNext(JobControl.LIMIT);
        if (step.choose(2) == 0) {
            control.say("  the cluster");
            killCluster();
            return;
        }
        control.say("  all TaskManagers");
        control.cluster.killTaskManagers();
        for (int i = 0; i < TASK_MANAGERS; i++) {
            control.cluster.startTaskManager();
        }
    }

    private void failRegion(int region) throws Exception {
        control.awaitRunning();
        Map<String, Integer> before = control.rest().attempts(control.running());
        control.say("  region %d", region);
        control.failTask(region);
        control.await(
                "region " + region + " to restart",
                () ->
                        attempts(control.rest().attempts(control.running()), region)
                                        > attempts(before, region)
                                ? Boolean.TRUE
                                : null);
        control.awaitRunning();
        Map<String, Integer> after = control.rest().attempts(control.running());
        for (int other = 0; other < control.job.regions(); other++) {
            if (other != region && attempts(after, other) != attempts(before, other)) {
                throw new IllegalStateException(
                        "a failure in region "
                                + region
                                + " restarted region "
                                + other
                                + ": "
                                + before
                                + ", then "
                                + after);
            }
        }
    }

    private static int attempts(Map<String, Integer> attempts, int region) {
        return attempts.entrySet().stream()
                .filter(vertex -> vertex.getKey().contains(ChaosJob.changesOf(region)))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    private String savepoint() throws IOException, InterruptedException {
        control.awaitRunning();
        return control.rest()
                .savepoint(control.running(), control.job.savepoints(), JobControl.LIMIT);
    }

    /**
     * The job is made to go on from a savepoint although it has committed more since. The lanes end
     * once before, so that the shard says itself how far it had come.
     */
    private void rewind(Fault fault) throws Exception {
        String savepoint = control.stop(FlinkRest.Stop.AT_ONCE);
        Antichain kept = control.upper();
        control.submit(control.parallelism());
        control.awaitCommits(CALM_COMMITS);
        control.stop(FlinkRest.Stop.DRAIN);

        Antichain before = control.upper();
        requireRewind(control.submitInVain(savepoint));
        if (!control.upper().equals(before)) {
            throw new IllegalStateException(
                    "a start that was refused moved the shard from "
                            + before
                            + " to "
                            + control.upper());
        }

        control.goBack(
                savepoint,
                fault == Fault.REWIND_COMPENSATE
                        ? new OnRewind.Compensate(kept.element() - 1)
                        : OnRewind.APPEND);
        control.submit(control.parallelism());
        control.awaitCommits(CALM_COMMITS);
        control.stop(FlinkRest.Stop.AT_ONCE);
        control.goOn();
        control.submit(control.parallelism());
    }

    private static void requireRewind(String reason) {
        if (!reason.contains(JobControl.REWIND)) {
            throw new IllegalStateException(
                    "a start from a snapshot that the shard is ahead of died of something else: "
                            + reason);
        }
    }

    private JvmProcess victim(Schedule.Step step) throws Exception {
        control.awaitRunning();
        Map<String, JvmProcess> alive = control.cluster.taskManagers();
        List<String> busy =
                control.rest().taskManagersOf(control.running()).stream()
                        .filter(alive::containsKey)
                        .toList();
        List<String> from = busy.isEmpty() ? List.copyOf(alive.keySet()) : busy;
        return Objects.requireNonNull(alive.get(from.get(step.choose(from.size()))));
    }

    private Set<String> others(JvmProcess victim) {
        Map<String, JvmProcess> alive = control.cluster.taskManagers();
        alive.values().remove(victim);
        return Set.copyOf(alive.keySet());
    }

    private void restartCluster() throws Exception {
        control.cluster.start();
        control.submit(control.parallelism());
    }

    private int otherParallelism(Schedule.Step step) {
        int other = 1 + step.choose(control.maxParallelism() - 1);
        return other < control.parallelism() ? other : other + 1;
    }
}
