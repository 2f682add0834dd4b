package io.persist.batch.build;

import static io.persist.batch.build.BatchRig.SCHEMA_ID;
import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.HollowBatch;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.TransmittableBatch;
import io.persist.batch.TransmittableBatchEncoding;
import io.persist.batch.build.BatchRig.HookedBlob;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.PartFormat;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.StoreException;
import io.persist.store.WriterKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

final class BatchTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static String reason(RewriteResult result) {
        return ((RewriteResult.InvalidRewrite) result).reason();
    }

    private Batch twoToFour() throws Exception {
        return rig.build(BatchConfig.builder(), 2, 4, Row.of("k", 2, 1), Row.of("l", 3, 1));
    }

    private static Batch with(Batch batch, BatchRig rig, HollowBatch other) throws Exception {
        TransmittableBatch message =
                new TransmittableBatch(
                        BatchRig.SHARD, "26.0.0", other, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);
        batch.markConsumed();
        return Batch.fromTransmittable(
                rig.store,
                BatchConfig.builder().build(),
                BatchRig.STRINGS,
                TransmittableBatchEncoding.encode(message));
    }

    @Test
    void rewriteMovesTheUpperAndTheTimesReadersSee_B11() throws Exception {
        try (Batch batch = rig.build(hollow(), 2, 4, Row.of("k", 2, 1), Row.of("l", 3, 1))) {
            assertThat(batch.rewriteTs(Antichain.of(3), Antichain.of(6)))
                    .isEqualTo(new RewriteResult.Rewritten());

            assertThat(batch.hollow().desc())
                    .isEqualTo(
                            new Description(Antichain.of(2), Antichain.of(6), Antichain.minimum()));
            assertThat(rig.read(batch.hollow()))
                    .containsExactly(Row.of("k", 3, 1), Row.of("l", 3, 1));

            batch.rewriteTs(Antichain.of(3), Antichain.of(6)).orThrow();
            batch.rewriteTs(Antichain.of(8), Antichain.of(9)).orThrow();
            assertThat(rig.read(batch.hollow()))
                    .containsExactly(Row.of("k", 8, 1), Row.of("l", 8, 1));
            batch.delete();
        }
    }

    @Test
    void frontierMustBeBeforeTheNewUpper_R1() throws Exception {
        try (Batch batch = twoToFour()) {
            HollowBatch before = batch.hollow();
            for (long upper : new long[] {4, 5}) {
                assertThat(reason(batch.rewriteTs(Antichain.of(5), Antichain.of(upper))))
                        .contains("[5]")
                        .contains("[" + upper + "]");
            }
            assertThat(batch.hollow()).isEqualTo(before);
            batch.delete();
        }
    }

    @Test
    void newUpperMustNotBeBeforeTheUpper_R2() throws Exception {
        try (Batch batch = twoToFour()) {
            assertThat(reason(batch.rewriteTs(Antichain.of(2), Antichain.of(3))))
                    .contains("new upper [3]")
                    .contains("[4]");
            batch.delete();
        }
    }

    @Test
    void frontierMustNotBeBeforeTheLower_R3() throws Exception {
        try (Batch batch = twoToFour()) {
            assertThat(reason(batch.rewriteTs(Antichain.of(1), Antichain.of(4))))
                    .contains("[1]")
                    .contains("lower [2]");
            batch.delete();
        }
    }

    @Test
    void compactedBatchesAreRefused_R4() throws Exception {
        Batch original = twoToFour();
        HollowBatch compacted =
                original.hollow()
                        .withDesc(
                                new Description(Antichain.of(2), Antichain.of(4), Antichain.of(1)));
        try (Batch batch = with(original, rig, compacted)) {
            assertThat(reason(batch.rewriteTs(Antichain.of(3), Antichain.of(4))))
                    .contains("compacted to [1]");
            batch.markConsumed();
        }
    }

    @Test
    void frontierMustNotBeBeforeAnEarlierOne_R5() throws Exception {
        try (Batch batch = twoToFour()) {
            batch.rewriteTs(Antichain.of(3), Antichain.of(4)).orThrow();

            RewriteResult again = batch.rewriteTs(Antichain.of(2), Antichain.of(4));

            assertThat(reason(again)).contains("[2]").contains("earlier rewrite [3]");
            assertThatThrownBy(again::orThrow).isInstanceOf(IllegalArgumentException.class);
            batch.delete();
        }
    }

    private RunPart.Many store(List<RunPart> parts, long id) throws StoreException {
        PartKey key = PartKey.of(WriterKey.ofVersion("26.0.0"), new UUID(9, id));
        rig.blob.set(rig.store.blobKey(key), HollowBatchEncoding.encodeRun(parts));
        return new RunPart.Many(key, 1, 1, Bytes.EMPTY, null, null, Bytes.EMPTY);
    }

    private Batch nested() throws Exception {
        Batch original =
                rig.build(
                        hollow().targetBytes(0),
                        2,
                        4,
                        Row.of("a", 2, 1),
                        Row.of("b", 3, 1),
                        Row.of("c", 3, 1));
        List<RunPart> parts = original.hollow().parts().toList();
        RunPart.Many inner = store(parts.subList(1, 3), 1);
        RunPart.Many outer = store(List.of(parts.get(0), inner), 2);
        Run run = new Run(RunMeta.of(RunOrder.STRUCTURED, SCHEMA_ID), List.of(outer));
        return with(
                original,
                rig,
                new HollowBatch(original.hollow().desc(), 3, List.of(run), Bytes.EMPTY));
    }

    @Test
    void rewritingARunInBlobIsRefused_B11() throws Exception {
        try (Batch batch = nested()) {
            assertThat(reason(batch.rewriteTs(Antichain.of(3), Antichain.of(4))))
                    .contains("[3]")
                    .contains("[4]")
                    .contains("run in blob");
            batch.delete();
        }
    }

    @Test
    void deleteRemovesNestedRunsAndWhatTheyList_B36() throws Exception {
        try (Batch batch = nested()) {
            assertThat(rig.blobKeys()).hasSize(5);
            assertThat(rig.read(batch.hollow()))
                    .containsExactly(Row.of("a", 2, 1), Row.of("b", 3, 1), Row.of("c", 3, 1));

            batch.delete();

            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    @Test
    void aFailureMidwayForgetsNothing_B36() throws Exception {
        try (Batch batch = nested()) {
            rig.blob.beforeDelete = HookedBlob.failFirst(1000);
            assertThatThrownBy(batch::delete).isInstanceOf(StoreException.class);
            rig.blob.beforeDelete = key -> {};

            batch.delete();

            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    @Test
    void deleteRemovesThePartUnlessDeletingIsOff_BT7() throws Exception {
        try (Batch kept = rig.build(hollow().deleteEnabled(false), 0, 1, Row.of("k", 0, 1))) {
            kept.delete();
            assertThat(rig.blobKeys()).hasSize(1);
        }
        try (Batch batch = rig.build(hollow(), 0, 1, Row.of("k", 0, 1))) {
            RunPart.Hollow part = (RunPart.Hollow) batch.hollow().parts().findFirst().orElseThrow();
            BlobKey key = rig.store.blobKey(part.key());
            assertThat(rig.blob.get(key)).isPresent();
            batch.delete();
            assertThat(rig.blob.get(key)).isEmpty();
            assertThat(rig.blobKeys()).hasSize(1);
            assertThatThrownBy(batch::hollow).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aTransmittedBatchIsTheSameAndMayBeRebuiltTwice_B7() throws Exception {
        Batch batch = rig.build(hollow(), 0, 1, Row.of("foo", 0, 1));
        HollowBatch hollow = batch.hollow();

        Bytes message = batch.toTransmittable();

        assertThatThrownBy(batch::hollow).isInstanceOf(IllegalStateException.class);
        BatchConfig config = BatchConfig.builder().writerVersion("26.5.0").build();
        Batch one = Batch.fromTransmittable(rig.store, config, BatchRig.STRINGS, message);
        Batch two = Batch.fromTransmittable(rig.store, config, BatchRig.STRINGS, message);
        assertThat(one.hollow()).isEqualTo(hollow);
        assertThat(two.hollow()).isEqualTo(hollow);
        assertThat(one.version()).isEqualTo("26.0.0");
        assertThat(one.toTransmittable()).isEqualTo(message);
        two.delete();
    }

    @Test
    void aTransmittedInlineBatchIsRewrittenAndRead_BT5() throws Exception {
        Bytes message =
                rig.build(BatchConfig.builder(), 0, 1, Row.of("foo", 0, 1)).toTransmittable();
        try (Batch batch =
                Batch.fromTransmittable(
                        rig.store, BatchConfig.builder().build(), BatchRig.STRINGS, message)) {
            batch.rewriteTs(Antichain.of(2), Antichain.of(3)).orThrow();
            HollowBatch registered =
                    batch.hollow()
                            .withDesc(
                                    new Description(
                                            Antichain.of(0), Antichain.of(3), Antichain.of(0)));

            assertThat(rig.read(registered)).containsExactly(Row.of("foo", 2, 1));
            batch.markConsumed();
        }
    }

    @Test
    void anotherShardsBatchIsRefused_B8() throws Exception {
        Bytes message =
                TransmittableBatchEncoding.encode(
                        new TransmittableBatch(
                                new ShardId(new UUID(1, 2)),
                                "26.0.0",
                                HollowBatch.empty(
                                        new Description(
                                                Antichain.of(0), Antichain.of(1), Antichain.of(0))),
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                Bytes.EMPTY));

        assertThatThrownBy(
                        () ->
                                Batch.fromTransmittable(
                                        rig.store,
                                        BatchConfig.builder().build(),
                                        BatchRig.STRINGS,
                                        message))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(BatchRig.SHARD.toString());
    }

    @Test
    void aBatchWithoutAVersionOrOfOtherBytesIsCorrupt_B8() {
        BatchConfig config = BatchConfig.builder().build();
        TransmittableBatch noVersion =
                new TransmittableBatch(
                        BatchRig.SHARD,
                        "new",
                        HollowBatch.empty(
                                new Description(Antichain.of(0), Antichain.of(1), Antichain.of(0))),
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        Bytes.EMPTY);

        assertThatThrownBy(
                        () ->
                                Batch.fromTransmittable(
                                        rig.store,
                                        config,
                                        BatchRig.STRINGS,
                                        TransmittableBatchEncoding.encode(noVersion)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("'new'");
        assertThatThrownBy(
                        () ->
                                Batch.fromTransmittable(
                                        rig.store, config, BatchRig.STRINGS, Bytes.fromHex("ffff")))
                .isInstanceOf(CorruptDataException.class);
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void flushingToBlobKeepsEverythingButThePlace_B10(PartFormat format) throws Exception {
        BatchConfig.Builder config = BatchConfig.builder().format(format).targetBytes(40);
        try (Batch batch =
                rig.build(
                        config,
                        0,
                        3,
                        Row.of("key1", 1, 1),
                        Row.of("k2", 2, 4),
                        Row.of("c", 0, -1))) {
            batch.rewriteTs(Antichain.of(2), Antichain.of(7)).orThrow();
            HollowBatch before = batch.hollow();
            assertThat(before.inlineBytes()).isPositive();

            batch.flushToBlob();

            HollowBatch after = batch.hollow();
            assertThat(after.inlineBytes()).isZero();
            assertThat(after.desc()).isEqualTo(before.desc());
            assertThat(after.len()).isEqualTo(before.len());
            assertThat(after.runs().stream().map(Run::meta))
                    .containsExactlyElementsOf(before.runs().stream().map(Run::meta).toList());
            List<RunPart> parts = after.parts().toList();
            for (RunPart part : parts) {
                RunPart.Hollow hollow = (RunPart.Hollow) part;
                assertThat(hollow.tsRewrite()).isEqualTo(Antichain.of(2));
                assertThat(hollow.schema()).isEqualTo(SCHEMA_ID);
            }
            assertThat(parts.stream().mapToLong(p -> ((RunPart.Hollow) p).diffsSum()).sum())
                    .isEqualTo(4);
            assertThat(rig.read(after)).isEqualTo(rig.read(before)).hasSize(3);
            batch.delete();
        }
    }

    @Test
    void aFailedFlushChangesNothing_B10() throws Exception {
        BatchConfig.Builder config = BatchConfig.builder().targetBytes(0);
        try (Batch batch = rig.build(config, 0, 3, Row.of("a", 1, 1), Row.of("b", 1, 1))) {
            HollowBatch before = batch.hollow();
            List<Object> sets = new ArrayList<>();
            rig.blob.beforeSet =
                    key -> {
                        sets.add(key);
                        if (sets.size() > 1) {
                            throw new StoreException.Determinate("injected");
                        }
                    };

            assertThatThrownBy(batch::flushToBlob).isInstanceOf(StoreException.class);

            assertThat(batch.hollow()).isEqualTo(before);
            assertThat(rig.blobKeys()).isEmpty();
            batch.markConsumed();
        }
    }

    /** Such parts may be read, as peers do, but not written to blob, where readers check. */
    @Test
    void anInlinePartOfTimesBeforeItsLowerIsCorruptOnceItIsFlushed_B10() throws Exception {
        Batch source = rig.build(BatchConfig.builder(), 0, 3, Row.of("a", 1, 1));
        HollowBatch hollow = source.hollow();
        byte[] bytes = ((RunPart.Inline) hollow.parts().toList().get(0)).updates().toArray();
        assertThat(Bytes.takeArray(bytes).slice(0, 7)).isEqualTo(Bytes.fromHex("0a0c0a030a0100"));
        bytes[6] = 2; // the lower
        RunPart part = new RunPart.Inline(Bytes.takeArray(bytes), null, null, null, Bytes.EMPTY);
        Run run = new Run(hollow.runs().get(0).meta(), List.of(part));
        HollowBatch wrong = new HollowBatch(hollow.desc(), 1, List.of(run), Bytes.EMPTY);
        try (Batch batch = with(source, rig, wrong)) {
            assertThatThrownBy(batch::flushToBlob)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("[2]")
                    .hasMessageContaining("found 1 in row 0");

            assertThat(batch.hollow()).isEqualTo(wrong);
            assertThat(rig.blobKeys()).isEmpty();
            batch.markConsumed();
        }
    }

    @Test
    void accessorsAddUpBlobsAndSchemas_B2() throws Exception {
        try (Batch batch = rig.build(hollow().targetBytes(0), 0, 3, Row.of("a", 1, 1))) {
            assertThat(batch.schemaIds()).containsExactly(SCHEMA_ID);
            String key = rig.blobKeys().get(0);
            assertThat(batch.encodedBytes())
                    .isEqualTo(
                            rig.blob.get(new io.persist.store.BlobKey(key)).orElseThrow().length());
            assertThat(batch.shard()).isEqualTo(BatchRig.SHARD);
            assertThat(batch.lower()).isEqualTo(Antichain.of(0));
            assertThat(batch.upper()).isEqualTo(Antichain.of(3));
            batch.delete();
        }
    }
}
