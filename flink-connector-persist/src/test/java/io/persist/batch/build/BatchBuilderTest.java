package io.persist.batch.build;

import static io.persist.batch.build.BatchRig.SCHEMA_ID;
import static io.persist.batch.build.BatchRig.STRINGS;
import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

final class BatchBuilderTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static RunPart.Hollow onlyHollow(HollowBatch batch) {
        List<RunPart> parts = batch.parts().toList();
        assertThat(parts).hasSize(1);
        return (RunPart.Hollow) parts.get(0);
    }

    private DecodedPart decode(RunPart.Hollow part) throws Exception {
        Bytes blob = rig.blob.get(rig.store.blobKey(part.key())).orElseThrow();
        return ParquetParts.decode(blob, rig.allocator);
    }

    @Test
    void onePartHasTheEmbeddedAndTheRegisteredDescription_B15() throws Exception {
        Batch batch = rig.build(hollow(), 3, 7, Row.of("b", 4, 1), Row.of("a", 6, 2));

        assertThat(batch.hollow().desc())
                .isEqualTo(new Description(Antichain.of(3), Antichain.of(7), Antichain.minimum()));
        assertThat(batch.hollow().len()).isEqualTo(2);
        assertThat(batch.hollow().runs()).hasSize(1);
        assertThat(batch.hollow().runs().get(0).meta())
                .isEqualTo(RunMeta.of(RunOrder.UNORDERED, SCHEMA_ID));
        RunPart.Hollow part = onlyHollow(batch.hollow());
        assertThat(part.schema()).isEqualTo(SCHEMA_ID);
        assertThat(part.diffsSum()).isEqualTo(3);
        assertThat(part.format()).isEqualTo(new RunPart.FormatHint.Structured());
        assertThat(part.tsRewrite()).isNull();
        try (DecodedPart decoded = decode(part)) {
            assertThat(decoded.desc())
                    .isEqualTo(
                            new Description(
                                    Antichain.of(3), Antichain.empty(), Antichain.minimum()));
            assertThat(decoded.index()).isZero();
        }
        batch.delete();
    }

    @Test
    void addBeforeLowerIsRefusedAndStoresNothing_B16() throws Exception {
        try (BatchBuilder<String, String> builder = rig.builder(hollow(), 5)) {
            assertThatThrownBy(() -> builder.add("early", "", 4, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("4")
                    .hasMessageContaining("[5]");
            builder.add("k", "", 5, 1);
            try (Batch batch = builder.finish(Antichain.of(6))) {
                assertThat(rig.read(batch.hollow())).containsExactly(Row.of("k", 5, 1));
                batch.delete();
            }
        }
    }

    @Test
    void timesAreUnsigned_B16() throws Exception {
        long huge = -2; // 2^64 - 2
        Batch batch =
                rig.build(
                        hollow().build(),
                        STRINGS,
                        Antichain.of(5),
                        Antichain.empty(),
                        List.of(Row.of("k", huge, 1)));

        assertThat(rig.read(batch.hollow())).containsExactly(Row.of("k", huge, 1));
        batch.delete();
    }

    @Test
    void finishBeforeAnUpdateIsRefusedAndCanBeRepeated_B20() throws Exception {
        try (BatchBuilder<String, String> builder = rig.builder(hollow(), 0)) {
            builder.add("k", "", 3, 1);
            builder.add("l", "", 1, 1);

            assertThatThrownBy(() -> builder.finish(Antichain.of(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[3]")
                    .hasMessageContaining("update at 3");
            try (Batch batch = builder.finish(Antichain.of(4))) {
                assertThat(batch.hollow().len()).isEqualTo(2);
                batch.delete();
            }
        }
    }

    @Test
    void finishBeforeLowerIsRefused_B19() {
        try (BatchBuilder<String, String> builder = rig.builder(hollow(), 5)) {
            assertThatThrownBy(() -> builder.finish(Antichain.of(4)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[4]")
                    .hasMessageContaining("[5]");
        }
    }

    @Test
    void anEmptyBatchTouchesNoBlobAndMayHaveEqualBounds_B22() throws Exception {
        Batch batch = rig.build(hollow(), 5, 5);

        assertThat(batch.hollow())
                .isEqualTo(
                        HollowBatch.empty(
                                new Description(
                                        Antichain.of(5), Antichain.of(5), Antichain.minimum())));
        assertThat(rig.blob.calls).hasValue(0);
    }

    @Test
    void aDiffOfZeroAddsNothing() throws Exception {
        Batch batch = rig.build(hollow(), 0, 5, Row.of("k", 9, 0));

        assertThat(batch.hollow().runs()).isEmpty();
    }

    @Test
    void aPartIsSentOffWhenTheTargetIsReached_B23() throws Exception {
        // Payload of an update: 1 byte of key, 16 of time and diff.
        try (BatchBuilder<String, String> builder = rig.builder(hollow().targetBytes(34), 0)) {
            assertThat(builder.add("a", "", 0, 1)).isEqualTo(BatchBuilder.Added.BUFFERED);
            assertThat(builder.add("b", "", 0, 1)).isEqualTo(BatchBuilder.Added.PART_SENT);
            assertThat(builder.add("c", "", 0, 1)).isEqualTo(BatchBuilder.Added.BUFFERED);
            try (Batch batch = builder.finish(Antichain.of(1))) {
                assertThat(batch.hollow().runs()).hasSize(2);
                assertThat(batch.hollow().parts().map(RunPart.Hollow.class::cast))
                        .extracting(RunPart.Hollow::diffsSum)
                        .containsExactly(2L, 1L);
                batch.delete();
            }
        }
    }

    @Test
    void thereIsNoEmptyTrailingPart() throws Exception {
        Batch batch =
                rig.build(
                        hollow().targetBytes(34),
                        0,
                        1,
                        Row.of("a", 0, 1),
                        Row.of("b", 0, 1),
                        Row.of("c", 0, 1),
                        Row.of("d", 0, 1));

        assertThat(batch.hollow().runs()).hasSize(2);
        assertThat(batch.hollow().len()).isEqualTo(4);
        batch.delete();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7})
    void partsAreNumberedAndListedInTheOrderOfAdding_B27(int maxOutstanding) throws Exception {
        try (BatchBuilder<String, String> builder =
                rig.builder(hollow().targetBytes(0).maxOutstandingParts(maxOutstanding), 0)) {
            for (int i = 0; i < 10; i++) {
                assertThat(builder.add("k" + i, "", i, 1)).isEqualTo(BatchBuilder.Added.PART_SENT);
            }
            try (Batch batch = builder.finish(Antichain.of(10))) {
                List<RunPart> parts = batch.hollow().parts().toList();
                assertThat(parts).hasSize(10);
                for (int i = 0; i < 10; i++) {
                    RunPart.Hollow part = (RunPart.Hollow) parts.get(i);
                    try (DecodedPart decoded = decode(part)) {
                        assertThat(decoded.index()).isEqualTo(i);
                        assertThat(decoded.updates().times().get(0)).isEqualTo(i);
                    }
                }
                batch.delete();
            }
        }
    }

    @Test
    void keysNameTheShardAndTheVersionOfTheWriter_BT2() throws Exception {
        Batch batch =
                rig.build(
                        hollow().targetBytes(0)
                                .structuredKeyLowerMaxBytes(0)
                                .writerVersion("26.1.2"),
                        0,
                        4,
                        Row.of("1", 1, 1),
                        Row.of("2", 2, 1),
                        Row.of("3", 3, 1));

        List<RunPart> parts = batch.hollow().parts().toList();
        assertThat(parts).hasSize(3);
        for (RunPart part : parts) {
            PartKey key = ((RunPart.Hollow) part).key();
            assertThat(key.text()).matches("n2600102/p[0-9a-f-]{36}");
            assertThat(rig.blobKeys()).contains(BlobKey.of(BatchRig.SHARD, key).text());
            assertThat(((RunPart.Hollow) part).structuredKeyLower()).isNull();
        }
        batch.delete();
    }

    @Test
    void partsHaveAStructuredLowerBoundThatIsTheLeastKey_BT6() throws Exception {
        Batch batch =
                rig.build(
                        hollow().structuredKeyLowerMaxBytes(1024),
                        0,
                        4,
                        Row.of("2", 1, 1),
                        Row.of("1", 2, 1),
                        Row.of("3", 3, 1));

        RunPart.Hollow part = onlyHollow(batch.hollow());
        // docs/format.md: a one-row Utf8 array ["1"].
        assertThat(part.structuredKeyLower())
                .isEqualTo(Bytes.fromHex("0a020a001001220a0a08000000000100000022030a0131"));
        assertThat(part.keyLower()).isEqualTo(Bytes.EMPTY);
        batch.delete();
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void partsHaveTheColumnsOfTheFormatAndRowBoundsOnlyWithRowBytes(PartFormat format)
            throws Exception {
        String longKey = "x".repeat(110);
        Batch batch =
                rig.build(
                        hollow().format(format).writerVersion("0.128.0"),
                        0,
                        1,
                        Row.of(longKey, 0, 1),
                        Row.of("y", 0, 1));

        RunPart.Hollow part = onlyHollow(batch.hollow());
        boolean rows = format != PartFormat.STRUCTURED;
        assertThat(part.keyLower())
                .isEqualTo(rows ? Bytes.utf8(longKey.substring(0, 100)) : Bytes.EMPTY);
        assertThat(part.structuredKeyLower() != null).isEqualTo(format != PartFormat.ROW);
        try (DecodedPart decoded = decode(part)) {
            assertThat(decoded.updates().rows() != null).isEqualTo(rows);
            assertThat(decoded.updates().structured() != null).isEqualTo(format != PartFormat.ROW);
        }
        assertThat(rig.read(batch.hollow()))
                .containsExactly(Row.of(longKey, 0, 1), Row.of("y", 0, 1));
        batch.delete();
    }

    @Test
    void aKeyTooLongForItsBudgetHasNoStructuredBound() throws Exception {
        Batch batch = rig.build(hollow(), 0, 1, Row.of("x".repeat(300), 0, 1));

        assertThat(onlyHollow(batch.hollow()).structuredKeyLower()).isNull();
        batch.delete();
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void partsStrictlyBelowTheThresholdAreInline_B30(PartFormat format) throws Exception {
        // 16 + 4 bytes of payload, whatever the format; both forms together halve the threshold.
        int factor = format == PartFormat.BOTH ? 2 : 1;
        BatchConfig.Builder config = BatchConfig.builder().format(format);

        Batch inline =
                rig.build(config.inlineSingleMaxBytes(21 * factor), 0, 1, Row.of("abcd", 0, 1));
        Batch blob =
                rig.build(config.inlineSingleMaxBytes(20 * factor), 0, 1, Row.of("abcd", 0, 1));

        RunPart.Inline part = (RunPart.Inline) inline.hollow().parts().findFirst().orElseThrow();
        assertThat(part.schema()).isEqualTo(SCHEMA_ID);
        assertThat(inline.hollow().len()).isEqualTo(1);
        assertThat(inline.hollow().inlineBytes()).isEqualTo(part.updates().length());
        try (DecodedPart decoded = InlineParts.decode(part.updates(), rig.allocator)) {
            assertThat(decoded.desc().upper()).isEqualTo(Antichain.empty());
            assertThat(decoded.updates().rows() != null).isEqualTo(format != PartFormat.STRUCTURED);
        }
        assertThat(blob.hollow().parts()).allMatch(p -> p instanceof RunPart.Hollow);
        assertThat(rig.read(inline.hollow())).isEqualTo(rig.read(blob.hollow()));
        blob.delete();
        inline.delete();
    }

    @Test
    void thresholdZeroMeansNoInlineParts_B30() throws Exception {
        Batch batch = rig.build(hollow(), 0, 1, Row.of("", 0, 1));

        assertThat(batch.hollow().parts()).allMatch(p -> p instanceof RunPart.Hollow);
        batch.delete();
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void aPartWithRetractionsIsSortedAndConsolidatedBeforeItIsStored(PartFormat format)
            throws Exception {
        Batch batch =
                rig.build(
                        hollow().format(format),
                        0,
                        9,
                        Row.of("c", 1, 1),
                        Row.of("b", 2, 1),
                        Row.of("b", 1, 2),
                        Row.of("c", 1, -1),
                        Row.of("a", 8, -1),
                        Row.of("b", 1, 1));

        assertThat(batch.hollow().len()).isEqualTo(3);
        RunPart.Hollow part = onlyHollow(batch.hollow());
        assertThat(part.diffsSum()).isEqualTo(3);
        try (DecodedPart decoded = decode(part)) {
            assertThat(decoded.updates().count()).isEqualTo(3);
            assertThat(decoded.updates().times().get(0)).isEqualTo(8);
            assertThat(decoded.updates().diffs().get(0)).isEqualTo(-1);
            assertThat(decoded.updates().times().get(1)).isEqualTo(1);
            assertThat(decoded.updates().diffs().get(1)).isEqualTo(3);
        }
        assertThat(rig.read(batch.hollow()))
                .containsExactly(Row.of("a", 8, -1), Row.of("b", 1, 3), Row.of("b", 2, 1));
        batch.delete();
    }

    @Test
    void whatCancelsCompletelyLeavesNoPartAndTouchesNoBlob() throws Exception {
        Batch batch = rig.build(hollow(), 0, 1, Row.of("a", 0, 1), Row.of("a", 0, -1));

        assertThat(batch.hollow().runs()).isEmpty();
        assertThat(batch.hollow().len()).isZero();
        assertThat(rig.blob.calls).hasValue(0);
    }

    @Test
    void insertsStayInTheOrderOfAdding() throws Exception {
        Batch batch = rig.build(hollow(), 0, 5, Row.of("b", 4, 1), Row.of("a", 3, 1));

        try (DecodedPart decoded = decode(onlyHollow(batch.hollow()))) {
            assertThat(decoded.updates().times().get(0)).isEqualTo(4);
        }
        batch.delete();
    }

    @Test
    void unitValuesCostNothing() throws Exception {
        Batch batch =
                rig.build(
                        hollow().build(),
                        BatchRig.schema(Codecs.BYTES, Codecs.UNIT),
                        Antichain.of(0),
                        Antichain.of(1),
                        List.of(new Row<>(Bytes.fromHex("00ff"), Unit.UNIT, 0, 1)));

        assertThat(batch.hollow().len()).isEqualTo(1);
        batch.delete();
    }

    @Test
    void aFinishedOrClosedBuilderTakesNothing() throws Exception {
        BatchBuilder<String, String> builder = rig.builder(hollow(), 0);
        builder.finish(Antichain.of(1));
        assertThatThrownBy(() -> builder.add("k", "", 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("FINISHED");
        builder.close();
        builder.close();
        assertThatThrownBy(() -> builder.finish(Antichain.of(1)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void impossibleConfigurationsAreRefused() {
        assertThatThrownBy(() -> BatchConfig.builder().writerVersion("x").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'");
        assertThatThrownBy(() -> BatchConfig.builder().targetBytes(-1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target bytes");
        assertThatThrownBy(() -> BatchConfig.builder().maxOutstandingParts(-1).build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBuilderKeepsTheSettingsItWasMadeWith_B13() throws Exception {
        BatchConfig.Builder config = hollow().targetBytes(0);
        try (BatchBuilder<String, String> builder = rig.builder(config, 0)) {
            config.targetBytes(1 << 20).inlineSingleMaxBytes(4096);
            assertThat(builder.add("a", "", 0, 1)).isEqualTo(BatchBuilder.Added.PART_SENT);
            try (Batch batch = builder.finish(Antichain.of(1))) {
                onlyHollow(batch.hollow());
                batch.delete();
            }
        }
    }

    @Test
    void theGreatestTimeIsTrackedWhateverTheOrderOfAdding_B17() throws Exception {
        try (BatchBuilder<String, String> builder = rig.builder(hollow(), 0)) {
            for (long time : new long[] {3, -2, 1}) {
                builder.add("k", "", time, 1);
            }
            assertThatThrownBy(() -> builder.finish(Antichain.of(-2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("update at 18446744073709551614");
            builder.finish(Antichain.of(-1)).delete();
        }
    }

    @Test
    void theRestIsALastPartAndNothingIsNone_B21() throws Exception {
        Batch batch =
                rig.build(
                        hollow().targetBytes(34),
                        0,
                        1,
                        Row.of("a", 0, 1),
                        Row.of("b", 0, 1),
                        Row.of("c", 0, 1));
        assertThat(batch.hollow().parts()).hasSize(2);
        batch.delete();
        assertThat(rig.build(hollow(), 0, 1).hollow().parts()).isEmpty();
    }

    @Test
    void partsCarryTheSumOfTheirDiffs_B37() throws Exception {
        Batch batch = rig.build(hollow(), 0, 2, Row.of("a", 0, 5), Row.of("b", 1, -7));

        assertThat(onlyHollow(batch.hollow()).diffsSum()).isEqualTo(-2);
        batch.delete();
    }
}
