package io.persist.e2e.chaos;

import io.persist.e2e.cluster.FlinkCluster;

import java.util.Locale;

/** What a run does to the job. */
enum Fault {
    KILL_TASK_MANAGER("kill -9 of a TaskManager"),
    PAUSE_TASK_MANAGER("SIGSTOP of a TaskManager past its heartbeat, then SIGCONT"),
    KILL_JOB_MANAGER("kill -9 of the JobManager, another one in its place"),
    PAUSE_JOB_MANAGER("SIGSTOP of the JobManager past its heartbeat, then SIGCONT"),
    DEPOSE_JOB_MANAGER("SIGSTOP of the JobManager, SIGCONT when another one has its job"),
    REVIVE_CLUSTER("kill -9 of the cluster, the next one goes on with its job"),
    PAUSE_CLUSTER("SIGSTOP of the cluster past its heartbeat, then SIGCONT"),
    KILL_CLUSTER("kill -9 of the cluster, a new one from the retained checkpoint"),
    KILL_CLUSTER_TWICE("kill -9 of the cluster, and of the next one while it starts"),
    CLUSTER_WITH_ZOMBIE("kill -9 of the cluster but for a stopped TaskManager, SIGCONT later"),
    KILL_AT_CHECKPOINT("kill -9 the moment a checkpoint is complete"),
    KILL_IN_SAVEPOINT("kill -9 of a TaskManager while a savepoint is taken"),
    KILL_IN_STOP("kill -9 while the job stops with a savepoint, then on from what is left"),
    STORES_AWAY("stores out of reach for some seconds"),
    TWO_STARTS("kill -9 of the cluster, two jobs at once from the retained checkpoint"),
    FAIL_REGION("failure of a task, whose region alone restarts"),
    SAVEPOINT("savepoint, and on"),
    STOP_AND_RESCALE("stop with savepoint, start with another parallelism"),
    SECOND_JOB("second job from a savepoint that the first has left behind"),
    REWIND_APPEND("old savepoint restored: refused, then sink.on-rewind = append"),
    REWIND_COMPENSATE("old savepoint restored: refused, then sink.on-rewind = compensate");

    private final String label;

    Fault(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** Whether it can be done to such a job on such a cluster. */
    boolean suits(ChaosJob.Api api, int regions, FlinkCluster.Recovery recovery) {
        return switch (this) {
            case REWIND_APPEND -> api.tellsGenerations();
            // Nothing can be undone once another sink has appended.
            case REWIND_COMPENSATE -> api.tellsGenerations() && regions == 1;
            // Each of the jobs might win a region, and none could go on.
            case TWO_STARTS -> regions == 1;
            case DEPOSE_JOB_MANAGER, REVIVE_CLUSTER ->
                    recovery == FlinkCluster.Recovery.HIGH_AVAILABILITY;
            default -> true;
        };
    }

    /** Whether the job goes on under a JobManager that knows it from the one before, or may. */
    boolean isOfRecovery() {
        return switch (this) {
            case KILL_JOB_MANAGER, PAUSE_JOB_MANAGER, DEPOSE_JOB_MANAGER, REVIVE_CLUSTER -> true;
            default -> false;
        };
    }

    /** As it is given on the command line. */
    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All of them, a line each, indented. */
    static String options(int indent) {
        StringBuilder text = new StringBuilder();
        for (Fault fault : values()) {
            text.append('\n').append(" ".repeat(indent)).append(fault.option());
        }
        return text.append('\n').toString();
    }
}
