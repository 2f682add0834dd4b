/**
 * What keeps a shard small, as pure functions: which leases have run out, when to write a rollup or
 * collect garbage, what is garbage, and the commands by which the work done is recorded.
 *
 * <p>In reading order: {@link io.persist.state.maintenance.CommandKind} and {@link
 * io.persist.state.maintenance.Maintenance} belong to every commit; {@link
 * io.persist.state.maintenance.Rollups}, {@link io.persist.state.maintenance.Garbage}, {@link
 * io.persist.state.maintenance.Claims}, {@link io.persist.state.maintenance.Compactions} and {@link
 * io.persist.state.maintenance.Closing} to work off the commit path.
 *
 * <p>Invariants: a state always lists a rollup at the seqno of the oldest live log entry; nothing
 * that a hold protects becomes garbage; dropping assigned work, or doing it twice, is harmless.
 *
 * <p>Must not know: stores, clocks, and who does the work when.
 */
@NullMarked
package io.persist.state.maintenance;

import org.jspecify.annotations.NullMarked;
