package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageEncodingStats;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Parts whose updates come in pieces. */
class PartEncoderTest {
    private static final ParquetSettings DICTIONARY =
            new ParquetSettings(Compression.parse("none"), true);

    @Property(seed = "20261124", tries = 150)
    void piecesOfAnyTypeReadBack(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int rows)
            throws Exception {
        Random random = new Random(seed);
        ParquetSettings settings = RandomPartsTest.settings(random);
        try (BufferAllocator allocator = new RootAllocator();
                Updates updates =
                        RandomPartsTest.random(random, 1 + random.nextInt(200), allocator);
                PartEncoder encoder = new PartEncoder(PartFormat.BOTH, PartTests.USER, settings)) {
            for (int from = 0; from < updates.count(); from += rows) {
                int count = Math.min(rows, updates.count() - from);
                try (Updates piece = PartTests.piece(updates, from, count, allocator)) {
                    encoder.add(piece, updates.count());
                }
            }
            assertThat(encoder.count()).isEqualTo(updates.count());
            Bytes file = encoder.finish(3);
            try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                PartTests.assertSame(part.updates(), updates);
            }
            if (rows >= updates.count()) {
                assertThat(file)
                        .isEqualTo(
                                ParquetParts.encode(
                                        updates, PartFormat.BOTH, PartTests.USER, 3, settings));
            }
        }
    }

    /** Pages by encoding of the column of values. */
    private static Map<Encoding, Integer> dataPages(ColumnMetaData column) {
        Map<Encoding, Integer> pages = new TreeMap<>();
        for (PageEncodingStats stats : column.getEncoding_stats()) {
            if (stats.getPage_type() == PageType.DATA_PAGE_V2) {
                pages.put(stats.getEncoding(), stats.getCount());
            }
        }
        return pages;
    }

    private static ColumnMetaData values(Bytes file) throws Exception {
        byte[] bytes = file.toArray();
        FileMetaData footer =
                Util.readFileMetaData(
                        new ByteArrayInputStream(
                                bytes,
                                bytes.length - 8 - footerLength(bytes),
                                footerLength(bytes)));
        return footer.getRow_groups().get(0).getColumns().get(1).getMeta_data();
    }

    private static int footerLength(byte[] file) {
        return java.nio.ByteBuffer.wrap(file)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getInt(file.length - 8);
    }

    /** Encodes pieces of 10,000 updates each; the file reads back as they were. */
    private static Bytes encode(int pieces, int expectedPieces, IntFunction<String> value)
            throws Exception {
        int rows = 10_000;
        try (BufferAllocator allocator = new RootAllocator();
                PartEncoder encoder = new PartEncoder(PartFormat.ROW, PartTests.USER, DICTIONARY)) {
            for (int piece = 0; piece < pieces; piece++) {
                try (Updates updates = updates(piece * rows, rows, value, allocator)) {
                    encoder.add(updates, (long) expectedPieces * rows);
                }
            }
            Bytes file = encoder.finish(0);
            try (Updates all = updates(0, pieces * rows, value, allocator);
                    DecodedPart part = ParquetParts.decode(file, allocator)) {
                PartTests.assertSame(part.updates().times(), all.times());
                assertThat(part.updates().rows()).isNotNull();
                PartTests.assertSame(part.updates().rows().vals(), all.rows().vals());
            }
            return file;
        }
    }

    private static Updates updates(
            int from, int count, IntFunction<String> value, BufferAllocator allocator) {
        List<Long> times = IntStream.range(from, from + count).mapToObj(i -> (long) i).toList();
        List<String> vals = IntStream.range(from, from + count).mapToObj(value).toList();
        return PartTests.strings(
                allocator, vals, vals, times, times.stream().map(t -> 1L).toList());
    }

    /** Each piece brings ten values more, so that indexes get wider from piece to piece. */
    @Test
    void aDictionaryGrowsFromPieceToPiece() throws Exception {
        ColumnMetaData column = values(encode(6, 6, i -> "value " + i % 10 + " " + i / 10_000));

        assertThat(column.isSetDictionary_page_offset()).isTrue();
        assertThat(dataPages(column)).containsExactly(Map.entry(Encoding.RLE_DICTIONARY, 6));
        assertThat(column.getTotal_compressed_size()).isLessThan(60_000);
    }

    /** The first piece promises few values; what follows does not fit a dictionary. */
    @Test
    void aDictionaryThatGetsTooLargeIsLeftInMidPart() throws Exception {
        ColumnMetaData column =
                values(encode(8, 8, i -> i < 10_000 ? "few " + i % 10 : "x".repeat(30) + i));

        assertThat(column.getEncodings())
                .containsExactly(Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY);
        Map<Encoding, Integer> pages = dataPages(column);
        assertThat(pages).containsOnlyKeys(Encoding.RLE_DICTIONARY, Encoding.PLAIN);
        assertThat(pages.get(Encoding.PLAIN)).isGreaterThan(2);
        assertThat(pages.get(Encoding.RLE_DICTIONARY)).isGreaterThan(1);
    }

    private static IntFunction<String> oneOf(int distinct, int length) {
        return i -> "x".repeat(length) + new SplittableRandom(i).nextInt(distinct);
    }

    /** What the first piece promises counts for the whole part, not for the piece. */
    @Test
    void theWholePartDecidesAboutADictionary() throws Exception {
        assertThat(dataPages(values(encode(1, 1, oneOf(15_000, 20)))))
                .containsOnlyKeys(Encoding.PLAIN);
        assertThat(dataPages(values(encode(8, 8, oneOf(15_000, 20)))))
                .containsOnlyKeys(Encoding.RLE_DICTIONARY);

        ColumnMetaData tooLarge = values(encode(8, 8, oneOf(40_000, 60)));
        assertThat(dataPages(tooLarge)).containsOnlyKeys(Encoding.PLAIN);
        assertThat(tooLarge.isSetDictionary_page_offset()).isFalse();
    }

    /** More bytes than one slab of memory holds, from many columns that take turns. */
    @Test
    void largePartsLieInManyPieces() throws Exception {
        Bytes file = encode(12, 12, i -> "x".repeat(100) + i * 2_654_435_761L);

        assertThat(file.length()).isGreaterThan(24 << 20);
        assertThat(file.slice(0, file.length())).isEqualTo(file);
    }

    @Test
    void whatBreaksTheRulesIsRefused() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                PartEncoder encoder = new PartEncoder(PartFormat.ROW, PartTests.USER, DICTIONARY);
                Updates good = updates(0, 10, i -> "v", allocator);
                Updates zero =
                        PartTests.strings(
                                allocator,
                                List.of("a", "b"),
                                List.of("a", "b"),
                                List.of(1L, 1L),
                                List.of(1L, 0L))) {
            assertThatThrownBy(() -> encoder.finish(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("without updates");
            encoder.add(good, 20);
            assertThatThrownBy(() -> encoder.add(zero, 20))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("row 11");
        }
    }
}
