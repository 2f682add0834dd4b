/**
 * Moves shards between stores through a plain directory: {@link io.persist.store.dump.Dump} writes
 * and reads it, {@code DumpReader} is what a directory holds, judged before anything is imported.
 *
 * <p>Form: {@code blob/} has the shard's blobs as files, named as in the flat layout (read: in
 * either layout); {@code consensus/<shard>/<seqno, 20 digits>} has the log's entries, bare. It is
 * what the original's file blob store and a query of its consensus table give, so a shard of theirs
 * can be imported too. It is no live store.
 *
 * <p>Invariants: an exported dump is one state of the shard, complete; the {@code consensus}
 * directory appears last, so that a dump without it is an interrupted one. An import writes the
 * blobs first and then the log, which appears at once.
 *
 * <p>Must not know what blobs and entries mean: all blobs of a shard are taken, also those that
 * nothing refers to.
 */
@NullMarked
package io.persist.store.dump;

import org.jspecify.annotations.NullMarked;
