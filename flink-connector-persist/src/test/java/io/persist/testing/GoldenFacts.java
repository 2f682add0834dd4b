package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.NamedCodecs;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.part.stats.StatsSettings;
import io.persist.part.stats.UntrimmableColumns;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/** With what schema and under which settings the parts of golden shards were written. */
public final class GoldenFacts {
    private GoldenFacts() {}

    /** Codec of the keys of a part. */
    public static Codec<?> keys(JsonNode expected, JsonNode part) throws CorruptDataException {
        String name = expected.path("read").path("codecs").path("key").asText();
        if (!name.equals(RelationCodec.NAME)) {
            return NamedCodecs.byName(name, Bytes.EMPTY);
        }
        JsonNode id =
                part.path("schema_id").isNull()
                        ? part.path("deprecated_schema_id")
                        : part.path("schema_id");
        for (JsonNode schema : expected.path("read").path("schemas")) {
            if (schema.path("id").asLong() == id.asLong()) {
                return RelationCodec.of(
                        RelationDescEncoding.decode(
                                GoldenShards.bytes(schema.path("key_encoded"))));
            }
        }
        throw new AssertionError("no schema " + id);
    }

    /** Codec of the values: never that of relations. */
    public static Codec<?> vals(JsonNode expected) throws CorruptDataException {
        return NamedCodecs.byName(
                expected.path("read").path("codecs").path("val").asText(), Bytes.EMPTY);
    }

    /** Settings of the statistics of a batch. */
    public static StatsSettings stats(JsonNode expected, JsonNode batch) {
        return new StatsSettings(true, budget(expected, batch), UntrimmableColumns.DEFAULT);
    }

    private static int budget(JsonNode expected, JsonNode batch) {
        for (JsonNode told : expected.path("extra").path("batches")) {
            if (told.has("budget")
                    && told.path("lower").asLong() == batch.path("lower").path(0).asLong()) {
                return told.path("budget").asInt();
            }
        }
        return flag(expected, "persist_stats_budget_bytes", StatsSettings.DEFAULT.budgetBytes());
    }

    /** Budget of the structured lower bounds. */
    public static int keyLowerBytes(JsonNode expected) {
        return flag(expected, "persist_batch_structured_key_lower_len", 256);
    }

    private static int flag(JsonNode expected, String name, int otherwise) {
        return expected.path("extra").path("flags").path(name).asInt(otherwise);
    }
}
