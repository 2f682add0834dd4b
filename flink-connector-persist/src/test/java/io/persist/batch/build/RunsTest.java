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
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.batch.columns.PartBuffer;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.DecodedPart;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What runs the parts of a batch form: merged by the builder, or written in order. */
final class RunsTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static BatchConfig.Builder merging(int maxRuns) {
        return hollow().targetBytes(0).runs(RunSettings.DEFAULT.withMaxRuns(maxRuns));
    }

    private static List<RunOrder> orders(HollowBatch batch) {
        return batch.runs().stream().map(run -> run.meta().order().orElseThrow()).toList();
    }

    private Batch counted(BatchConfig.Builder config, int count) throws Exception {
        List<Row<String, String>> rows = new ArrayList<>();
        for (int i = count - 1; i >= 0; i--) {
            rows.add(Row.of(String.format("%04d", i), 1, 1));
        }
        return rig.build(config.build(), BatchRig.STRINGS, Antichain.of(0), Antichain.of(2), rows);
    }

    /** What the parts' tasks are, oldest first: whether each was seen to be finished. */
    @Test
    void theBuilderWaitsForTheOldestPartBeyondTheAllowedOnes_BT1() throws Exception {
        BatchConfig config = merging(3).maxOutstandingParts(2).build();
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(rig.store, config, BatchRig.STRINGS, Antichain.of(0))) {
            assertThat(builder.observed()).isEmpty();
            builder.add("1", "", 1, 1);
            assertThat(builder.observed()).containsExactly(false);
            builder.add("2", "", 2, 1);
            assertThat(builder.observed()).containsExactly(false, false);
            builder.add("3", "", 3, 1);
            assertThat(builder.observed()).containsExactly(true, false, false);
            builder.add("4", "", 4, 1);
            assertThat(builder.observed()).containsExactly(false, false);

            try (Batch batch = builder.finish(Antichain.of(5))) {
                assertThat(orders(batch.hollow()))
                        .containsExactly(RunOrder.STRUCTURED, RunOrder.UNORDERED);
                assertThat(batch.hollow().parts()).hasSize(4);
                assertThat(rig.snapshot(4, batch.hollow()))
                        .containsExactly(
                                Row.of("1", 4, 1),
                                Row.of("2", 4, 1),
                                Row.of("3", 4, 1),
                                Row.of("4", 4, 1));
                batch.delete();
            }
        }
        assertThat(rig.blobKeys()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void withoutALimitOfRunsEachPartIsARunOfItsOwn_B24(int maxRuns) throws Exception {
        Batch batch = counted(merging(maxRuns), 20);

        assertThat(orders(batch.hollow())).hasSize(20).containsOnly(RunOrder.UNORDERED);
        batch.delete();
    }

    /** Whatever the limit of a run's length: each part is its own run. */
    @Test
    void unorderedPartsAreNeverSpilled_B25() throws Exception {
        RunSettings runs = RunSettings.DEFAULT.withMaxRunLen(2);
        Batch batch = counted(hollow().targetBytes(0).runs(runs), 20);

        assertThat(batch.hollow().runs()).hasSize(20);
        assertThat(batch.hollow().parts()).allMatch(part -> part instanceof RunPart.Hollow);
        batch.delete();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 7})
    void aBatchHasNoMoreRunsThanAllowed_B26(int maxRuns) throws Exception {
        for (int count : new int[] {1, maxRuns, maxRuns + 1, 40}) {
            Batch batch = counted(merging(maxRuns), count);

            assertThat(batch.hollow().runs()).hasSizeLessThanOrEqualTo(maxRuns);
            assertThat(batch.hollow().len()).isEqualTo(count);
            assertThat(rig.read(batch.hollow())).hasSize(count);
            if (count == maxRuns) {
                assertThat(orders(batch.hollow())).containsOnly(RunOrder.UNORDERED);
            }
            batch.delete();
            assertThat(rig.blobKeys()).isEmpty();
        }
    }

    /** One limit of runs for any number of parts, also where metadata would hold more. */
    @Test
    void atMost1024RunsAreKeptApart_B26() throws Exception {
        BatchConfig.Builder config = merging(5000).inlineSingleMaxBytes(4096);
        Batch batch = counted(config, 1025);

        assertThat(batch.hollow().runs()).hasSize(2);
        batch.delete();
    }

    /** All parts of unordered runs are told so, and those of merged runs what they are. */
    @Test
    void partsAreWrittenInTheOrderOfTheirRun_B28() throws Exception {
        List<RunOrder> told = java.util.Collections.synchronizedList(new ArrayList<>());
        io.persist.batch.BatchMetrics metrics =
                new io.persist.batch.BatchMetrics() {
                    @Override
                    public void wrotePart(PartWritten part) {
                        told.add(part.order());
                    }
                };
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(
                        rig.store.withMetrics(metrics),
                        merging(2).maxOutstandingParts(0).build(),
                        BatchRig.STRINGS,
                        Antichain.of(0))) {
            for (int i = 0; i < 3; i++) {
                builder.add("k" + i, "", 0, 1);
            }
            builder.finish(Antichain.of(1)).delete();
        }

        assertThat(told)
                .containsExactlyInAnyOrder(
                        RunOrder.UNORDERED,
                        RunOrder.UNORDERED,
                        RunOrder.UNORDERED,
                        RunOrder.STRUCTURED,
                        RunOrder.STRUCTURED);
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void mergingAddsUpExactDuplicatesAndKeepsTimes_B34(PartFormat format) throws Exception {
        Batch batch =
                rig.build(
                        merging(2).format(format),
                        0,
                        9,
                        Row.of("b", 5, 1),
                        Row.of("a", 3, 2),
                        Row.of("b", 5, 4),
                        Row.of("a", 4, 1),
                        Row.of("c", 1, 1),
                        Row.of("c", 1, -1),
                        Row.of("d", 1, 1));

        Run merged = batch.hollow().runs().get(0);
        assertThat(merged.meta().order()).contains(RunOrder.STRUCTURED);
        HollowBatch mergedAlone =
                new HollowBatch(batch.hollow().desc(), 9, List.of(merged), Bytes.EMPTY);
        assertThat(rig.read(batch.hollow()))
                .containsExactly(
                        Row.of("a", 3, 2), Row.of("a", 4, 1), Row.of("b", 5, 5), Row.of("d", 1, 1));
        List<Row<String, String>> stored = stored(mergedAlone);
        assertThat(stored).isSortedAccordingTo(java.util.Comparator.comparing(Row::key));
        batch.delete();
        assertThat(rig.blobKeys()).isEmpty();
    }

    /** Updates as they lie in the parts, one part after the other. */
    private List<Row<String, String>> stored(HollowBatch batch) throws Exception {
        List<Row<String, String>> rows = new ArrayList<>();
        for (RunPart part : batch.parts().toList()) {
            Bytes blob =
                    rig.blob.get(rig.store.blobKey(((RunPart.Hollow) part).key())).orElseThrow();
            try (DecodedPart decoded = ParquetParts.decode(blob, rig.allocator)) {
                assertThat(decoded.desc())
                        .isEqualTo(
                                new Description(
                                        batch.lower(), Antichain.empty(), Antichain.minimum()));
                for (int row = 0; row < decoded.updates().count(); row++) {
                    String key =
                            decoded.updates().rows() != null
                                    ? new String(
                                            decoded.updates().rows().keys().get(row),
                                            java.nio.charset.StandardCharsets.UTF_8)
                                    : decoded.updates()
                                            .structured()
                                            .keys()
                                            .getObject(row)
                                            .toString();
                    rows.add(
                            Row.of(
                                    key,
                                    decoded.updates().times().get(row),
                                    decoded.updates().diffs().get(row)));
                }
            }
        }
        return rows;
    }

    /** A defect of the original: it leaks what it has merged. */
    @Test
    void theBlobsThatWereMergedAreDeleted_B34() throws Exception {
        Batch batch = counted(merging(2), 30);

        TreeSet<String> listed = new TreeSet<>();
        batch.hollow()
                .parts()
                .forEach(
                        part ->
                                listed.add(
                                        rig.store.blobKey(((RunPart.Hollow) part).key()).text()));
        assertThat(new TreeSet<>(rig.blobKeys())).isEqualTo(listed);
        batch.delete();
    }

    @Test
    void inlinePartsThatAreMergedComeOutAsBlobs_B34() throws Exception {
        BatchConfig.Builder config = merging(2).inlineSingleMaxBytes(4096);
        Batch batch = counted(config, 3);

        assertThat(orders(batch.hollow())).containsExactly(RunOrder.STRUCTURED, RunOrder.UNORDERED);
        assertThat(batch.hollow().runs().get(0).parts())
                .allMatch(part -> part instanceof RunPart.Hollow);
        assertThat(batch.hollow().runs().get(1).parts())
                .allMatch(part -> part instanceof RunPart.Inline);
        batch.delete();
    }

    @ParameterizedTest
    @EnumSource(
            value = RunOrder.class,
            names = {"CODEC", "STRUCTURED"})
    void mergedRunsAreLabelledWithTheOrderTheyHave_B34a(RunOrder order) throws Exception {
        RunSettings runs = RunSettings.DEFAULT.withMaxRuns(2).withOrder(order);
        Batch batch = counted(merging(2).format(PartFormat.BOTH).runs(runs), 3);

        assertThat(orders(batch.hollow())).containsExactly(order, RunOrder.UNORDERED);
        batch.delete();
    }

    @Test
    void whatCancelsInAMergeLeavesNoRun_B22() throws Exception {
        Batch batch =
                rig.build(
                        merging(2), 0, 1, Row.of("a", 0, 1), Row.of("a", 0, -1), Row.of("b", 0, 1));

        assertThat(batch.hollow().runs()).hasSize(1);
        assertThat(batch.hollow().len()).isEqualTo(1);
        assertThat(rig.read(batch.hollow())).containsExactly(Row.of("b", 0, 1));
        batch.delete();
        assertThat(rig.blobKeys()).isEmpty();
    }

    @Test
    void lenCountsWhatMergesHaveLeft_B38() throws Exception {
        Batch batch =
                rig.build(
                        merging(2),
                        0,
                        1,
                        Row.of("a", 0, 1),
                        Row.of("a", 0, 1),
                        Row.of("b", 0, 1),
                        Row.of("b", 0, 2));

        assertThat(batch.hollow().len()).isEqualTo(2);
        assertThat(rig.read(batch.hollow())).hasSize(2);
        batch.delete();
    }

    @Test
    void runsHaveNoIdUnlessAskedFor_B41() throws Exception {
        Batch plain = counted(merging(2), 5);
        assertThat(plain.hollow().runs())
                .allMatch(run -> run.meta().id().isEmpty() && run.meta().len().isEmpty());
        plain.delete();

        RunSettings runs = RunSettings.DEFAULT.withMaxRuns(2).withIdentities(true);
        Batch named = counted(merging(2).runs(runs), 5);
        List<Run> found = named.hollow().runs();
        assertThat(found)
                .allMatch(run -> run.meta().id().orElseThrow().matches("ri[0-9a-f]{8}-.{27}"));
        assertThat(found.stream().map(run -> run.meta().id())).doesNotHaveDuplicates();
        assertThat(found.stream().mapToLong(run -> run.meta().len().orElseThrow()).sum())
                .isEqualTo(named.hollow().len())
                .isEqualTo(5);
        named.delete();
    }

    /** A writer for parts that are in order across parts, as compaction makes them. */
    private PartsWriter ordered(BatchConfig config) {
        return PartsWriter.ordered(
                rig.store, config, BatchRig.STRINGS, BatchRig.desc(0, 9, 3), RunOrder.STRUCTURED);
    }

    private static void write(PartsWriter writer, BatchConfig config, String key) throws Exception {
        PartBuffer<String, String> buffer =
                new PartBuffer<>(Codecs.STRING, Codecs.STRING, config.format(), writer.allocator());
        buffer.add(key, "", 3, 2);
        writer.write(buffer.takeUpdates(), PartsWriter.Content.INSERTS);
    }

    private HollowBatch inOrder(BatchConfig config, int parts) throws Exception {
        try (PartsWriter writer = ordered(config)) {
            for (int i = 0; i < parts; i++) {
                write(writer, config, String.format("%03d", i));
            }
            List<Run> runs = writer.finish();
            return new HollowBatch(BatchRig.desc(0, 9, 3), writer.len(), runs, Bytes.EMPTY);
        }
    }

    @Test
    void partsInOrderAreOneRunWithTheGivenDescriptionAndNoInlineParts_B40() throws Exception {
        BatchConfig config = BatchConfig.builder().build();
        HollowBatch batch = inOrder(config, 5);

        assertThat(batch.runs()).hasSize(1);
        assertThat(batch.runs().get(0).meta())
                .isEqualTo(RunMeta.of(RunOrder.STRUCTURED, SCHEMA_ID));
        assertThat(batch.len()).isEqualTo(5);
        long index = 0;
        for (RunPart part : batch.runs().get(0).parts()) {
            Bytes blob =
                    rig.blob.get(rig.store.blobKey(((RunPart.Hollow) part).key())).orElseThrow();
            try (DecodedPart decoded = ParquetParts.decode(blob, rig.allocator)) {
                assertThat(decoded.desc()).isEqualTo(BatchRig.desc(0, 9, 3));
                assertThat(decoded.index()).isEqualTo(index++);
            }
        }
        assertThat(rig.read(batch)).hasSize(5);
    }

    @Test
    void nothingInOrderIsNoRun_B40() throws Exception {
        assertThat(inOrder(BatchConfig.builder().build(), 0).runs()).isEmpty();
        assertThat(rig.blob.calls).hasValue(0);
    }

    @Test
    void aRunWithoutOrderIsRefused_B28() {
        assertThatThrownBy(
                        () ->
                                PartsWriter.ordered(
                                        rig.store,
                                        BatchConfig.builder().build(),
                                        BatchRig.STRINGS,
                                        BatchRig.desc(0, 1, 0),
                                        RunOrder.UNORDERED))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void aLongRunIsListedInABlobThatSumsItUp_B33(PartFormat format) throws Exception {
        BatchConfig config =
                hollow().format(format)
                        .writerVersion("26.4.0")
                        .runs(RunSettings.DEFAULT.withMaxRunLen(3))
                        .build();
        HollowBatch batch = inOrder(config, 4);

        List<RunPart> top = batch.runs().get(0).parts();
        assertThat(top).hasSize(2);
        RunPart.Many many = (RunPart.Many) top.get(0);
        Bytes blob = rig.blob.get(rig.store.blobKey(many.key())).orElseThrow();
        List<RunPart> listed = HollowBatchEncoding.decodeRun(blob);
        assertThat(listed).hasSize(3).allMatch(part -> part instanceof RunPart.Hollow);
        RunPart.Hollow first = (RunPart.Hollow) listed.get(0);
        assertThat(many.key().text()).matches("n2600400/p[0-9a-f-]{36}");
        assertThat(many.encodedBytes())
                .isEqualTo(listed.stream().mapToLong(RunPart::encodedBytes).sum());
        assertThat(many.maxPartBytes())
                .isEqualTo(listed.stream().mapToLong(RunPart::encodedBytes).max().orElseThrow());
        assertThat(many.keyLower()).isEqualTo(first.keyLower());
        assertThat(many.structuredKeyLower()).isEqualTo(first.structuredKeyLower());
        assertThat(many.diffsSum()).isEqualTo(format == PartFormat.STRUCTURED ? 6L : null);
        assertThat(first.schema()).isEqualTo(SCHEMA_ID);
        assertThat(rig.read(batch)).hasSize(4);
    }

    @Test
    void veryLongRunsNestAndAreReadAndDeletedWhole_B33() throws Exception {
        BatchConfig config = hollow().runs(RunSettings.DEFAULT.withMaxRunLen(2)).build();
        HollowBatch batch = inOrder(config, 40);

        assertThat(batch.runs().get(0).parts()).hasSizeLessThanOrEqualTo(2);
        RunPart.Many outer = (RunPart.Many) batch.runs().get(0).parts().get(0);
        Bytes blob = rig.blob.get(rig.store.blobKey(outer.key())).orElseThrow();
        assertThat(HollowBatchEncoding.decodeRun(blob)).anyMatch(p -> p instanceof RunPart.Many);
        assertThat(rig.read(batch).stream().map(Row::key)).isSorted().hasSize(40);
        assertThat(batch.parts().mapToLong(RunPart::encodedBytes).sum())
                .isGreaterThan(40 * outer.maxPartBytes() / 2);

        new io.persist.batch.PartDeletes(rig.store).delete(batch.parts().toList());

        assertThat(rig.blobKeys()).isEmpty();
    }

    @Test
    void mergedRunsOfManyPartsAreSpilledToo_B33() throws Exception {
        RunSettings runs = RunSettings.DEFAULT.withMaxRuns(2).withMaxRunLen(2);
        Batch batch = counted(merging(2).runs(runs), 21);

        assertThat(batch.hollow().parts()).anyMatch(part -> part instanceof RunPart.Many);
        assertThat(rig.read(batch.hollow())).hasSize(21);
        batch.delete();
        assertThat(rig.blobKeys()).isEmpty();
    }
}
