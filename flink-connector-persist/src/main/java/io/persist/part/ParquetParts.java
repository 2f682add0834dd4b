package io.persist.part;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;

import org.apache.arrow.memory.BufferAllocator;

/** Parts as Parquet objects. (Skeleton: owner fills it in.) */
public final class ParquetParts {
    private ParquetParts() {}

    /**
     * Encodes {@code updates} (at least one, and holding the columns that {@code format} asks for);
     * does not close it.
     */
    public static Bytes encode(
            Updates updates,
            PartFormat format,
            Description desc,
            long index,
            ParquetSettings settings) {
        throw new AssertionError("skeleton");
    }

    /** Decodes and validates (docs/format.md). The caller closes the result. */
    public static DecodedPart decode(Bytes blob, BufferAllocator allocator)
            throws CorruptDataException {
        throw new AssertionError("skeleton");
    }
}
