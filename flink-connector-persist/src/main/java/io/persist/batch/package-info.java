/**
 * Batches: what a shard's state says of them, how they are built, and how they are read.
 *
 * <p>Metadata, immutable: {@link io.persist.batch.HollowBatch} lists {@link io.persist.batch.Run}s
 * of {@link io.persist.batch.RunPart}s; {@link io.persist.batch.HollowBatchEncoding} is its wire
 * form.
 *
 * <p>Building: {@link io.persist.batch.BatchBuilder} fills a part ({@code PartBuffer}), hands full
 * ones to {@code PartsWriter}, which decides what runs they form (the seam for merging runs while
 * building) and encodes and uploads them on the pool of {@link io.persist.batch.BatchStore}; the
 * result is a {@link io.persist.batch.Batch}, owned by whoever asked for it until it is appended,
 * deleted or passed on. {@link io.persist.batch.AppendBounds} says with which bounds it may be
 * registered.
 *
 * <p>Reading: {@link io.persist.batch.UpdateCursor} merges runs ({@code RunReader}) and parts that
 * promise no order ({@code UnsortedParts}), which {@code PartLoader} has brought into the reader's
 * form.
 *
 * <p>Invariants: a part is named by metadata only after its upload succeeded. Updates of a part are
 * rewritten first, then cut to the registered bounds, then filtered. A run counts as sorted only if
 * its label says so. Off-heap memory belongs to child allocators and is released on every path.
 *
 * <p>Must not know: states, how batches are appended, clients. Threads are handed in.
 */
@NullMarked
package io.persist.batch;

import org.jspecify.annotations.NullMarked;
