package io.persist.part;

import io.persist.part.parquet.PageCodec;

import org.apache.parquet.format.CompressionCodec;
import org.jspecify.annotations.Nullable;

import java.util.Locale;

/**
 * Compression of Parquet pages. Reading takes any, whatever is set for writing.
 *
 * @param level 0 for kinds without levels
 */
public record Compression(Kind kind, int level) {
    public static final Compression NONE = new Compression(Kind.NONE, 0);

    /** Codecs, with the range of their levels and the one taken instead of a level out of it. */
    public enum Kind {
        NONE(0, 0),
        SNAPPY(0, 0),
        LZ4_RAW(0, 0),
        ZSTD(22, 1),
        GZIP(9, 6),
        /** Writing it needs an optional library. */
        BROTLI(11, 1);

        private final int maxLevel;
        private final int fallbackLevel;

        Kind(int maxLevel, int fallbackLevel) {
            this.maxLevel = maxLevel;
            this.fallbackLevel = fallbackLevel;
        }
    }

    /**
     * @throws IllegalArgumentException if the kind has no such level
     */
    public Compression {
        if (level < Math.min(1, kind.maxLevel) || level > kind.maxLevel) {
            throw new IllegalArgumentException("compression " + kind + " has no level " + level);
        }
    }

    /**
     * The compression that a setting's text means, with the reference's leniency: unknown text
     * means none, and a level that is none of the codec's means its usual one.
     *
     * @param text empty, {@code none}, {@code snappy}, {@code lz4}, {@code zstd-N}, {@code gzip-N}
     *     or {@code brotli-N}, in any case
     */
    public static Compression parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int dash = lower.indexOf('-');
        String name = dash < 0 ? lower : lower.substring(0, dash);
        @Nullable Kind kind =
                switch (name) {
                    case "snappy" -> Kind.SNAPPY;
                    case "lz4" -> Kind.LZ4_RAW;
                    case "zstd" -> Kind.ZSTD;
                    case "gzip" -> Kind.GZIP;
                    case "brotli" -> Kind.BROTLI;
                    default -> null;
                };
        if (kind == null || kind.maxLevel > 0 != dash >= 0) {
            return NONE;
        }
        return new Compression(
                kind, kind.maxLevel == 0 ? 0 : parseLevel(lower.substring(dash + 1), kind));
    }

    private static int parseLevel(String text, Kind kind) {
        try {
            int level = Integer.parseInt(text);
            return level < 1 || level > kind.maxLevel ? kind.fallbackLevel : level;
        } catch (NumberFormatException e) {
            return kind.fallbackLevel;
        }
    }

    PageCodec pageCodec() {
        CompressionCodec codec =
                switch (kind) {
                    case NONE -> CompressionCodec.UNCOMPRESSED;
                    case SNAPPY -> CompressionCodec.SNAPPY;
                    case LZ4_RAW -> CompressionCodec.LZ4_RAW;
                    case ZSTD -> CompressionCodec.ZSTD;
                    case GZIP -> CompressionCodec.GZIP;
                    case BROTLI -> CompressionCodec.BROTLI;
                };
        return new PageCodec(codec, level);
    }
}
