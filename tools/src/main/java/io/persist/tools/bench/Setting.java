package io.persist.tools.bench;

import io.persist.batch.BatchConfig;
import io.persist.part.Compression;
import io.persist.part.ParquetSettings;

/**
 * One way to write the rows of a data set.
 *
 * @param targetBytes of a part; 0: the default
 * @param compression as the setting is spelled
 */
record Setting(int targetBytes, String compression, boolean dictionary) {
    BatchConfig config() {
        BatchConfig.Builder config =
                BatchConfig.builder()
                        .parquet(new ParquetSettings(Compression.parse(compression), dictionary));
        return (targetBytes == 0 ? config : config.targetBytes(targetBytes)).build();
    }

    @Override
    public String toString() {
        return (config().targetBytes() >> 20)
                + " MiB"
                + (targetBytes == 0 ? " (default), " : ", ")
                + compression
                + (dictionary ? "" : ", no dictionary");
    }
}
