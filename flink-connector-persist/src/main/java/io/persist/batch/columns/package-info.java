/**
 * Work on the columns of one part in memory: pure, no stores, no threads.
 *
 * <p>{@link io.persist.batch.columns.PartBuffer} fills columns, {@link
 * io.persist.batch.columns.SpareColumns} are those to be filled again. {@link
 * io.persist.batch.columns.RowOrder} compares and sorts rows by key, value and time ({@code
 * SortPrefix} makes that fast); {@link io.persist.batch.columns.Gather} copies rows, of several
 * vectors if need be, by ranges ({@code Segments}); {@link io.persist.batch.columns.Consolidation}
 * is the two together, with diffs added up. {@link io.persist.batch.columns.PartColumns} are keys
 * and values in the forms that a reader asked for, {@link io.persist.batch.columns.SelectedRows}
 * those of their rows that it sees, {@link io.persist.batch.columns.SortedPart} has them in order.
 * A merge of such parts goes into a {@link io.persist.batch.columns.Selection}, and is copied from
 * there by a {@link io.persist.batch.columns.ChunkBuffer} ({@code PayloadSizes} tells it how much).
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
