package io.persist.state.spine;

import io.persist.batch.HollowBatch;

/** A hollow batch at its place in the spine. */
public record IdBatch(SpineId id, HollowBatch batch) {}
