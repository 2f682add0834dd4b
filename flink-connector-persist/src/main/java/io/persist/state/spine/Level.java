package io.persist.state.spine;

import io.persist.frontier.Antichain;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * One level of the spine.
 *
 * @param batches none, one, or two, the older first
 * @param merge present exactly when there are two batches; a peer's state may lack it, then nothing
 *     can be inserted
 */
public record Level(List<SpineBatch> batches, @Nullable Merge merge) {
    static final Level VACANT = new Level(List.of(), null);

    public Level {
        batches = List.copyOf(batches);
    }

    boolean isVacant() {
        return batches.isEmpty();
    }

    boolean isSingle() {
        return batches.size() == 1;
    }

    boolean isFull() {
        return batches.size() == 2;
    }

    /** Ids from the first to the last batch. */
    SpineId range() {
        return new SpineId(batches.get(0).id().lo(), batches.get(batches.size() - 1).id().hi());
    }

    /**
     * The merge of a full level, which completes when its work is used up.
     *
     * @param since of the batch that will result
     * @param remainingWork unsigned, in updates
     */
    public record Merge(SpineId id, Antichain since, long remainingWork) {}
}
