package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;
import io.persist.part.DecodedPart;
import io.persist.part.ParquetParts;
import io.persist.part.PartFormat;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Batches whose times are pairs, ordered in both at once. */
final class PartialOrderTest {
    private static final BatchSchema<String, String> PAIRS =
            new BatchSchema<>(Codecs.STRING, Codecs.STRING, null, TimeDomain.PAIR_OF_U32);

    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static long at(long outer, long inner) {
        return TimeDomain.pair(outer, inner);
    }

    private static Antichain frontier(long... times) {
        return Antichain.of(TimeDomain.PAIR_OF_U32, times);
    }

    private static BatchConfig.Builder config() {
        return BatchRig.hollow()
                .writerVersion("0.128.0")
                .format(PartFormat.BOTH)
                .targetBytes(0)
                .structuredKeyLowerMaxBytes(0);
    }

    private Batch build(BatchConfig.Builder config, Antichain lower, Antichain upper)
            throws Exception {
        return rig.build(
                config.build(),
                PAIRS,
                lower,
                upper,
                List.of(new Row<>("1", "one", at(0, 10), 1), new Row<>("2", "two", at(10, 0), 1)));
    }

    private List<Row<String, String>> read(HollowBatch batch, Filter filter) throws Exception {
        List<Row<String, String>> rows = new ArrayList<>();
        try (UpdateCursor<String, String> cursor =
                UpdateCursor.open(rig.store, PAIRS, List.of(batch), filter)) {
            while (cursor.next()) {
                rows.add(new Row<>(cursor.key(), cursor.val(), cursor.time(), cursor.diff()));
            }
        }
        return rows;
    }

    @Test
    void pairsAreBuiltBetweenFrontiersOfSeveralElements_BT3_B20() throws Exception {
        Antichain upper = frontier(at(0, 11), at(10, 1));
        Batch batch = build(config(), frontier(at(0, 0)), upper);
        assertThat(batch.hollow().runs()).hasSize(2);
        assertThat(batch.upper()).isEqualTo(upper);
        assertThat(batch.hollow().parts())
                .hasSize(2)
                .allSatisfy(
                        part -> {
                            PartKey key = ((RunPart.Hollow) part).key();
                            assertThat(key.text()).matches("n0012800/p[0-9a-f-]{36}");
                            assertThat(rig.blobKeys())
                                    .contains(BlobKey.of(BatchRig.SHARD, key).text());
                        });
        assertThat(read(batch.hollow(), new Filter.Compaction(Antichain.minimum())))
                .containsExactly(
                        new Row<>("1", "one", at(0, 10), 1), new Row<>("2", "two", at(10, 0), 1));
        batch.delete();
    }

    @Test
    void snapshotsMoveTimesUpToTheirTime() throws Exception {
        Batch batch = build(config(), frontier(at(0, 0)), frontier(at(0, 11), at(10, 1)));
        assertThat(read(batch.hollow(), new Filter.Snapshot(frontier(at(3, 10)))))
                .containsExactly(new Row<>("1", "one", at(3, 10), 1));
        assertThat(read(batch.hollow(), new Filter.Compaction(frontier(at(2, 0), at(0, 2)))))
                .containsExactly(
                        new Row<>("1", "one", at(0, 10), 1), new Row<>("2", "two", at(10, 0), 1));
        assertThat(read(batch.hollow(), new Filter.Compaction(frontier(at(20, 3)))))
                .containsExactly(
                        new Row<>("1", "one", at(20, 10), 1), new Row<>("2", "two", at(20, 3), 1));
        batch.delete();
    }

    @Test
    void timesNotBeyondAnyElementOfTheLowerAreRefused_B16() throws Exception {
        Antichain lower = frontier(at(0, 5), at(5, 0));
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(rig.store, config().build(), PAIRS, lower)) {
            assertThatThrownBy(() -> builder.add("k", "v", at(4, 4), 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("(4, 4)")
                    .hasMessageContaining("[(5, 0), (0, 5)]");
            builder.add("k", "v", at(5, 0), 1);
            builder.add("l", "v", at(0, 5), 1);
            Batch batch = builder.finish(frontier(at(6, 0), at(0, 6)));
            RunPart.Hollow part = (RunPart.Hollow) batch.hollow().runs().get(0).parts().get(0);
            try (DecodedPart decoded =
                    ParquetParts.decode(
                            rig.store.get(part.key()), rig.allocator, TimeDomain.PAIR_OF_U32)) {
                assertThat(decoded.desc())
                        .isEqualTo(new Description(lower, Antichain.empty(), Antichain.minimum()));
            }
            batch.delete();
        }
    }

    @Test
    void theUpperMustBeBeyondEveryMaximalTime_B17_B20() throws Exception {
        assertThatThrownBy(() -> build(config(), frontier(at(0, 0)), frontier(at(0, 11), at(9, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(10, 0)");
        MaximalTimes times = new MaximalTimes(TimeDomain.PAIR_OF_U32);
        times.add(at(1, 1));
        times.add(at(0, 10));
        times.add(at(10, 0));
        times.add(at(1, 0));
        assertThat(times.firstBeyond(frontier(at(0, 11), at(10, 1)))).isEmpty();
        assertThat(times.firstBeyond(frontier(at(0, 10)))).hasValue(at(0, 10));
        assertThat(times.firstBeyond(frontier(at(9, 0)))).hasValue(at(10, 0));
        assertThat(times.firstBeyond(frontier(at(1, 1)))).hasValue(at(1, 1));
        times.add(at(10, 10));
        assertThat(times.firstBeyond(frontier(at(1, 1)))).hasValue(at(10, 10));
        assertThat(times.firstBeyond(frontier(at(0, 11), at(11, 0)))).isEmpty();
    }

    @Test
    void inlinePartsAreReadAndMovedToBlob_B10() throws Exception {
        Antichain lower = frontier(at(0, 10), at(10, 0));
        Batch batch =
                build(
                        config().inlineSingleMaxBytes(4096).targetBytes(1000),
                        lower,
                        frontier(at(0, 11), at(10, 1)));
        assertThat(batch.hollow().inlineBytes()).isPositive();
        List<Row<String, String>> inline =
                read(batch.hollow(), new Filter.Compaction(Antichain.minimum()));
        batch.flushToBlob();
        assertThat(batch.hollow().inlineBytes()).isZero();
        assertThat(read(batch.hollow(), new Filter.Compaction(Antichain.minimum())))
                .isEqualTo(inline)
                .hasSize(2);
        batch.delete();
    }

    @Test
    void aTransmittedBatchHasTheTimesOfItsReceiver_B7_B8() throws Exception {
        Antichain upper = frontier(at(0, 11), at(10, 1));
        BatchConfig config = config().build();
        Batch sent = build(config(), frontier(at(0, 0)), upper);
        HollowBatch before = sent.hollow();
        Bytes message = sent.toTransmittable();

        Batch received = Batch.fromTransmittable(rig.store, config, PAIRS, message);

        assertThat(received.hollow()).isEqualTo(before);
        assertThat(received.upper()).isEqualTo(upper);
        assertThat(read(received.hollow(), new Filter.Compaction(Antichain.minimum()))).hasSize(2);
        assertThat(received.rewriteTs(frontier(at(5, 5)), frontier(at(20, 20))))
                .isInstanceOf(RewriteResult.InvalidRewrite.class);
        assertThatThrownBy(
                        () -> Batch.fromTransmittable(rig.store, config, BatchRig.STRINGS, message))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("Product<u32, u32>")
                .hasMessageContaining("u64");
        received.delete();
    }

    @Test
    void aTransmittedBatchOfPairsCannotHaveRewrittenTimes_B8() throws Exception {
        BatchConfig config = BatchRig.hollow().build();
        Batch rewritten = rig.build(BatchRig.hollow(), 0, 1, Row.of("k", 0, 1));
        rewritten.rewriteTs(Antichain.of(1), Antichain.of(2)).orThrow();
        Bytes message = rewritten.toTransmittable();
        assertThatThrownBy(() -> Batch.fromTransmittable(rig.store, config, PAIRS, message))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("rewritten times")
                .hasMessageContaining("Product<u32, u32>");
    }

    @Test
    void rewritingAndMergingAreRefused_B11() throws Exception {
        Batch batch = build(config(), frontier(at(0, 0)), frontier(at(0, 11), at(10, 1)));
        HollowBatch before = batch.hollow();
        RewriteResult result = batch.rewriteTs(frontier(at(5, 5)), frontier(at(20, 20)));
        assertThat(result).isInstanceOf(RewriteResult.InvalidRewrite.class);
        assertThat(((RewriteResult.InvalidRewrite) result).reason())
                .contains("Product<u32, u32>", "[(5, 5)]", "[(20, 20)]", "partially ordered");
        assertThat(batch.hollow()).isEqualTo(before);
        batch.delete();
        BatchConfig.Builder merging = config().runs(RunSettings.DEFAULT.withMaxRuns(2));
        assertThatThrownBy(() -> build(merging, frontier(at(0, 0)), Antichain.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be merged");
    }
}
