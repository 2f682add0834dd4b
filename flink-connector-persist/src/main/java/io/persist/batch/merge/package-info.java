/**
 * Reading batches: runs become one consolidated sequence of updates.
 *
 * <p>{@link io.persist.batch.merge.RunMerge} merges the runs of {@link
 * io.persist.batch.merge.MergeInput}s into columnar chunks, as {@link
 * io.persist.batch.merge.MergeConfig} says; {@link io.persist.batch.merge.UpdateCursor} decodes
 * them one by one. Both rest on {@code MergeKernel}, which picks the least update of its {@code
 * MergeSource}s with a {@code LoserTree}: a {@code RunSource} is a run that promises an order, the
 * {@code UnsortedSource} all parts of which none is promised. {@code PartLoader} brings a part into
 * the form that the merge works with ({@code PartForm}), {@code PartFetches} gets its bytes,
 * perhaps ahead, {@code ReaderColumns} of the reader's types, {@code KeyBounds} are what is known
 * of parts before that. {@link io.persist.batch.merge.Filter} says which updates count and at which
 * time they show; {@link io.persist.batch.merge.PartFilter} leaves parts out whose statistics say
 * that no key in them is of interest.
 *
 * <p>Invariants: updates of a part are rewritten first, then cut to the registered bounds, then
 * filtered. A run counts as sorted only if its label says so; a part is sorted after loading if it
 * is not, and a run whose parts go backwards, or whose bounds are too high, is found out before
 * anything wrong is handed out. A part is opened only when nothing that is open comes before its
 * bound. What a selection points to stays open until the next one. Off-heap memory belongs to child
 * allocators and is released on every path.
 *
 * <p>Must not know: how batches are built or appended, states, clients. Threads are handed in, and
 * are never waited for unless they have begun.
 */
@NullMarked
package io.persist.batch.merge;

import org.jspecify.annotations.NullMarked;
