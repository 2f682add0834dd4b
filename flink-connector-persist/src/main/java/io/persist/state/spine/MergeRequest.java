package io.persist.state.spine;

import io.persist.frontier.Description;

import java.util.ArrayList;
import java.util.List;

/**
 * Asks to replace adjacent batches by one with the given description. Dropping it is harmless.
 *
 * @param id covers the ids of the inputs
 */
public record MergeRequest(SpineId id, Description desc, List<IdBatch> inputs) {
    public MergeRequest {
        inputs = List.copyOf(inputs);
    }

    /** Without requests that another one includes: same since, and its range covers theirs. */
    static List<MergeRequest> withoutCovered(List<MergeRequest> requests) {
        List<MergeRequest> kept = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            boolean covered = false;
            for (int j = 0; j < requests.size() && !covered; j++) {
                boolean firstOfEquals = i < j && requests.get(i).covers(requests.get(j));
                covered = i != j && requests.get(j).covers(requests.get(i)) && !firstOfEquals;
            }
            if (!covered) {
                kept.add(requests.get(i));
            }
        }
        return List.copyOf(kept);
    }

    private boolean covers(MergeRequest other) {
        return id.covers(other.id) && desc.since().equals(other.desc.since());
    }
}
