package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.frontier.Description;
import io.persist.testing.GoldenShards;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.nio.ByteOrder;
import java.util.Set;

/** Parts of the golden shards. */
class GoldenPartsTest {
    /** Shards whose parts differ most from each other. */
    private static final Set<String> VARIED =
            Set.of(
                    "bytes-unit",
                    "kv-codecs-parquet",
                    "kv-rewrite",
                    "kv-unicode",
                    "source-all-types",
                    "source-nocols",
                    "source-wide");

    /** All facts that the original client tells about each part. */
    @Test
    void everyPartHasTheRowsThatItsWriterSays() throws Exception {
        int found = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            for (JsonNode blob : shard.expected().path("inspect").path("blobs")) {
                if (!blob.path("kind").asText().equals("part")) {
                    continue;
                }
                String key = blob.path("key").asText();
                try (BufferAllocator allocator = new RootAllocator();
                        DecodedPart part = ParquetParts.decode(shard.blob(key), allocator)) {
                    assertFacts(part, blob, shard + " " + key);
                }
                found++;
            }
        }
        if (GoldenShards.isComplete()) {
            assertThat(found).isGreaterThan(500);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "snappy", "lz4", "zstd-3", "gzip-6", "brotli-4"})
    void everyPartSurvivesOurWriterUnderEverySetting(String compression) throws Exception {
        Compression parsed = Compression.parse(compression);
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            if (!compression.equals("none") && !VARIED.contains(shard.name())) {
                continue;
            }
            for (String key : shard.blobFiles().keySet()) {
                Bytes blob = shard.blob(key);
                if (!blob.slice(0, 4).utf8().equals("PAR1")) {
                    continue;
                }
                try (BufferAllocator allocator = new RootAllocator();
                        DecodedPart part = ParquetParts.decode(blob, allocator)) {
                    if (compression.equals("none")) {
                        assertSameSchema(part, blob);
                    }
                    roundTrip(part, new ParquetSettings(parsed, true), allocator);
                    roundTrip(part, new ParquetSettings(parsed, false), allocator);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(shard + " " + key, e);
                }
            }
        }
    }

    /** Names, annotations and repetition of our file are those of the original's. */
    private static void assertSameSchema(DecodedPart part, Bytes original) throws Exception {
        Updates updates = part.updates();
        PartFormat format =
                updates.structured() == null
                        ? PartFormat.ROW
                        : updates.rows() == null ? PartFormat.STRUCTURED : PartFormat.BOTH;
        Bytes ours =
                ParquetParts.encode(
                        updates, format, part.desc(), part.index(), ParquetSettings.DEFAULT);
        assertThat(footer(ours).getSchema()).isEqualTo(footer(original).getSchema());
    }

    private static FileMetaData footer(Bytes file) throws Exception {
        int length = file.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt(file.length() - 8);
        byte[] footer = file.slice(file.length() - 8 - length, length).toArray();
        return Util.readFileMetaData(new ByteArrayInputStream(footer));
    }

    private static void assertFacts(DecodedPart part, JsonNode blob, String place) {
        Updates updates = part.updates();
        assertThat(part.desc())
                .as(place)
                .isEqualTo(
                        new Description(
                                GoldenShards.frontier(blob.path("lower")),
                                GoldenShards.frontier(blob.path("upper")),
                                GoldenShards.frontier(blob.path("since"))));
        assertThat(part.index()).as(place).isEqualTo(blob.path("index").asLong());
        assertThat(updates.count()).as(place).isEqualTo(blob.path("len").asInt());
        String format = blob.path("format").asText();
        assertThat(updates.rows() != null).as(place).isEqualTo(!format.equals("structured"));
        assertThat(updates.structured() != null).as(place).isEqualTo(!format.equals("row"));
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
