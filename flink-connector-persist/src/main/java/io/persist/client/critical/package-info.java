/**
 * Holds on a shard's history that outlive whoever made them.
 *
 * <p>{@link io.persist.client.critical.SinceHandle} is one such hold: a critical reader of the
 * shard, known by an id that its users choose and keep. It says from which time on the shard must
 * be able to tell its contents, and is moved by whoever knows its token, so that of two controllers
 * only the one that came last can move it. {@link io.persist.client.critical.CriticalSettings} says
 * how often that is worth a commit, and whether new leased readers begin where these holds are.
 * {@link io.persist.client.critical.HistoryRetention} moves the one that the sinks of a shard
 * share.
 *
 * <p>A hold keeps times, not blobs: to read at them, open a leased reader, which keeps both for as
 * long as it is used.
 *
 * <p>Invariants: a hold never goes back; it is let go only on purpose, by moving it to the empty
 * frontier or by removing it; no time at or after it is forgotten by anybody's compaction.
 *
 * <p>Handles are made by {@code PersistClient}; nothing here knows it, or how shards are read.
 */
@NullMarked
package io.persist.client.critical;

import org.jspecify.annotations.NullMarked;
