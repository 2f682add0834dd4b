package io.persist.client;

import io.persist.frontier.Antichain;

import java.util.List;

/**
 * One step of a {@link Listen}: all changes from the previous progress up to this one.
 *
 * @param updates consolidated within the step, in no promised order; each time is before {@code
 *     progress} and not before the previous one
 * @param progress exclusive: every update at times before it has been delivered; empty when the
 *     shard was closed, then there are no further steps
 */
public record ListenStep<K, V>(List<Update<K, V>> updates, Antichain progress) {
    public ListenStep {
        updates = List.copyOf(updates);
    }
}
