package io.persist.state.spine;

import io.persist.batch.RunPart;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

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

    /**
     * Why these inputs cannot become one batch of this description; null if they can: they must
     * follow one another from its lower to its upper, without gaps in bounds or ids, and none may
     * have lost more history than it says.
     */
    public @Nullable String violation() {
        Antichain at = desc.lower();
        long nextId = id.lo();
        for (IdBatch input : inputs) {
            Description found = input.batch().desc();
            if (!found.since().lessEqual(desc.since())) {
                return "input " + found + " has a since beyond that of " + desc;
            }
            if (!found.lower().equals(at) || input.id().lo() != nextId) {
                return "input " + input.id() + " " + found + " does not begin at " + at;
            }
            at = found.upper();
            nextId = input.id().hi();
        }
        return at.equals(desc.upper()) && nextId == id.hi()
                ? null
                : "inputs end at " + at + ", not at the upper of " + desc;
    }

    /** Parts of all inputs, as far as metadata lists them. */
    public long partCount() {
        return inputs.stream().mapToLong(input -> input.batch().parts().count()).sum();
    }

    /** Updates of all inputs; an upper bound. */
    public long len() {
        return SpineBatch.len(inputs);
    }

    /** Encoded bytes of all inputs. */
    public long encodedBytes() {
        return inputs.stream()
                .flatMap(input -> input.batch().parts())
                .mapToLong(RunPart::encodedBytes)
                .sum();
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
