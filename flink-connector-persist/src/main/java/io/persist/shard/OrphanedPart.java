package io.persist.shard;

import io.persist.store.BlobKey;

import org.jspecify.annotations.Nullable;

/**
 * A part, run or rollup in blob that no live state leads to: staged and not appended, or written
 * and not linked; or not yet.
 *
 * @param modifiedMillis wall clock of the store when it was written; null if the store cannot tell
 */
public record OrphanedPart(BlobKey key, long bytes, @Nullable Long modifiedMillis) {}
