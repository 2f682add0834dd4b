package io.persist.e2e.chaos;

import io.persist.client.OnRewind;
import io.persist.e2e.cluster.Await;
import io.persist.e2e.cluster.FlinkCluster;
import io.persist.e2e.cluster.FlinkRest;
import io.persist.e2e.cluster.JvmProcess;
import io.persist.frontier.Antichain;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Does to a job what a {@link Fault} says. */
final class Strikes {
    static final int TASK_MANAGERS = 2;

    /** Commits without a fault that show that all is well. */
    static final int CALM_COMMITS = 3;

    /** Past the time after which Flink gives up a process that does not answer. */
    private static final int SILENCE_MILLIS = 5500;

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
            case KILL_CLUSTER -> {
                control.cluster.killAll();
                restartCluster();
            }
            case KILL_CLUSTER_TWICE -> {
                control.cluster.killAll();
                restartCluster();
                Await.pause(step.choose(2000));
                control.cluster.killAll();
                restartCluster();
            }
            case CLUSTER_WITH_ZOMBIE -> clusterWithZombie(step);
            case KILL_AT_CHECKPOINT -> killAtCheckpoint(step);
            case KILL_IN_SAVEPOINT -> {
                control.awaitRunning();
                control.rest().triggerSavepoint(control.running(), control.job.savepoints());
                Await.pause(step.choose(200));
                killTaskManager(step);
            }
            case FAIL_REGION -> failRegion(step.choose(control.job.regions()));
            case SAVEPOINT -> savepoint();
            case STOP_AND_RESCALE -> {
                control.stop(FlinkRest.Stop.AT_ONCE);
                control.submit(otherParallelism(step));
            }
            case SECOND_JOB -> {
                String savepoint = savepoint();
                // Its own commit, and more.
                control.awaitCommits(CALM_COMMITS * control.job.regions());
                requireRewind(control.submitInVain(savepoint));
            }
            case REWIND_APPEND, REWIND_COMPENSATE -> rewind(step.fault());
        }
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
            control.cluster.killAll();
            restartCluster();
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
        if (!reason.contains("Rewind: the shard is ahead of the restored snapshot")) {
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
