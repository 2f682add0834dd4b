/**
 * The seams to storage: where a shard's blobs and the log of its state diffs live.
 *
 * <p>In reading order: {@link io.persist.store.Blob} (large immutable objects by {@link
 * io.persist.store.BlobKey}), {@link io.persist.store.Consensus} (one log of {@link
 * io.persist.store.Versioned} entries per shard, appended by compare-and-set), {@link
 * io.persist.store.StoreException} (what can go wrong, and whether it had an effect), {@link
 * io.persist.store.ConditionalObjects} (the little that a consensus made of objects needs), and the
 * keys. {@link io.persist.store.CachingBlob} keeps blobs in memory.
 *
 * <p>Implementations: {@code store.mem} for tests and trials, {@code store.file} for a directory,
 * {@code store.log} for a consensus over {@code ConditionalObjects}. {@code store.uri} opens them
 * by URI, {@code store.dump} moves a shard between them.
 *
 * <p>Invariants: a blob key is written once and never reused; a log is gap-free and only grows at
 * its end; every failure says whether it may have had an effect. Every implementation passes the
 * contract tests of {@code io.persist.testing}, also under injected faults.
 *
 * <p>Must not know: what blobs and entries mean. Nothing here decodes a part or a state.
 */
@NullMarked
package io.persist.store;

import org.jspecify.annotations.NullMarked;
