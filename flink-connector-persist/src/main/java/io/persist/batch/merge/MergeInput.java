package io.persist.batch.merge;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.frontier.Description;

import java.util.List;

/**
 * A run that takes part in a merge.
 *
 * @param registered description of the batch that lists the run; its parts are cut to that
 */
public record MergeInput(Description registered, Run run) {
    /** All runs of a batch. */
    public static List<MergeInput> of(HollowBatch batch) {
        return batch.runs().stream().map(run -> new MergeInput(batch.desc(), run)).toList();
    }
}
