package io.persist.batch.merge;

import static io.persist.batch.build.BatchRig.STRINGS;
import static io.persist.batch.build.BatchRig.batch;
import static io.persist.batch.build.BatchRig.desc;
import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.PartFormat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

final class UpdateCursorTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private HollowBatch user(long lower, long upper, List<Row<String, String>> rows)
            throws Exception {
        Batch batch =
                rig.build(
                        hollow().targetBytes(40).build(),
                        STRINGS,
                        Antichain.of(lower),
                        Antichain.of(upper),
                        rows);
        HollowBatch result = batch.hollow();
        batch.markConsumed();
        return result;
    }

    @Test
    void batchesAreMergedInOrderAndConsolidated() throws Exception {
        HollowBatch first =
                user(0, 2, List.of(Row.of("c", 0, 1), Row.of("a", 1, 1), Row.of("b", 0, 5)));
        HollowBatch second =
                user(2, 4, List.of(Row.of("b", 3, 1), Row.of("c", 2, -1), Row.of("a", 2, 1)));

        assertThat(rig.read(first, second))
                .containsExactly(
                        Row.of("a", 1, 1),
                        Row.of("a", 2, 1),
                        Row.of("b", 0, 5),
                        Row.of("b", 3, 1),
                        Row.of("c", 0, 1),
                        Row.of("c", 2, -1));
        assertThat(rig.snapshot(1, first, second))
                .containsExactly(Row.of("a", 1, 1), Row.of("b", 1, 5), Row.of("c", 1, 1));
        assertThat(rig.snapshot(3, first, second))
                .containsExactly(Row.of("a", 3, 2), Row.of("b", 3, 6));
    }

    @Test
    void batchesBeyondASnapshotAreNotFetched() throws Exception {
        HollowBatch later = user(5, 6, List.of(Row.of("x", 5, 1)));
        long before = rig.blob.calls.get();

        assertThat(rig.snapshot(4, later)).isEmpty();

        assertThat(rig.blob.calls).hasValue(before);
    }

    @Test
    void truncatedBatchesShowOnlyWhatLiesWithinTheirBounds() throws Exception {
        HollowBatch whole =
                user(0, 3, List.of(Row.of("a", 0, 1), Row.of("b", 1, 1), Row.of("c", 2, 1)));

        assertThat(rig.read(whole.withDesc(desc(1, 2, 0)))).containsExactly(Row.of("b", 1, 1));
    }

    @Test
    void timesAreRewrittenBeforeTheyAreTruncated() throws Exception {
        RunPart.Hollow part =
                rig.part(
                        hollow(),
                        new Description(Antichain.of(0), Antichain.empty(), Antichain.minimum()),
                        Row.of("a", 0, 1));

        HollowBatch moved =
                batch(desc(5, 6, 0), RunOrder.UNORDERED, part.withTsRewrite(Antichain.of(5)));
        HollowBatch past = moved.withDesc(desc(4, 5, 0));

        assertThat(rig.read(moved)).containsExactly(Row.of("a", 5, 1));
        assertThat(rig.read(past)).isEmpty();
    }

    @Test
    void aListenerSeesWhatWasMergedWithEarlierBatchesOnlyOnce() throws Exception {
        HollowBatch b0 = user(0, 1, List.of(Row.of("k1", 0, 1)));
        RunPart.Hollow part =
                rig.part(hollow(), desc(0, 2, 0), Row.of("k1", 0, 1), Row.of("k2", 1, 1));
        HollowBatch merged = batch(desc(0, 2, 0), RunOrder.STRUCTURED, part);
        Filter fromStart = new Filter.Listen(Antichain.of(0), Antichain.of(0));
        Filter resumed = new Filter.Listen(Antichain.of(0), Antichain.of(1));

        assertThat(rig.read(STRINGS, fromStart, List.of(b0))).isEmpty();
        assertThat(rig.read(STRINGS, resumed, List.of(merged))).containsExactly(Row.of("k2", 1, 1));
    }

    @Test
    void compactionMovesTimesUpAndAddsWhatBecomesEqual() throws Exception {
        HollowBatch batch =
                user(
                        0,
                        2,
                        List.of(Row.of("zero", 0, 1), Row.of("zero", 1, -1), Row.of("one", 1, 1)));

        assertThat(rig.read(STRINGS, new Filter.Compaction(Antichain.of(10)), List.of(batch)))
                .containsExactly(Row.of("one", 10, 1));
    }

    @Test
    void timesSortAsNumbersWhateverTheirBytes() throws Exception {
        HollowBatch batch = user(0, 300, List.of(Row.of("a", 257, -1), Row.of("a", 0, 1)));

        assertThat(rig.read(batch)).containsExactly(Row.of("a", 0, 1), Row.of("a", 257, -1));
        assertThat(rig.read(STRINGS, new Filter.Compaction(Antichain.of(2)), List.of(batch)))
                .containsExactly(Row.of("a", 2, 1), Row.of("a", 257, -1));
    }

    private HollowBatch compacted(RunOrder order) throws Exception {
        Description desc = desc(0, 9, 4);
        return batch(
                desc,
                order,
                rig.part(hollow(), desc, Row.of("a", 4, 1), Row.of("b", 4, 1)),
                rig.part(hollow(), desc, Row.of("b", 5, 1), Row.of("c", 8, 1)),
                rig.part(hollow(), desc, Row.of("d", 12, 1)));
    }

    @ParameterizedTest
    @EnumSource(RunOrder.class)
    void compactedRunsAreReadWhateverTheirLabel(RunOrder order) throws Exception {
        assertThat(rig.read(compacted(order)))
                .extracting(Row::key)
                .containsExactly("a", "b", "b", "c", "d");
    }

    @ParameterizedTest
    @EnumSource(
            value = RunOrder.class,
            names = {"CODEC", "STRUCTURED"})
    void ofASortedRunOnePartIsFetchedAtATime(RunOrder order) throws Exception {
        HollowBatch batch = compacted(order);
        long before = rig.blob.calls.get();
        try (UpdateCursor<String, String> cursor =
                UpdateCursor.open(
                        rig.store,
                        STRINGS,
                        List.of(batch),
                        new Filter.Snapshot(Antichain.of(8)),
                        0)) {
            assertThat(cursor.next()).isTrue();
            assertThat(rig.blob.calls).hasValue(before + 1);
            assertThat(cursor.key()).isEqualTo("a");
        }
    }

    @Test
    void aSortedRunWhosePartsGoBackwardsIsCorrupt() throws Exception {
        Description desc = desc(0, 9, 4);
        RunPart.Hollow later = rig.part(hollow(), desc, Row.of("a", 4, 1));
        HollowBatch batch =
                batch(
                        desc,
                        RunOrder.STRUCTURED,
                        rig.part(hollow(), desc, Row.of("b", 4, 1)),
                        later);

        assertThatThrownBy(() -> rig.read(batch))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(later.key().text());
    }

    @Test
    void unsortedRowsWithinAPartAreSortedWhateverTheLabel() throws Exception {
        Description desc = desc(0, 9, 4);
        HollowBatch batch =
                batch(
                        desc,
                        RunOrder.STRUCTURED,
                        rig.part(
                                hollow(),
                                desc,
                                Row.of("b", 4, 1),
                                Row.of("a", 5, 1),
                                Row.of("b", 4, -1)));

        assertThat(rig.read(batch)).containsExactly(Row.of("a", 5, 1));
    }

    @Test
    void partsThatContradictTheirBatchAreCorrupt() throws Exception {
        Description embedded = desc(2, 5, 0);
        RunPart.Hollow part = rig.part(hollow(), embedded, Row.of("a", 3, 1));
        Description compacted = desc(2, 5, 4);
        RunPart.Hollow compactedPart = rig.part(hollow(), compacted, Row.of("a", 4, 1));

        assertCorrupt(batch(desc(1, 5, 0), RunOrder.UNORDERED, part), "lower is beyond", part);
        assertCorrupt(batch(desc(2, 6, 0), RunOrder.UNORDERED, part), "upper is before", part);
        assertCorrupt(
                batch(desc(2, 4, 4), RunOrder.UNORDERED, compactedPart),
                "cannot be cut",
                compactedPart);
        assertCorrupt(
                batch(desc(2, 5, 3), RunOrder.UNORDERED, compactedPart),
                "since is beyond",
                compactedPart);
        assertThat(
                        rig.read(
                                batch(
                                        desc(2, 6, 0),
                                        RunOrder.UNORDERED,
                                        part.withTsRewrite(Antichain.of(5)))))
                .containsExactly(Row.of("a", 5, 1));
        assertThat(rig.read(batch(desc(2, 5, 9), RunOrder.UNORDERED, compactedPart)))
                .containsExactly(Row.of("a", 4, 1));
    }

    private void assertCorrupt(HollowBatch batch, String why, RunPart.Hollow part) {
        assertThatThrownBy(() -> rig.read(batch))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(why)
                .hasMessageContaining(part.key().text());
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void partsOfEveryFormatAreMergedWithEachOther(PartFormat format) throws Exception {
        Description desc = new Description(Antichain.of(0), Antichain.empty(), Antichain.of(0));
        RunPart.Hollow one =
                rig.part(hollow().format(format), desc, Row.of("b", 1, 1), Row.of("é", 1, 1));
        RunPart.Hollow two =
                rig.part(
                        hollow().format(PartFormat.STRUCTURED),
                        desc,
                        Row.of("b", 1, 2),
                        Row.of("a", 1, 1));

        assertThat(rig.read(batch(desc(0, 2, 0), RunOrder.UNORDERED, one, two)))
                .containsExactly(Row.of("a", 1, 1), Row.of("b", 1, 3), Row.of("é", 1, 1));
    }

    @Test
    void columnsOfAnotherTypeAreCorrupt() throws Exception {
        HollowBatch strings = user(0, 2, List.of(Row.of("a", 1, 1)));
        BatchSchema<Bytes, String> other = BatchRig.schema(Codecs.BYTES, Codecs.STRING);

        assertThatThrownBy(
                        () ->
                                rig.read(
                                        other,
                                        new Filter.Snapshot(Antichain.of(1)),
                                        List.of(strings)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("cannot become")
                .hasMessageContaining(rig.blobKeys().get(0));
    }

    @Test
    void garbageInsteadOfAPartOrARunIsCorrupt() throws Exception {
        HollowBatch batch = user(0, 2, List.of(Row.of("a", 1, 1)));
        RunPart.Hollow part = (RunPart.Hollow) batch.parts().findFirst().orElseThrow();
        rig.blob.set(rig.store.blobKey(part.key()), Bytes.fromHex("ffffffff"));
        RunPart.Many many =
                new RunPart.Many(part.key(), 1, 1, Bytes.EMPTY, null, null, Bytes.EMPTY);

        for (HollowBatch broken :
                List.of(
                        batch,
                        batch(desc(0, 2, 0), RunOrder.STRUCTURED, many),
                        batch(desc(0, 2, 0), RunOrder.UNORDERED, many))) {
            assertThatThrownBy(() -> rig.read(broken))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(part.key().text());
        }
    }

    @Test
    void aCursorThatIsNotAtAnUpdateSaysSo() throws Exception {
        try (UpdateCursor<String, String> cursor =
                UpdateCursor.open(
                        rig.store, STRINGS, List.of(), new Filter.Snapshot(Antichain.of(8)))) {
            assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
            assertThat(cursor.next()).isFalse();
            assertThatThrownBy(cursor::time).isInstanceOf(IllegalStateException.class);
        }
    }
}
