package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Description;

import java.util.List;

/** Asks to replace adjacent batches by one with the given description. */
public record MergeRequest(SpineId id, Description desc, List<Input> inputs) {
    public MergeRequest {
        inputs = List.copyOf(inputs);
    }

    public record Input(SpineId id, HollowBatch batch) {}
}
