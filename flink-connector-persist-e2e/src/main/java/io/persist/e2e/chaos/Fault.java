package io.persist.e2e.chaos;

import java.util.Locale;

/** What a run does to the job. */
enum Fault {
    KILL_TASK_MANAGER("kill -9 of a TaskManager"),
    PAUSE_TASK_MANAGER("SIGSTOP of a TaskManager past its heartbeat, then SIGCONT"),
    KILL_JOB_MANAGER("kill -9 of the JobManager, another one in its place"),
    PAUSE_JOB_MANAGER("SIGSTOP of the JobManager past its heartbeat, then SIGCONT"),
    KILL_CLUSTER("kill -9 of the cluster, a new one from the retained checkpoint"),
    KILL_CLUSTER_TWICE("kill -9 of the cluster, and of the next one while it starts"),
    CLUSTER_WITH_ZOMBIE("kill -9 of the cluster but for a stopped TaskManager, SIGCONT later"),
    KILL_AT_CHECKPOINT("kill -9 the moment a checkpoint is complete"),
    KILL_IN_SAVEPOINT("kill -9 of a TaskManager while a savepoint is taken"),
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

    /** Whether it can be done to such a job. */
    boolean suits(ChaosJob.Api api, int regions) {
        return switch (this) {
            case REWIND_APPEND -> api.tellsGenerations();
            // Nothing can be undone once another sink has appended.
            case REWIND_COMPENSATE -> api.tellsGenerations() && regions == 1;
            default -> true;
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
