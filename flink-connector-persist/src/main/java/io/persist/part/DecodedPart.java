package io.persist.part;

import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;

/**
 * A part as read from blob or metadata. Closing it closes the updates.
 *
 * @param desc the description stored inside the part
 * @param index ordinal of the part in its writer's batch
 */
public record DecodedPart(Description desc, long index, Updates updates) implements AutoCloseable {
    /**
     * Checks times and diffs against the description, as is done for every part in blob.
     *
     * @throws CorruptDataException naming the first rule that is broken
     */
    public void requireValid() throws CorruptDataException {
        String violation = PartRules.violation(updates, desc);
        if (violation != null) {
            throw new CorruptDataException(violation);
        }
    }

    @Override
    public void close() {
        updates.close();
    }
}
