package io.persist.batch.build;

import static io.persist.batch.build.BatchRig.STRINGS;
import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;
import io.persist.part.stats.StatsSettings;
import io.persist.part.stats.UntrimmableColumns;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** What building and reading batches reports. The clock moves on each time it is read. */
final class BatchMetricsTest {
    private final BatchRig rig = new BatchRig();
    private final Recorder user = new Recorder();
    private final BatchStore store = rig.store.withMetrics(user);

    @AfterEach
    void close() {
        rig.close();
    }

    private static final class Recorder implements BatchMetrics {
        private final AtomicLong clock = new AtomicLong();
        private final AtomicLong updates = new AtomicLong();
        private final AtomicLong encodes = new AtomicLong();
        private final AtomicLong encodeNanos = new AtomicLong();
        private final List<Long> sent = new CopyOnWriteArrayList<>();
        private final List<Integer> inlineBytes = new CopyOnWriteArrayList<>();
        private final List<Long> inlineNanos = new CopyOnWriteArrayList<>();
        private final List<PartWritten> parts = new CopyOnWriteArrayList<>();
        private final AtomicLong stalls = new AtomicLong();
        private final List<Merge> merges = new CopyOnWriteArrayList<>();
        private final List<Fetched> fetched = new CopyOnWriteArrayList<>();
        private final List<Integer> spilled = new CopyOnWriteArrayList<>();

        @Override
        public long nanoTime() {
            return clock.incrementAndGet();
        }

        @Override
        public void addedUpdates(long count) {
            updates.addAndGet(count);
        }

        @Override
        public void encodedUpdates(long count, long nanos) {
            encodes.addAndGet(count);
            encodeNanos.addAndGet(nanos);
        }

        @Override
        public void sentPart(long nanos) {
            sent.add(nanos);
        }

        @Override
        public void wroteInlinePart(int bytes, long nanos) {
            inlineBytes.add(bytes);
            inlineNanos.add(nanos);
        }

        @Override
        public void wrotePart(PartWritten part) {
            parts.add(part);
        }

        @Override
        public void stalled() {
            stalls.incrementAndGet();
        }

        @Override
        public void mergedRuns(Merge merge) {
            merges.add(merge);
        }

        @Override
        public void fetchedParts(Fetched parts) {
            fetched.add(parts);
        }

        @Override
        public void spilledRun(int bytes) {
            spilled.add(bytes);
        }
    }

    private Batch build(BatchConfig config, int updates) throws Exception {
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(store, config, STRINGS, Antichain.of(0))) {
            for (int i = 0; i < updates; i++) {
                builder.add("key-%05d".formatted(updates - i), "v", 0, 1);
            }
            return builder.finish(Antichain.of(1));
        }
    }

    /** Of 600 updates, 4 are timed: the first one, and the second of every 256. */
    @ParameterizedTest
    @EnumSource
    void encodingIsTimedByAFewUpdatesOfEachPart_B42(PartFormat format) throws Exception {
        long before = user.clock.get();
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(
                        store, hollow().format(format).build(), STRINGS, Antichain.of(0))) {
            for (int i = 0; i < 600; i++) {
                builder.add("key-" + i, "v", 0, 1);
            }
            assertThat(user.clock.get() - before).isEqualTo(2 * 4);
            builder.finish(Antichain.of(1)).delete();
        }
        assertThat(user.encodes).hasValue(600);
        assertThat(user.encodeNanos).hasValue(600);
        assertThat(user.updates).hasValue(600);
    }

    @Test
    void updatesPerPartAndWaitingOfTheProducerAreReported_B42() throws Exception {
        build(hollow().targetBytes(0).maxOutstandingParts(0).build(), 3).delete();
        assertThat(user.updates).hasValue(3);
        assertThat(user.encodes).hasValue(3);
        assertThat(user.sent).hasSize(3).allMatch(nanos -> nanos > 0);
        assertThat(user.stalls).hasValue(3);
    }

    @Test
    void inlinePartsAreReported_B42() throws Exception {
        Batch batch = build(BatchConfig.builder().build(), 1);
        RunPart.Inline part = (RunPart.Inline) batch.hollow().parts().findFirst().orElseThrow();
        assertThat(user.inlineBytes).containsExactly(part.updates().length());
        assertThat(user.inlineNanos).hasSize(1).allMatch(nanos -> nanos > 0);
        assertThat(user.parts).isEmpty();
        batch.delete();
    }

    @Test
    void partsInBlobAreReported_B42() throws Exception {
        StatsSettings narrow = new StatsSettings(true, 1, UntrimmableColumns.parse("", "", ""));
        Batch batch = build(hollow().structuredKeyLowerMaxBytes(1).stats(narrow).build(), 2);
        RunPart.Hollow part = (RunPart.Hollow) batch.hollow().parts().findFirst().orElseThrow();
        assertThat(user.parts).hasSize(1);
        BatchMetrics.PartWritten written = user.parts.get(0);
        assertThat(written.order()).isEqualTo(RunOrder.UNORDERED);
        assertThat(written.blobBytes()).isEqualTo((int) part.encodedBytes());
        assertThat(written.goodBytes()).isEqualTo(2 * (9 + 1 + 16));
        assertThat(written.statsNanos()).isPositive();
        assertThat(written.encodeNanos()).isGreaterThan(written.statsNanos());
        assertThat(written.uploadNanos()).isPositive();
        assertThat(written.keyLower()).isEqualTo(BatchMetrics.KeyLower.TOO_BIG);
        assertThat(written.statsTrimmedBytes()).isPositive();
        batch.delete();
    }

    /** Merging needs all inputs from blob and has one thread: each fetch is waited for. */
    @Test
    void mergesAndSpilledRunsAreReported_B42() throws Exception {
        BatchConfig config =
                hollow().targetBytes(0)
                        .runs(RunSettings.DEFAULT.withMaxRuns(2).withMaxRunLen(2))
                        .build();
        Batch batch = build(config, 3);
        assertThat(user.merges).hasSize(1);
        assertThat(user.merges.get(0).runs()).isEqualTo(2);
        assertThat(user.fetched).hasSize(1);
        BatchMetrics.Fetched fetched = user.fetched.get(0);
        assertThat(fetched.ahead()).isZero();
        assertThat(fetched.waited()).isEqualTo(2);
        assertThat(fetched.waitNanos()).isPositive().isLessThan(user.merges.get(0).totalNanos());
        assertThat(fetched.skipped()).isZero();
        assertThat(fetched.wasted()).isZero();
        assertThat(fetched.wrongSort()).isEqualTo(2);
        assertThat(user.parts.stream().map(BatchMetrics.PartWritten::order))
                .containsOnly(RunOrder.UNORDERED, RunOrder.STRUCTURED);
        batch.delete();

        build(hollow().targetBytes(0).runs(config.runs().withMaxRuns(3)).build(), 9).delete();
        assertThat(user.spilled).isNotEmpty().allMatch(bytes -> bytes > 0);
    }

    private HollowBatch run(RunOrder order, int parts) throws Exception {
        List<RunPart> written = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            written.add(
                    rig.part(hollow(), BatchRig.desc(0, 1, 0), Row.of("%02d".formatted(i), 0, 1)));
        }
        Run run = new Run(RunMeta.of(order, BatchRig.SCHEMA_ID), written);
        return new HollowBatch(BatchRig.desc(0, 1, 0), parts, List.of(run), Bytes.EMPTY);
    }

    private UpdateCursor<String, String> open(HollowBatch batch, long memoryBytes) {
        return UpdateCursor.open(
                store,
                STRINGS,
                List.of(batch),
                new Filter.Compaction(Antichain.minimum()),
                memoryBytes);
    }

    /** Sixteen at most are fetched ahead; the first of them is used. */
    @ParameterizedTest
    @EnumSource(names = {"UNORDERED", "STRUCTURED"})
    void partsThatACursorNeverNeededAreReported_B42(RunOrder order) throws Exception {
        HollowBatch batch = run(order, 20);
        for (long memoryBytes : new long[] {1 << 20, 0}) {
            user.fetched.clear();
            try (UpdateCursor<String, String> cursor = open(batch, memoryBytes)) {
                assertThat(cursor.next()).isTrue();
                assertThat(user.fetched).isEmpty();
            }
            assertThat(user.fetched).hasSize(1);
            BatchMetrics.Fetched fetched = user.fetched.get(0);
            assertThat(fetched.ahead() + fetched.waited()).isEqualTo(1);
            assertThat(fetched.wasted()).isEqualTo(memoryBytes == 0 ? 0 : 15);
            assertThat(fetched.skipped()).isEqualTo(memoryBytes == 0 ? 19 : 4);
            assertThat(fetched.wrongSort()).isEqualTo(order == RunOrder.UNORDERED ? 1 : 0);
        }
    }

    @Test
    void whoReadsToTheEndWastesNothing_B42() throws Exception {
        HollowBatch batch = run(RunOrder.STRUCTURED, 20);
        try (UpdateCursor<String, String> cursor = open(batch, 1 << 20)) {
            while (cursor.next()) {
                assertThat(cursor.diff()).isEqualTo(1);
            }
        }
        assertThat(user.fetched).hasSize(1);
        BatchMetrics.Fetched fetched = user.fetched.get(0);
        assertThat(fetched.ahead() + fetched.waited()).isEqualTo(20);
        assertThat(fetched.skipped()).isZero();
        assertThat(fetched.wasted()).isZero();
        assertThat(fetched.wrongSort()).isZero();
    }
}
