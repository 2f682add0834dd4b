package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressionTest {
    @ParameterizedTest
    @CsvSource({
        "'',NONE,0",
        "none,NONE,0",
        "NONE,NONE,0",
        "snappy,SNAPPY,0",
        "Snappy,SNAPPY,0",
        "lz4,LZ4_RAW,0",
        "zstd-3,ZSTD,3",
        "ZSTD-22,ZSTD,22",
        "zstd-0,ZSTD,1",
        "zstd-23,ZSTD,1",
        "zstd-,ZSTD,1",
        "zstd-x,ZSTD,1",
        "zstd--1,ZSTD,1",
        "zstd-99999999999,ZSTD,1",
        "gzip-1,GZIP,1",
        "gzip-9,GZIP,9",
        "gzip-10,GZIP,6",
        "brotli-4,BROTLI,4",
        "brotli-12,BROTLI,1",
        "zstd,NONE,0",
        "gzip,NONE,0",
        "brotli,NONE,0",
        "lz4-1,NONE,0",
        "snappy-1,NONE,0",
        "lzo,NONE,0",
        "none-1,NONE,0"
    })
    void textMeansWhatItMeansToTheOriginal(String text, Compression.Kind kind, int level) {
        assertThat(Compression.parse(text)).isEqualTo(new Compression(kind, level));
    }

    @Test
    void levelsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Compression(Compression.Kind.ZSTD, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Compression(Compression.Kind.SNAPPY, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Compression(Compression.Kind.GZIP, 10))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
