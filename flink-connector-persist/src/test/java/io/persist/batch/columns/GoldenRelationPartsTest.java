package io.persist.batch.columns;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StructuredOrder;
import io.persist.codec.Vectors;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.codec.relation.SourceData;
import io.persist.part.DecodedPart;
import io.persist.part.ParquetParts;
import io.persist.part.Updates;
import io.persist.testing.GoldenShards;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Parts of the original: their values in our forms, their order in ours. */
final class GoldenRelationPartsTest {
    @Test
    void rowsOfRelationsGiveTheSameRowBytesAndColumns() throws CorruptDataException {
        int parts = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode expected = shard.expected();
            if (!expected.path("codec").asText().equals("source")) {
                continue;
            }
            for (String key : shard.blobFiles().keySet()) {
                Bytes blob = shard.blob(key);
                if (!blob.slice(0, 4).utf8().equals("PAR1")) {
                    continue;
                }
                try (BufferAllocator allocator = new RootAllocator();
                        DecodedPart part = ParquetParts.decode(blob, allocator)) {
                    FieldVector keys = part.updates().structured().keys();
                    RelationCodec<SourceData> codec = codecOf(keys, expected.get("read"));
                    assertSameForms(codec, part.updates(), allocator, shard + " " + key);
                    parts++;
                }
            }
        }
        assertThat(parts).isGreaterThanOrEqualTo(GoldenShards.isComplete() ? 10 : 0);
    }

    /** Of the schema that the part was written with. */
    private static RelationCodec<SourceData> codecOf(FieldVector keys, JsonNode read)
            throws CorruptDataException {
        for (JsonNode schema : read.get("schemas")) {
            Bytes encoded = Bytes.fromHex(schema.get("key_encoded").textValue());
            RelationCodec<SourceData> codec =
                    RelationCodec.of(RelationDescEncoding.decode(encoded));
            if (codec.structuredField("k_s").equals(keys.getField())) {
                return codec;
            }
        }
        throw new AssertionError("no schema is of type " + keys.getField());
    }

    private static void assertSameForms(
            RelationCodec<SourceData> codec,
            Updates updates,
            BufferAllocator allocator,
            String place)
            throws CorruptDataException {
        FieldVector keys = updates.structured().keys();
        ColumnReader<SourceData> reader = codec.reader(keys);
        try (FieldVector ours = Vectors.create(codec.structuredField("k_s"), allocator)) {
            ColumnAppender<SourceData> appender = codec.appender(ours);
            for (int row = 0; row < updates.count(); row++) {
                SourceData value = reader.value(row);
                Bytes bytes = codec.encode(value);
                assertThat(codec.decode(bytes)).as(place).isEqualTo(value);
                if (updates.rows() != null) {
                    Bytes original = Bytes.takeArray(updates.rows().keys().get(row));
                    assertThat(codec.decode(original)).as(place).isEqualTo(value);
                    // Merging keeps the row bytes of older schemas, which lack new columns.
                    if (!place.contains("kv-schema-compact")) {
                        assertThat(bytes).as(place).isEqualTo(original);
                    }
                }
                appender.append(row, value);
            }
            appender.finish(updates.count());
            assertThat(ArrayDataEncoding.toProto(ours))
                    .as(place)
                    .isEqualTo(ArrayDataEncoding.toProto(keys));
        }
    }

    @Test
    void runsThatTheOriginalCallsStructuredAreInOurOrder() throws CorruptDataException {
        int compared = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            for (JsonNode batch : shard.expected().get("inspect").get("batches")) {
                for (JsonNode run : batch.get("runs")) {
                    if (run.path("order").asText().equals("Structured")) {
                        compared += assertOrdered(shard, run.get("parts"));
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(100);
    }

    private static int assertOrdered(GoldenShards.Shard shard, JsonNode parts)
            throws CorruptDataException {
        int compared = 0;
        for (JsonNode json : parts) {
            if (!json.path("kind").asText().equals("hollow")) {
                continue;
            }
            String key = shard.shard() + "/" + json.get("key").textValue();
            try (BufferAllocator allocator = new RootAllocator();
                    DecodedPart part = ParquetParts.decode(shard.blob(key), allocator)) {
                Updates updates = part.updates();
                if (updates.structured() == null) {
                    continue;
                }
                FieldVector keys = updates.structured().keys();
                FieldVector vals = updates.structured().vals();
                StructuredOrder byKey = StructuredOrder.of(keys, keys);
                StructuredOrder byVal = StructuredOrder.of(vals, vals);
                for (int row = 0; row + 1 < updates.count(); row++) {
                    int order = byKey.compare(row, row + 1);
                    order = order != 0 ? order : byVal.compare(row, row + 1);
                    assertThat(order).as(key).isLessThanOrEqualTo(0);
                    compared++;
                }
            }
        }
        return compared;
    }
}
