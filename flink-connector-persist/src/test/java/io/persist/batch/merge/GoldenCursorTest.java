package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.build.BatchRig;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.frontier.Antichain;
import io.persist.state.encoding.RollupEncoding;
import io.persist.store.BlobKey;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;

/** What two generations of the original client wrote reads as it does for them. */
final class GoldenCursorTest {
    static List<GoldenShards.Shard> shards() {
        return GoldenShards.all();
    }

    @ParameterizedTest
    @MethodSource("shards")
    void snapshotsAndChangesReadAsTheirWriterSaysTheyDo(GoldenShards.Shard shard) throws Exception {
        JsonNode expected = shard.expected();
        BatchSchema<?, ?> schema =
                switch (expected.get("codec").textValue()) {
                    case "string" -> BatchRig.STRINGS;
                    case "bytes-unit" -> BatchRig.schema(Codecs.BYTES, Codecs.UNIT);
                    case "source" ->
                            BatchRig.schema(RelationCodec.of(readSchema(expected)), Codecs.UNIT);
                    default -> throw new AssertionError(expected.get("codec"));
                };
        List<HollowBatch> batches =
                RollupEncoding.decode(
                                Bytes.fromHex(
                                        expected.get("inspect")
                                                .get("state_as_rollup_proto")
                                                .textValue()))
                        .state()
                        .batches();
        try (BatchRig rig = new BatchRig(shard.shard())) {
            for (String key : shard.blobFiles().keySet()) {
                rig.blob.set(new BlobKey(key), shard.blob(key));
            }
            for (JsonNode snapshot : expected.get("read").get("snapshots")) {
                if (!snapshot.has("error")) {
                    Filter filter =
                            new Filter.Snapshot(
                                    Antichain.of(GoldenShards.time(snapshot.get("as_of"))));
                    assertReads(rig, schema, batches, filter, snapshot.get("updates"));
                }
            }
            checkListen(rig, schema, batches, expected.get("read").get("listen"));
        }
    }

    /** Steps from batch to batch, as a listener does. */
    private static <K, V> void checkListen(
            BatchRig rig, BatchSchema<K, V> schema, List<HollowBatch> batches, JsonNode listen)
            throws Exception {
        if (listen == null || !listen.has("steps")) {
            return;
        }
        Antichain asOf = Antichain.of(GoldenShards.time(listen.get("from")));
        Antichain frontier = asOf;
        for (JsonNode step : listen.get("steps")) {
            long at = frontier.element();
            HollowBatch batch =
                    batches.stream()
                            .filter(b -> b.lower().lessEqual(at) && !b.upper().lessEqual(at))
                            .findFirst()
                            .orElseThrow();
            Filter filter = new Filter.Listen(asOf, frontier);
            assertReads(rig, schema, List.of(batch), filter, step.get("updates"));
            frontier = batch.upper();
            assertThat(frontier).isEqualTo(GoldenShards.frontier(step.get("progress")));
        }
    }

    private static <K, V> void assertReads(
            BatchRig rig,
            BatchSchema<K, V> schema,
            List<HollowBatch> batches,
            Filter filter,
            JsonNode updates)
            throws Exception {
        List<Encoded> read =
                rig.read(schema, filter, batches).stream()
                        .map(
                                row ->
                                        new Encoded(
                                                schema.keys().encode(row.key()),
                                                schema.vals().encode(row.val()),
                                                row.time(),
                                                row.diff()))
                        .toList();
        List<Encoded> expected = new ArrayList<>();
        for (JsonNode update : updates) {
            expected.add(
                    new Encoded(
                            rowBytes(schema.keys(), update.get(0)),
                            rowBytes(schema.vals(), update.get(1)),
                            GoldenShards.time(update.get(2)),
                            update.get(3).longValue()));
        }
        assertThat(read)
                .as("%s", filter)
                .containsExactlyInAnyOrderElementsOf(expected)
                .doesNotHaveDuplicates();
    }

    private record Encoded(Bytes key, Bytes val, long time, long diff) {}

    private static Bytes rowBytes(Codec<?> codec, JsonNode json) {
        if (json.isNull()) {
            return Bytes.EMPTY;
        }
        if (json.isObject()) {
            return Bytes.fromHex(json.get("proto").textValue());
        }
        return codec == Codecs.STRING
                ? Bytes.utf8(json.textValue())
                : Bytes.fromHex(json.textValue());
    }

    private static RelationDesc readSchema(JsonNode expected) throws Exception {
        JsonNode schemas = expected.get("read").get("schemas");
        JsonNode newest = schemas.get(schemas.size() - 1);
        return RelationDescEncoding.decode(Bytes.fromHex(newest.get("key_encoded").textValue()));
    }
}
