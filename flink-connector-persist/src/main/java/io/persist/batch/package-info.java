/**
 * Batches: what a shard's state says of them and where their blobs lie.
 *
 * <p>Metadata, immutable: {@link io.persist.batch.HollowBatch} lists {@link io.persist.batch.Run}s
 * of {@link io.persist.batch.RunPart}s; {@link io.persist.batch.HollowBatchEncoding} is its wire
 * form, {@link io.persist.batch.TransmittableBatch} that of a batch on its way to whoever appends
 * it.
 *
 * <p>Surroundings: {@link io.persist.batch.BatchStore} (blobs of one shard, memory and threads to
 * work with), {@link io.persist.batch.BatchConfig} (how batches are built), {@link
 * io.persist.batch.BatchSchema} (of what), {@link io.persist.batch.PartDeletes} (how blobs go).
 *
 * <p>Beside it: {@code batch.columns} (the vectors of one part), {@code batch.merge} (reading and
 * merging), {@code batch.build} (building).
 *
 * <p>Invariants: a part is named by metadata only after its upload succeeded. The parallel lists of
 * the wire shape exist in encodings only.
 *
 * <p>Must not know: how batches are built, read or appended; states; clients. Threads are handed
 * in.
 */
@NullMarked
package io.persist.batch;

import org.jspecify.annotations.NullMarked;
