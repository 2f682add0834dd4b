/**
 * A Flink job that writes a shard while its cluster is disturbed, and the account of what is in the
 * shard afterwards.
 *
 * <p>{@link io.persist.e2e.chaos.Chaos} is the program ({@link io.persist.e2e.chaos.ChaosOptions}
 * its arguments). {@link io.persist.e2e.chaos.ChaosJob} is the job: {@link
 * io.persist.e2e.chaos.Lane} says which rows it writes, {@link io.persist.e2e.chaos.LaneChanges}
 * writes them. {@link io.persist.e2e.chaos.ChaosRun} goes through a {@link
 * io.persist.e2e.chaos.Schedule} of {@link io.persist.e2e.chaos.Fault}s: {@link
 * io.persist.e2e.chaos.Strikes} does each of them with what {@link io.persist.e2e.chaos.JobControl}
 * and {@link io.persist.e2e.chaos.RetainedSnapshots} have at hand, and then the job must commit
 * again. {@link io.persist.e2e.chaos.Account} and {@link io.persist.e2e.chaos.TableAccount} read
 * the shard and count what is lost and doubled, {@link io.persist.e2e.chaos.Leaks} what is in the
 * store for nothing; {@link io.persist.e2e.chaos.Report} is what comes of it.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>What must be in the shard follows from {@code Lane} and from the rows with which lanes say
 *       where they end, or begin again. Nothing that the job, Flink or the sink counted is
 *       believed.
 *   <li>The shard is read with a client of its own, not with the cluster.
 *   <li>Which faults strike, in which order, and what they choose follows from the seed. When
 *       exactly they meet the job does not.
 * </ul>
 */
@NullMarked
package io.persist.e2e.chaos;

import org.jspecify.annotations.NullMarked;
