package io.persist.part;

/**
 * How Parquet parts are encoded.
 *
 * @param compression applied to all columns
 * @param dictionary whether dictionary pages are tried
 */
public record ParquetSettings(Compression compression, boolean dictionary) {
    public static final ParquetSettings DEFAULT = new ParquetSettings(Compression.NONE, true);
}
