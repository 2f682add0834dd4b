package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.DataTypeEncoding;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Schemas and rows of the golden shards that hold relations. */
class GoldenRelationsTest {
    @Test
    void registeredSchemasAreOursByteForByte() throws CorruptDataException {
        int schemas = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode read = shard.expected().get("read");
            for (JsonNode schema : read.get("schemas")) {
                if (!schema.get("key").isObject()) {
                    continue; // not a relation
                }
                Bytes key = Bytes.fromHex(schema.get("key_encoded").textValue());
                RelationDesc desc = RelationDescEncoding.decode(key);
                assertThat(desc.columns()).hasSameSizeAs(schema.get("key").get("columns"));
                assertThat(desc.original()).isEqualTo(Bytes.EMPTY);
                assertThat(RelationDescEncoding.encode(desc)).isEqualTo(key);
                Bytes dataType =
                        Bytes.takeArray(
                                DataTypeEncoding.toProto(RelationFields.of(desc, "k"))
                                        .toByteArray());
                assertThat(dataType.hex())
                        .isEqualTo(schema.get("key_data_type_encoded").textValue());
                schemas++;
            }
        }
        assertThat(schemas).isPositive();
    }

    @Test
    void rowsDecodeAndEncodeToTheSameBytes() throws CorruptDataException {
        int rows = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode read = shard.expected().get("read");
            JsonNode schema = read.get("read_schema");
            if (schema == null || !schema.path("key").isObject()) {
                continue;
            }
            RelationCodec<SourceData> codec = RelationCodec.of(desc(schema));
            for (JsonNode snapshot : read.get("snapshots")) {
                for (JsonNode update : snapshot.path("updates")) {
                    Bytes proto = Bytes.fromHex(update.get(0).get("proto").textValue());
                    SourceData key = codec.decode(proto);
                    assertThat(codec.encode(key)).isEqualTo(proto);
                    assertThat(key instanceof SourceData.Error).isEqualTo(update.get(0).has("err"));
                    rows++;
                }
            }
        }
        assertThat(rows).isPositive();
    }

    private static RelationDesc desc(JsonNode schema) throws CorruptDataException {
        return RelationDescEncoding.decode(
                Bytes.fromHex(schema.get("key").get("proto").textValue()));
    }
}
