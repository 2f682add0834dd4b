package io.persist.part;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;

import org.apache.arrow.memory.BufferAllocator;

/** Parts inside the metadata, for updates too few to be worth an object of their own. */
public final class InlineParts {
    private InlineParts() {}

    /**
     * Encodes {@code updates} (at least one, and holding the columns that {@code format} asks for);
     * does not close it. The same arguments give the same bytes.
     *
     * @throws IllegalArgumentException if the updates are not as said, or do not obey {@code desc}
     */
    public static Bytes encode(Updates updates, PartFormat format, Description desc, long index) {
        PartRules.checkWritable(updates, format, desc);
        return InlinePartEncoding.encode(updates, format, desc, index);
    }

    /**
     * Decodes a part of any form. Times and diffs are not checked against the description: that is
     * done when such a part is written to blob. The caller closes the result.
     *
     * @throws CorruptDataException whatever is wrong with the bytes; nothing is left allocated
     */
    public static DecodedPart decode(Bytes encoded, BufferAllocator allocator)
            throws CorruptDataException {
        return decode(encoded, allocator, TimeDomain.U64);
    }

    /** {@link #decode(Bytes, BufferAllocator)} of another domain of times. */
    public static DecodedPart decode(Bytes encoded, BufferAllocator allocator, TimeDomain times)
            throws CorruptDataException {
        try {
            return InlinePartEncoding.decode(encoded, allocator, times);
        } catch (CorruptDataException e) {
            throw e.in("inline part");
        }
    }
}
