package io.persist.batch.merge;

import static io.persist.batch.build.BatchRig.STRINGS;
import static io.persist.batch.build.BatchRig.batch;
import static io.persist.batch.build.BatchRig.desc;
import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.SchemaId;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

final class RunMergeTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private List<List<String>> merge(MergeConfig.Builder config, HollowBatch... batches)
            throws Exception {
        List<MergeInput> inputs = new ArrayList<>();
        for (HollowBatch batch : batches) {
            inputs.addAll(MergeInput.of(batch));
        }
        List<List<String>> chunks = new ArrayList<>();
        try (RunMerge<String, String> merge =
                RunMerge.open(rig.store, STRINGS, inputs, config.build(), rig.allocator)) {
            for (Updates chunk = merge.next(); chunk != null; chunk = merge.next()) {
                try (Updates taken = chunk) {
                    chunks.add(texts(taken));
                }
            }
        }
        return chunks;
    }

    private static List<String> texts(Updates chunk) {
        List<String> texts = new ArrayList<>();
        for (int row = 0; row < chunk.count(); row++) {
            StringBuilder text = new StringBuilder();
            if (chunk.rows() != null) {
                text.append(new String(chunk.rows().keys().get(row), StandardCharsets.UTF_8));
            }
            if (chunk.structured() != null) {
                text.append(chunk.structured().keys().getObject(row));
            }
            texts.add(text + "@" + chunk.times().get(row) + "*" + chunk.diffs().get(row));
        }
        return texts;
    }

    private HollowBatch sorted(long lower, RunOrder order, List<List<Row<String, String>>> parts)
            throws Exception {
        List<RunPart> written = new ArrayList<>();
        for (List<Row<String, String>> part : parts) {
            @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of generics
            Row<String, String>[] rows = part.toArray(new Row[0]);
            written.add(rig.part(hollow(), desc(lower, lower + 10, lower + 5), rows));
        }
        return batch(desc(lower, lower + 10, lower + 5), order, written.toArray(new RunPart[0]));
    }

    @Test
    void runsComeOutAsOneConsolidatedSequence_B34() throws Exception {
        HollowBatch one =
                sorted(
                        0,
                        RunOrder.STRUCTURED,
                        List.of(
                                List.of(Row.of("a", 5, 1), Row.of("b", 5, 1)),
                                List.of(Row.of("d", 5, 1), Row.of("e", 7, -2))));
        HollowBatch two =
                sorted(
                        0,
                        RunOrder.STRUCTURED,
                        List.of(
                                List.of(Row.of("b", 5, -1), Row.of("c", 5, 1)),
                                List.of(Row.of("e", 6, 1), Row.of("e", 7, 3))));

        assertThat(merge(MergeConfig.builder(), one, two))
                .containsExactly(List.of("a@5*1", "c@5*1", "d@5*1", "e@6*1", "e@7*1"));
        assertThat(merge(MergeConfig.builder().maxUpdates(2), one, two))
                .containsExactly(
                        List.of("a@5*1", "c@5*1"), List.of("d@5*1", "e@6*1"), List.of("e@7*1"));
        assertThat(merge(MergeConfig.builder().targetBytes(0), one, two)).hasSize(5);
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void chunksHaveTheColumnsAskedFor(PartFormat format) throws Exception {
        HollowBatch one = sorted(0, RunOrder.CODEC, List.of(List.of(Row.of("a", 5, 1))));
        HollowBatch two = sorted(0, RunOrder.UNORDERED, List.of(List.of(Row.of("b", 5, 1))));

        for (RunOrder order : List.of(RunOrder.CODEC, RunOrder.STRUCTURED)) {
            assertThat(merge(MergeConfig.builder().format(format).order(order), one, two))
                    .containsExactly(
                            format == PartFormat.BOTH
                                    ? List.of("aa@5*1", "bb@5*1")
                                    : List.of("a@5*1", "b@5*1"));
        }
    }

    /** Readers that do not know a column must not rely on an order that it takes part in. */
    @Test
    void runsOfANewerSchemaAreSortedAgain_B34() throws Exception {
        RelationColumn id = new RelationColumn("id", new ScalarType.Int32(), false);
        RelationColumn name = new RelationColumn("name", new ScalarType.Text(), true);
        BatchSchema<SourceData, Unit> newer =
                BatchRig.schema(RelationCodec.of(RelationDesc.of(List.of(id, name))), Codecs.UNIT);
        BatchSchema<SourceData, Unit> older =
                BatchRig.schema(RelationCodec.of(RelationDesc.of(List.of(id))), Codecs.UNIT);
        List<RunPart> parts = new ArrayList<>();
        for (String text : List.of("a", "b", "c")) {
            SourceData row = new SourceData.Row(List.of(new Datum.Int32(1), new Datum.Text(text)));
            long time = (long) 'e' - text.charAt(0);
            parts.add(
                    rig.part(
                            hollow().format(PartFormat.STRUCTURED),
                            newer,
                            desc(0, 10, 1),
                            List.of(new Row<>(row, Unit.UNIT, time, 1))));
        }
        RunMeta meta = RunMeta.of(RunOrder.STRUCTURED, new SchemaId(1));
        HollowBatch batch =
                new HollowBatch(desc(0, 10, 1), 3, List.of(new Run(meta, parts)), Bytes.EMPTY);

        assertThat(rig.read(older, Filter.none(), List.of(batch)))
                .extracting(Row::time)
                .containsExactly(2L, 3L, 4L);
    }
}
