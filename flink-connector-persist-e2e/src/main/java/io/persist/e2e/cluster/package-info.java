/**
 * A Flink cluster of processes on this machine: one JobManager and some TaskManagers, each a JVM of
 * its own, made of the jars on the class path of whoever starts it.
 *
 * <p>{@link io.persist.e2e.cluster.FlinkCluster} starts and ends them; {@link
 * io.persist.e2e.cluster.JvmProcess} is one of them, which can be killed, stopped and continued;
 * {@link io.persist.e2e.cluster.FlinkRest} asks the cluster what it does; {@link
 * io.persist.e2e.cluster.Await} waits for what takes a while; {@link io.persist.e2e.cluster.JobJar}
 * packs classes that a job brings along.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Everything listens on the loopback address, on ports that were free.
 *   <li>No process outlives the one that started it: it is killed when the cluster is closed, by a
 *       shutdown hook else, and if that cannot run ends by itself, because {@link
 *       io.persist.e2e.cluster.Child} notices that its parent is gone.
 *   <li>Processes are only ever killed by their id.
 * </ul>
 *
 * <p>Nothing here knows of shards.
 */
@NullMarked
package io.persist.e2e.cluster;

import org.jspecify.annotations.NullMarked;
