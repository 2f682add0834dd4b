/**
 * Building batches.
 *
 * <p>{@link io.persist.batch.build.BatchBuilder} fills pieces of parts ({@code PartBuffer}) and
 * hands full ones to {@link io.persist.batch.build.PartsWriter}, which decides what runs the parts
 * form and when the producer must wait. Everything it sends to the pool is a {@code Pending}: tasks
 * of a {@code PartInPieces} encode its pieces one after the other and store it, a {@code Spill}
 * moves a long list of parts to blob, a {@code MergeTask} merges runs; {@code MergeTree} says which
 * neighbours. What tasks share ({@code BuilderMemory}, parts) is closed by the last of them ({@code
 * Shared}). They store through {@code PartOutput} ({@code HollowParts} for one part, which is an
 * {@code OpenPart} while it is encoded, with {@code KeyFacts} about its keys), which knows the
 * blobs ({@code Uploads}) until they belong to someone else. The result is a {@link
 * io.persist.batch.build.Batch}, owned by whoever asked for it until it is appended, deleted or
 * passed on. {@link io.persist.batch.build.AppendBounds} says with which bounds it may be
 * registered.
 *
 * <p>{@link io.persist.batch.build.RunCompaction} writes the runs of a compacted batch.
 *
 * <p>Invariants: a part is named by metadata only after its upload succeeded. No task waits for
 * another on the pool: it begins once what it builds on is done. Off-heap memory belongs to child
 * allocators and is released on every path. What was uploaded for a batch that never came to be is
 * deleted, as far as that works.
 *
 * <p>Must not know: states, how batches are appended, clients. Threads are handed in.
 */
@NullMarked
package io.persist.batch.build;

import org.jspecify.annotations.NullMarked;
