/**
 * Building batches.
 *
 * <p>{@link io.persist.batch.build.BatchBuilder} fills a part ({@code PartBuffer}), hands full ones
 * to {@code PartsWriter}, which decides what runs they form and encodes and uploads them on the
 * pool of {@link io.persist.batch.BatchStore}; the result is a {@link
 * io.persist.batch.build.Batch}, owned by whoever asked for it until it is appended, deleted or
 * passed on. {@link io.persist.batch.build.AppendBounds} says with which bounds it may be
 * registered.
 *
 * <p>Invariants: a part is named by metadata only after its upload succeeded. Off-heap memory
 * belongs to child allocators and is released on every path. What was uploaded for a batch that
 * never came to be is deleted, as far as that works.
 *
 * <p>Must not know: states, how batches are appended, clients. Threads are handed in.
 */
@NullMarked
package io.persist.batch.build;

import org.jspecify.annotations.NullMarked;
