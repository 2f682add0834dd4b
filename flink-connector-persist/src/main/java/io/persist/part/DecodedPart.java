package io.persist.part;

import io.persist.frontier.Description;

/**
 * A part as read from blob or metadata. Closing it closes the updates.
 *
 * @param desc the description stored inside the part
 * @param index ordinal of the part in its writer's batch
 */
public record DecodedPart(Description desc, long index, Updates updates) implements AutoCloseable {
    @Override
    public void close() {
        updates.close();
    }
}
