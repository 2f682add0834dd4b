package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.store.RollupKey;

import org.jspecify.annotations.Nullable;

/** Reference to a rollup blob. */
public record HollowRollup(RollupKey key, @Nullable Long encodedBytes, Bytes unknown) {}
