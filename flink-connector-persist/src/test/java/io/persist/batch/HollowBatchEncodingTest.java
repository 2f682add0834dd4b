package io.persist.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;

import io.persist.batch.proto.ProtoHollowBatch;
import io.persist.batch.proto.ProtoHollowBatchPart;
import io.persist.batch.proto.ProtoMetaEntry;
import io.persist.batch.proto.ProtoRunMeta;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.DescriptionEncoding;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import java.util.List;

class HollowBatchEncodingTest {
    private static final Description DESC =
            new Description(Antichain.minimum(), Antichain.of(5), Antichain.minimum());

    @Test
    void emptyBatchIsTheKnownBytes() throws Exception {
        Bytes bytes = Bytes.fromHex("0a0f0a030a010012030a01051a030a0100");
        assertThat(HollowBatchEncoding.encode(HollowBatch.empty(DESC))).isEqualTo(bytes);
        assertThat(HollowBatchEncoding.decode(bytes)).isEqualTo(HollowBatch.empty(DESC));
    }

    @Test
    void transmittedBatchesOfPeersRoundTrip() throws Exception {
        for (String generation : List.of("p128", "p26")) {
            JsonNode messages =
                    GoldenShards.named(generation, "kv-rewrite")
                            .expected()
                            .get("extra")
                            .get("transmittable");
            assertThat(messages).hasSize(5);
            for (JsonNode hex : messages) {
                Bytes bytes = Bytes.fromHex(hex.textValue());
                TransmittableBatch batch = TransmittableBatchEncoding.decode(bytes);
                assertThat(batch.batch().runs()).isNotEmpty();
                assertThat(TransmittableBatchEncoding.encode(batch)).isEqualTo(bytes);
            }
        }
    }

    @Test
    void hollowRunsOfPeersRoundTrip() throws Exception {
        int runs = 0;
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            for (JsonNode blob : shard.expected().get("inspect").get("blobs")) {
                if (blob.get("kind").textValue().equals("hollow_run")) {
                    Bytes bytes = shard.blob(blob.get("key").textValue());
                    List<RunPart> parts = HollowBatchEncoding.decodeRun(bytes);
                    assertThat(HollowBatchEncoding.encodeRun(parts)).isEqualTo(bytes);
                    runs++;
                }
            }
        }
        assertThat(runs > 0 || !GoldenShards.isComplete()).isTrue();
    }

    @Test
    void deprecatedKeysBecomeParts() throws Exception {
        ProtoHollowBatch proto = batch().addDeprecatedKeys("w1/p1").build();
        assertThat(HollowBatchEncoding.fromProto(proto).parts())
                .singleElement()
                .isInstanceOfSatisfying(
                        RunPart.Hollow.class,
                        part -> assertThat(part.key().text()).isEqualTo("w1/p1"));
    }

    @Test
    void metasArePaddedWhenReadAndTrimmedWhenWritten() throws Exception {
        ProtoHollowBatch.Builder proto =
                batch().addParts(part("a").build().toByteString())
                        .addParts(part("b").build().toByteString())
                        .addParts(part("c").build().toByteString());
        proto.addRuns(1).addRuns(2).addRunMeta(ProtoRunMeta.newBuilder().setSchemaId(7));
        ProtoHollowBatch trimmed = proto.build();
        proto.addRunMeta(ProtoRunMeta.getDefaultInstance());
        HollowBatch batch = HollowBatchEncoding.fromProto(proto.build());
        assertThat(batch.runs()).hasSize(3);
        assertThat(batch.runs().get(0).meta().schema()).contains(new SchemaId(7));
        assertThat(batch.runs().get(2).meta()).isEqualTo(RunMeta.NONE);
        assertThat(HollowBatchEncoding.toProto(batch)).isEqualTo(trimmed);
    }

    @Test
    void superfluousMetasAreCut() throws Exception {
        ProtoHollowBatch proto =
                batch().addParts(part("a").build().toByteString())
                        .addRunMeta(ProtoRunMeta.newBuilder().setSchemaId(7))
                        .addRunMeta(ProtoRunMeta.newBuilder().setSchemaId(8))
                        .build();
        assertThat(HollowBatchEncoding.fromProto(proto).runs()).hasSize(1);
    }

    @Test
    void metaKeysAndUnknownFieldsAreKept() throws Exception {
        // Field 1000 is nobody's. An empty meta key or value is left out of its entry.
        String unknown = "c23e0178";
        ProtoRunMeta meta =
                ProtoRunMeta.newBuilder()
                        .addMeta(ProtoMetaEntry.getDefaultInstance())
                        .addMeta(ProtoMetaEntry.newBuilder().setKey("k"))
                        .mergeFrom(Bytes.fromHex(unknown).toArray())
                        .build();
        assertThat(meta.toByteArray()).hasSize(2 + 5 + 4);
        ProtoHollowBatchPart part =
                ProtoHollowBatchPart.newBuilder(part("a").build())
                        .addMetadata(ProtoMetaEntry.newBuilder().setKey("m"))
                        .mergeFrom(Bytes.fromHex(unknown).toArray())
                        .build();
        ProtoHollowBatch proto =
                batch().addParts(part.toByteString())
                        .addRunMeta(meta)
                        .mergeFrom(Bytes.fromHex(unknown).toArray())
                        .build();
        Bytes bytes = Bytes.takeArray(proto.toByteArray());
        assertThat(HollowBatchEncoding.encode(HollowBatchEncoding.decode(bytes))).isEqualTo(bytes);
    }

    @Test
    void runsMustAscendWithinTheParts() {
        assertCorrupt(
                batch().addParts(part("a").build().toByteString()).addRuns(0), "begin at [0]");
        assertCorrupt(
                batch().addParts(part("a").build().toByteString()).addRuns(1), "begin at [1]");
        assertCorrupt(
                batch().addParts(part("a").build().toByteString()).addRuns(-1), "begin at [-1]");
        assertCorrupt(batch().addRuns(1), "without parts");
    }

    @Test
    void inlinePartsHaveNoFieldsOfBlobParts() {
        ProtoHollowBatchPart.Builder inline =
                ProtoHollowBatchPart.newBuilder().setInline(ByteString.EMPTY);
        assertCorrupt(
                batch().addParts(inline.clone().setDiffsSum(0).build().toByteString()),
                "diffs_sum");
        assertCorrupt(
                batch().addParts(inline.clone().setEncodedSizeBytes(1).build().toByteString()),
                "encoded_size");
        assertCorrupt(
                batch().addParts(
                                inline.clone()
                                        .setKeyStats(ByteString.EMPTY)
                                        .build()
                                        .toByteString()),
                "key_stats");
    }

    @Test
    void malformedBatchesAreRefused() {
        assertCorrupt(ProtoHollowBatch.newBuilder(), "description");
        assertCorrupt(batch().addParts(ByteString.EMPTY), "kind");
        assertCorrupt(batch().setLen(-1), "updates");
        assertCorrupt(
                batch().addParts(part("a").build().toByteString())
                        .addRunMeta(ProtoRunMeta.newBuilder().setOrderValue(9)),
                "run order 9");
        assertThatThrownBy(() -> HollowBatchEncoding.decode(Bytes.fromHex("0aff")))
                .isInstanceOf(CorruptDataException.class);
    }

    private static ProtoHollowBatch.Builder batch() {
        return ProtoHollowBatch.newBuilder().setDesc(DescriptionEncoding.toProto(DESC));
    }

    private static ProtoHollowBatchPart.Builder part(String key) {
        return ProtoHollowBatchPart.newBuilder().setKey(key);
    }

    private static void assertCorrupt(ProtoHollowBatch.Builder proto, String message) {
        assertThatThrownBy(() -> HollowBatchEncoding.fromProto(proto.build()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message);
    }
}
