/**
 * Reading batches: sorted runs and unsorted parts become one consolidated stream of updates.
 *
 * <p>{@link io.persist.batch.merge.UpdateCursor} merges runs ({@code RunReader}, on a {@code
 * RunHeap}) and parts that promise no order ({@code UnsortedParts}), which {@code PartLoader} has
 * fetched and brought into the reader's form; {@link io.persist.batch.merge.Filter} says which
 * updates count and at which time they show.
 *
 * <p>Invariants: updates of a part are rewritten first, then cut to the registered bounds, then
 * filtered. A run counts as sorted only if its label says so. Off-heap memory belongs to child
 * allocators and is released on every path.
 *
 * <p>Must not know: how batches are built or appended, states, clients. Threads are handed in.
 */
@NullMarked
package io.persist.batch.merge;

import org.jspecify.annotations.NullMarked;
