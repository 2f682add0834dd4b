package io.persist.part.stats;

import io.persist.codec.Bytes;

/**
 * Encoded statistics as they go into metadata.
 *
 * @param removedBytes by how much trimming made them smaller
 */
public record TrimmedStats(Bytes encoded, int removedBytes) {}
