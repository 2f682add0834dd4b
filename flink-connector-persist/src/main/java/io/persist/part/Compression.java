package io.persist.part;

/**
 * Compression of Parquet pages. (Skeleton: owner fills it in: codec and level, parse of the
 * setting's text.)
 */
public record Compression(Kind kind, int level) {
    public static final Compression NONE = new Compression(Kind.NONE, 0);

    public enum Kind {
        NONE,
        SNAPPY,
        LZ4_RAW,
        ZSTD,
        GZIP,
        BROTLI
    }
}
