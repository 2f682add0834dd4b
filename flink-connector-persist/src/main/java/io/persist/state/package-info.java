/**
 * Shard state and what may be done to it; pure.
 *
 * <p>In reading order: {@link io.persist.state.State} is all metadata of a shard at one seqno, an
 * immutable value with its {@link io.persist.state.spine.Trace} of batches, its readers, writers,
 * schemas and rollups. A {@link io.persist.state.StateDiff} is the change from one state to the
 * next, computed by {@code between} and applied strictly by {@link io.persist.state.State#apply}.
 * Commands are functions from a state to a {@link io.persist.state.Transition}.
 *
 * <p>Invariants: {@code a.apply(between(a, b))} equals {@code b}, also in bytes. Every state has a
 * rollup. Since, upper, seqno and wall clock never go back. A command that is applied twice does no
 * harm.
 *
 * <p>Nothing here reads a clock, draws an id, logs, waits or touches a store: times and ids are
 * arguments, and maintenance is a value that is returned. Bytes are made in {@code
 * io.persist.state.encoding}.
 */
@NullMarked
package io.persist.state;

import org.jspecify.annotations.NullMarked;
