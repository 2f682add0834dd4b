package io.persist.part.parquet;

import org.apache.parquet.format.CompressionCodec;

/**
 * Compression of the pages of a file.
 *
 * @param codec as named in the file
 * @param level for writing, where the codec has levels
 */
public record PageCodec(CompressionCodec codec, int level) {}
