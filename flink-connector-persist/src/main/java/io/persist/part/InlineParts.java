package io.persist.part;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;

import org.apache.arrow.memory.BufferAllocator;

/** Parts inside the metadata. (Skeleton: owner fills it in.) */
public final class InlineParts {
    private InlineParts() {}

    public static Bytes encode(Updates updates, PartFormat format, Description desc, long index) {
        throw new AssertionError("skeleton");
    }

    public static DecodedPart decode(Bytes encoded, BufferAllocator allocator)
            throws CorruptDataException {
        throw new AssertionError("skeleton");
    }
}
