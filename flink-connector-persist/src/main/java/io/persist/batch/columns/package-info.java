/**
 * Work on the columns of one part in memory: pure, no stores, no threads.
 *
 * <p>{@link io.persist.batch.columns.PartBuffer} fills columns. {@link
 * io.persist.batch.columns.RowOrder} compares and sorts rows by key, value and time ({@code
 * SortPrefix} makes that fast); {@link io.persist.batch.columns.Gather} copies chosen rows; {@link
 * io.persist.batch.columns.Consolidation} is the two together, with diffs added up. {@link
 * io.persist.batch.columns.SelectedRows} are those that a reader sees, {@link
 * io.persist.batch.columns.SortedPart} has them in order.
 *
 * <p>Invariants: vectors are never sorted in place, they are read through lists of row numbers, so
 * that what cancels is never copied. What a method makes and does not return it closes, on every
 * path.
 *
 * <p>Must not know: descriptions, batches, runs.
 */
@NullMarked
package io.persist.batch.columns;

import org.jspecify.annotations.NullMarked;
