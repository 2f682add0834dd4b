/**
 * One shard over its two stores: loading its state, changing it, and keeping it small.
 *
 * <p>Read {@link io.persist.shard.Shards} first (open, create), then {@link
 * io.persist.shard.StateVersions} (rollups in blob, state diffs in consensus), then {@link
 * io.persist.shard.Machine}: the commit loop. A command is a pure function of {@code state}; the
 * loop applies it to the newest known state, expires leases, lets the state assign maintenance, and
 * publishes the difference with one compare-and-set. {@code CommitAttempts} decides what a lost
 * answer meant: once the log has an entry where ours would be, its bytes tell.
 *
 * <p>Maintenance ({@link io.persist.shard.MaintenanceTask}: rollups, garbage collection,
 * compaction) is a value that a commit hands to a {@link io.persist.shard.MaintenanceSink}; whoever
 * owns threads runs it, and losing one or doing it twice is harmless.
 *
 * <p>{@link io.persist.shard.Profile} says which of two generations of peers a shard is written
 * for, and refuses states that this build must not write.
 *
 * <p>Invariants: seqnos advance by one; a blob is durable before a log entry names it; the label of
 * a state is its predecessor's; the cached state never moves backwards; blobs whose append is in
 * doubt are not deleted; garbage is deleted before the log that leads to it, and the log before the
 * entries of the rollups passed.
 *
 * <p>Knows nothing of codecs' values, of handles, or of threads.
 */
@NullMarked
package io.persist.shard;

import org.jspecify.annotations.NullMarked;
