package io.persist.batch;

import io.persist.part.DecodeFormat;

/**
 * What reading the parts of a shard does.
 *
 * @param bounds about a part whose own bounds do not hold those of its batch
 * @param format about a part that holds rows and columns
 * @param limit about parts that do not fit into memory together
 */
public record PartReading(BatchStore.BoundsCheck bounds, DecodeFormat format, FetchLimit limit) {
    /** Columns, as many parts at once as anybody likes. */
    public static PartReading of(BatchStore.BoundsCheck bounds) {
        return new PartReading(bounds, DecodeFormat.ARROW, FetchLimit.NONE);
    }

    public PartReading withFormat(DecodeFormat other) {
        return new PartReading(bounds, other, limit);
    }

    public PartReading withLimit(FetchLimit other) {
        return new PartReading(bounds, format, other);
    }
}
