/**
 * A Flink job that writes a shard while its cluster is disturbed, and the account of what is in the
 * shard afterwards.
 *
 * <p>{@link io.persist.e2e.chaos.Chaos} is the program ({@link io.persist.e2e.chaos.ChaosOptions}
 * its arguments). {@link io.persist.e2e.chaos.ChaosJob} is the job: {@link
 * io.persist.e2e.chaos.Lane} says which rows it writes, {@link io.persist.e2e.chaos.LaneChanges}
 * writes them. {@link io.persist.e2e.chaos.ChaosRun} strikes with each {@link
 * io.persist.e2e.chaos.Fault} of a {@link io.persist.e2e.chaos.Schedule}, and waits until the job
 * commits again. {@link io.persist.e2e.chaos.Account} reads the shard and counts what is lost and
 * doubled; {@link io.persist.e2e.chaos.Report} is what comes of it.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>What must be in the shard follows from {@code Lane} and from the rows with which lanes end.
 *       Nothing that the job, Flink or the sink counted is believed.
 *   <li>The shard is read with a client of its own, not with the cluster.
 *   <li>Which faults strike, in which order, and what they choose follows from the seed. When
 *       exactly they meet the job does not.
 * </ul>
 */
@NullMarked
package io.persist.e2e.chaos;

import org.jspecify.annotations.NullMarked;
