package io.persist.shard;

/**
 * Takes the maintenance that commits call for. Must return at once; may drop what it is offered:
 * some later commit calls for it again.
 */
@FunctionalInterface
public interface MaintenanceSink {
    /** Leaves all maintenance to other clients. */
    MaintenanceSink NONE = (machine, task) -> {};

    void offer(Machine machine, MaintenanceTask task);
}
