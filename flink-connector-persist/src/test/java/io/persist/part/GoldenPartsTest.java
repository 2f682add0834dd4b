package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

/** Parts of the golden shards. */
class GoldenPartsTest {

    @ParameterizedTest
    @ValueSource(strings = {"none", "snappy", "lz4", "zstd-3", "gzip-6", "brotli-4"})
    void everyPartSurvivesOurWriterUnderEverySetting(String compression) throws Exception {
        List<Path> parts = PartTests.goldenParts();
        assertThat(parts).hasSizeGreaterThan(500);
        for (Path part : parts) {
            try (BufferAllocator allocator = new RootAllocator();
                    DecodedPart read = ParquetParts.decode(PartTests.read(part), allocator)) {
                roundTrip(
                        read, new ParquetSettings(Compression.parse(compression), true), allocator);
                roundTrip(
                        read,
                        new ParquetSettings(Compression.parse(compression), false),
                        allocator);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(part.toString(), e);
            }
        }
    }

    private static void roundTrip(
            DecodedPart part, ParquetSettings settings, BufferAllocator allocator)
            throws Exception {
        Updates updates = part.updates();
        for (PartFormat format : PartFormat.values()) {
            if ((updates.rows() == null && format != PartFormat.STRUCTURED)
                    || (updates.structured() == null && format != PartFormat.ROW)) {
                continue;
            }
            Bytes written =
                    ParquetParts.encode(updates, format, part.desc(), part.index(), settings);
            try (DecodedPart again = ParquetParts.decode(written, allocator)) {
                assertThat(again.desc()).isEqualTo(part.desc());
                assertThat(again.index()).isEqualTo(part.index());
                Updates found = again.updates();
                PartTests.assertSame(found.times(), updates.times());
                PartTests.assertSame(found.diffs(), updates.diffs());
                assertThat(found.rows() != null).isEqualTo(format != PartFormat.STRUCTURED);
                assertThat(found.structured() != null).isEqualTo(format != PartFormat.ROW);
                if (found.rows() != null) {
                    PartTests.assertSame(found.rows().keys(), updates.rows().keys());
                    PartTests.assertSame(found.rows().vals(), updates.rows().vals());
                }
                if (found.structured() != null) {
                    PartTests.assertSame(found.structured().keys(), updates.structured().keys());
                    PartTests.assertSame(found.structured().vals(), updates.structured().vals());
                }
            }
            if (format == PartFormat.STRUCTURED) {
                assertThat(
                                ParquetParts.encode(
                                        updates, format, part.desc(), part.index(), settings))
                        .isEqualTo(written);
            }
        }
    }
}
