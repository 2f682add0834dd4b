/**
 * The spine: which batches a shard has, oldest to newest, and which of them will be merged.
 *
 * <p>In reading order: {@link io.persist.state.spine.Trace} is the immutable whole; it consists of
 * {@link io.persist.state.spine.Level}s of at most two {@link io.persist.state.spine.SpineBatch}es,
 * each made of adjacent {@link io.persist.state.spine.IdBatch}es. {@code SpineBuilder} inserts a
 * batch, {@link io.persist.state.spine.MergeResult} says what became of a compaction's output.
 * {@link io.persist.state.spine.FlatTrace} is the form that diffs and rollups hold: five flat
 * collections from which {@code Unflattening} rebuilds the same levels. Rules: docs/format.md.
 *
 * <p>All clients of a shard run the same algorithm on the same bytes. A different layout makes
 * peers abort, so nothing here may be "simplified".
 *
 * <p>Invariants: ids of consecutive spine batches are adjacent from 0 to {@code nextId}; their
 * bounds are adjacent from {@code [0]} to the upper; a level has two batches exactly when it has a
 * merge; a batch at level i holds at most 2^i updates; the oldest batch is on the highest level.
 * {@code Invariants} checks them under {@code assert} and in tests.
 *
 * <p>Must not know: bytes, stores, time, threads, and the rest of the state.
 */
@NullMarked
package io.persist.state.spine;

import org.jspecify.annotations.NullMarked;
