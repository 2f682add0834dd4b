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
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;
import io.persist.store.PartKey;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;

/** What a batch is between its building and its end. */
final class BatchHandleTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aHandleKnowsItsShardVersionAndSchemas_B1() throws Exception {
        BatchConfig.Builder config = BatchConfig.builder().writerVersion("26.3.1");
        Batch batch = rig.build(config, 0, 1, Row.of("k", 0, 1));
        HollowBatch hollow = batch.hollow();
        assertThat(batch.version()).isEqualTo("26.3.1");

        TransmittableBatch message = TransmittableBatchEncoding.decode(batch.toTransmittable());

        assertThat(message.shard()).isEqualTo(BatchRig.SHARD);
        assertThat(message.version()).isEqualTo("26.3.1");
        assertThat(message.batch()).isEqualTo(hollow);
        assertThat(message.keySchema()).isEqualTo(Codecs.STRING.schema());
        assertThat(message.valSchema()).isEqualTo(Codecs.STRING.schema());
    }

    @Test
    void peersOfTheOlderGenerationGetNoSchemas_B1() throws Exception {
        BatchConfig.Builder config =
                BatchConfig.builder().writerVersion("0.128.0").format(PartFormat.BOTH);
        Batch batch = rig.build(config, 0, 1, Row.of("k", 0, 1));

        TransmittableBatch message = TransmittableBatchEncoding.decode(batch.toTransmittable());

        assertThat(message.keySchema()).isEqualTo(Bytes.EMPTY);
        assertThat(message.valSchema()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void runsInBlobCountTheirPartsBytesAndNoSchema_B2() throws Exception {
        RunPart.Many many = many(rig.store.partIds().get(), 70);
        RunPart inline = new RunPart.Inline(Bytes.utf8("xy"), null, null, null, Bytes.EMPTY);
        try (Batch batch = received(List.of(many, inline))) {
            assertThat(batch.encodedBytes()).isEqualTo(70);
            assertThat(batch.schemaIds()).isEmpty();
            batch.markConsumed();
        }
    }

    private static RunPart.Many many(UUID id, long bytes) {
        PartKey key = PartKey.of(hollow().build().writerKey(), id);
        return new RunPart.Many(key, bytes, bytes, Bytes.EMPTY, null, null, Bytes.EMPTY);
    }

    /** A batch as another process may have built it. */
    private Batch received(List<RunPart> parts) throws Exception {
        Run run = new Run(RunMeta.of(RunOrder.STRUCTURED, SCHEMA_ID), parts);
        HollowBatch hollow = new HollowBatch(BatchRig.desc(0, 1, 0), 2, List.of(run), Bytes.EMPTY);
        return Batch.fromTransmittable(
                rig.store,
                BatchConfig.builder().build(),
                BatchRig.STRINGS,
                TransmittableBatchEncoding.encode(
                        new TransmittableBatch(
                                BatchRig.SHARD,
                                "26.0.0",
                                hollow,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                Bytes.EMPTY)));
    }

    @Test
    void aDroppedBatchIsWarnedAboutOnceWithTheNamesOfItsParts_B3() throws Exception {
        Batch blob = rig.build(hollow(), 0, 1, Row.of("k", 0, 1));
        Batch inline = rig.build(BatchConfig.builder(), 0, 1, Row.of("k", 0, 1));
        String name =
                ((RunPart.Hollow) blob.hollow().parts().findFirst().orElseThrow()).key().text();

        List<String> warnings =
                warnings(
                        () -> {
                            blob.close();
                            blob.close();
                            inline.close();
                            return null;
                        });

        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0)).contains("1 parts", name, BatchRig.SHARD.toString());
        assertThat(warnings.get(1)).contains("1 parts", "<inline>");
        assertThat(rig.blobKeys()).hasSize(1);
    }

    @Test
    void consumedDeletedAndEmptyBatchesAreDroppedInSilence_B4() throws Exception {
        Batch consumed = rig.build(hollow(), 0, 1, Row.of("k", 0, 1));
        Batch deleted = rig.build(hollow().deleteEnabled(false), 0, 1, Row.of("k", 0, 1));
        Batch sent = rig.build(hollow(), 0, 1, Row.of("k", 0, 1));
        Batch taken = rig.build(hollow(), 0, 1, Row.of("k", 0, 1));
        Batch empty = rig.build(hollow(), 0, 1);
        consumed.markConsumed();
        deleted.delete();
        sent.toTransmittable();
        taken.takeHollow();

        List<String> warnings =
                warnings(
                        () -> {
                            List.of(consumed, deleted, sent, taken, empty).forEach(Batch::close);
                            return null;
                        });

        assertThat(warnings).isEmpty();
        for (Batch gone : List.of(consumed, deleted, sent, taken)) {
            assertThatThrownBy(gone::hollow).isInstanceOf(IllegalStateException.class);
        }
    }

    private static List<String> warnings(Callable<?> action) throws Exception {
        List<String> messages = new ArrayList<>();
        AbstractAppender appender =
                new AbstractAppender("warnings", null, null, true, Property.EMPTY_ARRAY) {
                    @Override
                    public void append(LogEvent event) {
                        if (event.getLevel().equals(Level.WARN)) {
                            messages.add(event.getMessage().getFormattedMessage());
                        }
                    }
                };
        appender.start();
        Logger logger = (Logger) LogManager.getLogger(Batch.class);
        Level before = logger.getLevel();
        logger.addAppender(appender);
        logger.setLevel(Level.WARN);
        try {
            action.call();
        } finally {
            logger.removeAppender(appender);
            logger.setLevel(before);
        }
        return messages;
    }

    /** The defect of the 2024 original: it forgot the parts before it deleted them. */
    @Test
    void deletingReallyDeletesEveryPart_B5a() throws Exception {
        Batch batch =
                rig.build(hollow().targetBytes(0), 0, 1, Row.of("a", 0, 1), Row.of("b", 0, 1));
        assertThat(rig.blobKeys()).hasSize(2);

        batch.delete();

        assertThat(rig.blobKeys()).isEmpty();
    }

    @Test
    void deletingWhenSwitchedOffOnlyConsumes_B5() throws Exception {
        Batch batch = rig.build(hollow().deleteEnabled(false), 0, 1, Row.of("a", 0, 1));

        batch.delete();

        assertThat(rig.blobKeys()).hasSize(1);
        assertThatThrownBy(batch::hollow).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takingTheMetadataConsumesTheHandleAndKeepsTheBlobs_B6() throws Exception {
        Batch batch = rig.build(hollow(), 0, 1, Row.of("a", 0, 1));

        HollowBatch taken = batch.takeHollow();

        assertThat(rig.read(taken)).containsExactly(Row.of("a", 0, 1));
        assertThatThrownBy(batch::takeHollow).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aMessageIsRebuiltWithTheReceiversSettings_B8() throws Exception {
        Batch batch = rig.build(hollow(), 0, 1, Row.of("a", 0, 1));
        HollowBatch before = batch.hollow();
        Bytes message = batch.toTransmittable();

        BatchConfig keeping = hollow().deleteEnabled(false).build();
        Batch copy = Batch.fromTransmittable(rig.store, keeping, BatchRig.STRINGS, message);
        assertThat(copy.hollow()).isEqualTo(before);
        copy.delete();
        assertThat(rig.blobKeys()).hasSize(1);

        Batch.fromTransmittable(rig.store, hollow().build(), BatchRig.STRINGS, message).delete();
        assertThat(rig.blobKeys()).isEmpty();
    }

    @Test
    void flushingLeavesBlobPartsAndRunsInBlobAloneAndKeepsAnyIdOfTheSchema_B10() throws Exception {
        Batch source = rig.build(BatchConfig.builder(), 0, 1, Row.of("i", 0, 1));
        RunPart.Inline inline =
                (RunPart.Inline) source.takeHollow().parts().findFirst().orElseThrow();
        RunPart.Inline old =
                new RunPart.Inline(
                        inline.updates(), Antichain.of(0), null, new SchemaId(7), Bytes.EMPTY);
        RunPart.Hollow hollow = rig.part(hollow(), BatchRig.desc(0, 1, 0), Row.of("h", 0, 1));
        RunPart.Many many = many(new UUID(5, 5), 1);
        try (Batch batch = received(List.of(hollow, old, many))) {
            batch.flushToBlob();

            List<RunPart> parts = batch.hollow().parts().toList();
            assertThat(parts).hasSize(3);
            assertThat(parts.get(0)).isEqualTo(hollow);
            assertThat(parts.get(2)).isEqualTo(many);
            RunPart.Hollow flushed = (RunPart.Hollow) parts.get(1);
            assertThat(flushed.schema()).isNull();
            assertThat(flushed.deprecatedSchema()).isEqualTo(new SchemaId(7));
            assertThat(flushed.tsRewrite()).isEqualTo(Antichain.of(0));
            assertThat(flushed.diffsSum()).isEqualTo(1);
            assertThat(batch.hollow().runs().get(0).meta().order()).contains(RunOrder.STRUCTURED);
            batch.markConsumed();
        }
    }

    @Test
    void aRunBlobThatIsGoneIsSkippedAndSharedOnesAreDeletedOnce_B36() throws Exception {
        RunPart.Hollow leaf = rig.part(hollow(), BatchRig.desc(0, 1, 0), Row.of("h", 0, 1));
        RunPart.Many inner = many(new UUID(6, 1), 1);
        rig.blob.set(rig.store.blobKey(inner.key()), HollowBatchEncoding.encodeRun(List.of(leaf)));
        RunPart.Many gone = many(new UUID(6, 2), 1);
        List<String> deletes = new ArrayList<>();
        rig.blob.beforeDelete =
                key -> {
                    synchronized (deletes) {
                        deletes.add(key.text());
                    }
                };
        try (Batch batch = received(List.of(inner, leaf, gone, inner))) {
            batch.delete();
        }

        assertThat(rig.blobKeys()).isEmpty();
        assertThat(deletes).doesNotHaveDuplicates().hasSize(3);
    }
}
