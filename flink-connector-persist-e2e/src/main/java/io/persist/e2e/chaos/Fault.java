package io.persist.e2e.chaos;

/** What a run does to the job. */
enum Fault {
    KILL_TASK_MANAGER("kill -9 of a TaskManager"),
    PAUSE_TASK_MANAGER("SIGSTOP of a TaskManager past its heartbeat, then SIGCONT"),
    KILL_CLUSTER("kill -9 of the cluster, a new one from the retained checkpoint"),
    KILL_CLUSTER_TWICE("kill -9 of the cluster, and of the next one while it starts"),
    CLUSTER_WITH_ZOMBIE("kill -9 of the cluster but for a stopped TaskManager, SIGCONT later"),
    SAVEPOINT("savepoint, and on"),
    STOP_AND_RESCALE("stop with savepoint, start with another parallelism");

    private final String label;

    Fault(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
