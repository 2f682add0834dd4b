/**
 * Reads shards as Flink sources (FLIP-27).
 *
 * <p>In reading order:
 *
 * <ul>
 *   <li>{@link io.persist.flink.source.PersistSource}: what a job is given; built with what is read
 *       and an {@link io.persist.flink.source.UpdateDeserializer}.
 *   <li>{@link io.persist.flink.source.SnapshotEnumerator} with {@link
 *       io.persist.flink.source.SnapshotHold}: fixes the time that is read, once in the life of a
 *       job, holds the shard's history at it, and hands out splits. Its checkpoint is a {@link
 *       io.persist.flink.source.SnapshotPlan}.
 *   <li>{@link io.persist.flink.source.SnapshotSplit}: a share of the snapshot and how far it was
 *       emitted. Today the whole snapshot is one split; nothing but the enumerator knows.
 *   <li>{@link io.persist.flink.source.SnapshotReader} with {@link
 *       io.persist.flink.source.SnapshotSplitReader}: streams the consolidated contents.
 * </ul>
 *
 * <p>Invariants: a snapshot's rows come in one order that follows from the shard's contents at the
 * time alone, however they are stored, so that "the first n rows" is a position that survives a
 * restart and compaction. A row and its retraction never both reach the job. Rows held in memory
 * are bounded by the cursor's step and by Flink's queue of batches.
 *
 * <p>Knows the client, and nothing of tables or of how parts are encoded.
 */
@NullMarked
package io.persist.flink.source;

import org.jspecify.annotations.NullMarked;
