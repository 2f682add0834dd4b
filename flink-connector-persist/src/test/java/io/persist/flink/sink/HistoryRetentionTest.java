package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.OnRewind;
import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.ReadHandle;
import io.persist.client.ReadResult;
import io.persist.client.ShardReport;
import io.persist.client.ShardReport.ReaderReport;
import io.persist.client.SinkTime;
import io.persist.client.Update;
import io.persist.client.critical.SinceHandle;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.flink.sink.SinkHarness.Snapshot;
import io.persist.frontier.Antichain;
import io.persist.shard.MaintenanceTask;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.HistoryHold;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What sinks let a shard forget, and when. */
class HistoryRetentionTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final Site site = new Site();
    private Site.TaskProcess process = site.process();

    /** "-x" takes back "x". */
    private static final class Changes implements SinkJobs.StringKeys<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void serialize(String row, UpdateCollector<String, Unit> updates)
                throws java.io.IOException, InterruptedException {
            boolean retracts = row.startsWith("-");
            updates.collect(retracts ? row.substring(1) : row, Unit.UNIT, retracts ? -1 : 1);
        }
    }

    private SinkHarness start(PersistSink.Builder<String> sink, @Nullable Snapshot snapshot)
            throws Exception {
        process = site.process();
        return SinkHarness.start(sink.build().with(process), snapshot);
    }

    private SinkHarness start(PersistSink.Builder<String> sink) throws Exception {
        return start(sink, null);
    }

    private PersistSink.Builder<String> keeping(Duration retention) {
        return site.sink().historyRetention(retention);
    }

    private ShardReport report() throws Exception {
        try (PersistClient client = site.client()) {
            return client.inspect(Site.SHARD).orElseThrow();
        }
    }

    private long since() throws Exception {
        return report().since().element();
    }

    private List<ReaderReport> holds() throws Exception {
        return report().readers().stream().filter(r -> r.leaseUntilMillis() == null).toList();
    }

    private ReadResult<List<Update<String, Unit>>> asOf(long time) throws Exception {
        try (PersistClient client = site.client();
                ReadHandle<String, Unit> reader =
                        client.openReader(Site.SHARD, Codecs.STRING, Codecs.UNIT, "test")) {
            ReadResult<List<Update<String, Unit>>> read =
                    reader.snapshotAndFetch(Antichain.of(time));
            reader.expire();
            return read;
        }
    }

    /** One row that changes with every commit, a minute apart; the contents after each. */
    private Map<Long, String> counter(SinkHarness job, int commits) throws Exception {
        Map<Long, String> rows = new TreeMap<>();
        for (int i = 0; i < commits; i++) {
            site.time.advance(MINUTE);
            if (i > 0) {
                job.write("-count-" + (i - 1));
            }
            job.write("count-" + i).checkpoint(i + 1);
            process.runMaintenance();
            rows.put(site.time.millis(), "count-" + i);
        }
        return rows;
    }

    @Test
    void historyThatIsOlderIsMergedAndWhatIsYoungerStaysReadable() throws Exception {
        Map<Long, String> rows;
        Duration tenMinutes = Duration.ofMinutes(10);
        try (SinkHarness job = start(keeping(tenMinutes).serializer(new Changes()))) {
            rows = counter(job, 140);
        }
        long now = site.time.millis();
        assertThat(since()).isEqualTo(now - tenMinutes.toMillis());
        assertThat(site.contents()).isEqualTo(Map.of("count-139", 1L));
        assertThat(asOf(since() - 1))
                .isEqualTo(new ReadResult.SinceViolation<>(Antichain.of(since())));
        for (long minute = since(); minute <= now; minute += MINUTE) {
            assertThat(asOf(minute).orThrow().stream().map(Update::key))
                    .containsExactly(rows.get(minute));
        }
        // Two updates a minute came, and those that cancel each other are gone.
        ShardReport.BatchReport oldest = report().batches().get(0);
        assertThat(oldest.desc().upper().element()).isGreaterThan(Site.START_MILLIS + 60 * MINUTE);
        assertThat(oldest.len()).isLessThan(25);
    }

    @Test
    void withoutItAllHistoryIsKept() throws Exception {
        try (SinkHarness job = start(site.sink().serializer(new Changes()))) {
            Map<Long, String> rows = counter(job, 70);
            assertThat(since()).isZero();
            assertThat(report().readers()).isEmpty();
            assertThat(report().updateCount()).isEqualTo(139);
            long first = rows.keySet().iterator().next();
            assertThat(asOf(first).orThrow().stream().map(Update::key)).containsExactly("count-0");
        }
    }

    @Test
    void withoutMaintenanceNothingIsForgotten() throws Exception {
        PersistSink.Builder<String> sink =
                keeping(HOUR).maintenance(PersistConfig.Maintenance.NONE);
        try (SinkHarness job = start(sink)) {
            job.write("a").checkpoint(1);
            process.runMaintenance();
            assertThat(since()).isZero();
            assertThat(holds()).isEmpty();
        }
    }

    @Test
    void movingItIsNoPartOfTheCommit() throws Exception {
        List<Integer> with = requestsOfCommits(keeping(HOUR));
        assertThat(new HistoryRetentionTest().requestsOfCommits(site.sink())).isEqualTo(with);
        assertThat(holds()).hasSize(1);
    }

    /** How many requests each of some commits makes before the job is told that it is done. */
    private List<Integer> requestsOfCommits(PersistSink.Builder<String> sink) throws Exception {
        List<Integer> requests = new ArrayList<>();
        try (SinkHarness job = start(sink)) {
            for (int i = 1; i <= 50; i++) {
                site.time.advance(MINUTE);
                job.write("row-" + i).barrier(i);
                process.strike(-1, Site.Fault.REQUEST_LOST);
                job.complete(i);
                requests.add(process.requests());
                process.runMaintenance();
            }
        }
        return requests;
    }

    @Test
    void itIsMovedAtMostTwiceAMinute() throws Exception {
        try (SinkHarness job = start(keeping(HOUR))) {
            int moves = 0;
            for (int i = 1; i <= 120; i++) {
                site.time.advance(1_000);
                job.checkpoint(i);
                moves += process.isDue(MaintenanceTask.MoveSince.class) ? 1 : 0;
                process.runMaintenance();
            }
            assertThat(moves).isEqualTo(4);
            assertThat(since())
                    .isBetween(
                            site.time.millis() - HOUR.toMillis() - 30_000,
                            site.time.millis() - HOUR.toMillis());
        }
    }

    @Test
    void allStartsOfAllSinksShareOneHoldAndTheLongestRetentionCounts() throws Exception {
        Snapshot snapshot;
        try (SinkHarness job = start(keeping(HOUR))) {
            snapshot = job.write("a").checkpoint(1);
            process.runMaintenance();
        }
        site.time.advance(MINUTE);
        try (SinkHarness job = start(keeping(HOUR), snapshot)) {
            job.write("b").checkpoint(2);
            process.runMaintenance();
        }
        assertThat(since()).isEqualTo(site.time.millis() - HOUR.toMillis());
        // A sink that nobody will ever restore.
        Duration twoHours = HOUR.multipliedBy(2);
        try (SinkHarness job = start(keeping(twoHours).sinkId("another"))) {
            job.write("c").checkpoint(1);
            process.runMaintenance();
        }
        site.time.advance(10 * HOUR.toMillis());
        try (SinkHarness job = start(keeping(HOUR).sinkId("a third"))) {
            job.write("d").checkpoint(1);
            process.runMaintenance();
        }
        assertThat(since()).isEqualTo(site.time.millis() - twoHours.toMillis());
        assertThat(holds()).hasSize(1);
    }

    @Test
    void startThatWasOvertakenMovesNothing() throws Exception {
        Site.TaskProcess zombie = process;
        SinkHarness overtaken = SinkHarness.start(keeping(HOUR).build().with(zombie), null);
        Snapshot snapshot = overtaken.write("a").checkpoint(1);
        assertThat(zombie.isDue(MaintenanceTask.MoveSince.class)).isTrue();
        try (SinkHarness job = start(site.sink(), snapshot)) {
            job.write("b").checkpoint(2);
            site.time.advance(HOUR.toMillis());
            zombie.runMaintenance();
            assertThat(since()).isZero();
            assertThat(holds()).isEmpty();
        }
        overtaken.kill(zombie);
    }

    @Test
    void whatHoldsOnceItIsTakenFromTheTableStays() throws Exception {
        Snapshot snapshot;
        try (SinkHarness job = start(keeping(HOUR))) {
            snapshot = job.write("a").checkpoint(1);
            process.runMaintenance();
        }
        long held = since();
        site.time.advance(10 * HOUR.toMillis());
        try (SinkHarness job = start(site.sink(), snapshot)) {
            job.write("b").checkpoint(2);
            process.runMaintenance();
        }
        assertThat(since()).isEqualTo(held);
    }

    @Test
    void holdOfMaterializeIsLeftAloneAndHoldsTheSinceBack() throws Exception {
        CriticalReaderId theirs = CriticalReaderId.parse("c00000000-1111-2222-3333-444444444444");
        try (PersistClient client = site.client();
                SinkHarness job = start(keeping(HOUR))) {
            SinceHandle handle =
                    client.openCriticalSince(
                            Site.SHARD,
                            Codecs.STRING,
                            Codecs.UNIT,
                            theirs,
                            Opaque.epoch(7),
                            "controller");
            job.write("a").checkpoint(1);
            process.runMaintenance();
            assertThat(since()).isZero();
            ReaderReport reported =
                    holds().stream()
                            .filter(hold -> hold.id().equals(theirs.toString()))
                            .findFirst()
                            .orElseThrow();
            assertThat(reported.purpose()).isEqualTo("controller");
            assertThat(reported.token()).isEqualTo("PersistEpoch 7");
            handle.compareAndDowngrade(
                    Opaque.epoch(7), Opaque.epoch(7), Antichain.of(Site.START_MILLIS));
            assertThat(since()).isEqualTo(site.time.millis() - HOUR.toMillis());
        }
    }

    @Test
    void compensationThatComesTooLateIsToldWhy() throws Exception {
        Snapshot snapshot;
        long keepUpTo;
        try (SinkHarness job = start(keeping(HOUR))) {
            snapshot = job.write("a").checkpoint(1);
            keepUpTo = site.time.millis();
            site.time.advance(2 * HOUR.toMillis());
            job.write("b").checkpoint(2);
            process.runMaintenance();
        }
        OnRewind compensate = new OnRewind.Compensate(keepUpTo);
        try (SinkHarness job = start(keeping(HOUR).onRewind(compensate), snapshot)) {
            assertThatThrownBy(() -> job.checkpoint(3))
                    .isInstanceOf(ChainRefusedException.class)
                    .hasMessageContainingAll(
                            "NotCompensable", "history.retention", "PT1H", "since is [");
        }
        assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    void compensationWithinTheRetentionGoesOn() throws Exception {
        Snapshot snapshot;
        long keepUpTo;
        try (SinkHarness job = start(keeping(HOUR))) {
            snapshot = job.write("a").checkpoint(1);
            keepUpTo = site.time.millis();
            site.time.advance(HOUR.toMillis() / 2);
            job.write("b").checkpoint(2);
            process.runMaintenance();
        }
        OnRewind compensate = new OnRewind.Compensate(keepUpTo);
        try (SinkHarness job = start(keeping(HOUR).onRewind(compensate), snapshot)) {
            job.checkpoint(3);
            assertThat(site.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    @Test
    void inEventTimeItIsCountedFromTheNewestRowAndNeverFromTheFuture() throws Exception {
        try (SinkHarness job = start(keeping(HOUR).time(SinkTime.EVENT))) {
            long lastYear = Site.START_MILLIS - Duration.ofDays(365).toMillis();
            job.writeAt(lastYear, "a").checkpoint(1);
            process.runMaintenance();
            assertThat(since()).isEqualTo(lastYear - HOUR.toMillis());
            site.time.advance(MINUTE);
            job.writeAt(Site.START_MILLIS + Duration.ofDays(3650).toMillis(), "wrong");
            job.checkpoint(2);
            process.runMaintenance();
            assertThat(since()).isEqualTo(site.time.millis() - HOUR.toMillis());
            assertThat(asOf(site.time.millis()).orThrow().stream().map(Update::key))
                    .containsExactly("a");
        }
    }

    @ParameterizedTest
    @EnumSource(Site.Fault.class)
    void faultAtAnyRequestOfTheMove(Site.Fault fault) throws Exception {
        int struck = 0;
        while (new HistoryRetentionTest().moveWithFault(struck, fault)) {
            struck++;
        }
        assertThat(struck).isPositive();
    }

    /** Whether the fault struck before it was moved. */
    private boolean moveWithFault(int request, Site.Fault fault) throws Exception {
        SinkHarness job = start(keeping(HOUR));
        job.write("a").checkpoint(1);
        process.runMaintenance();
        long before = since();
        site.time.advance(5 * MINUTE);
        Snapshot snapshot = job.write("b").checkpoint(2);
        long committed = site.upper() - 1;
        // Seen by nobody here yet: the move meets a log that has gone on.
        try (PersistClient other = site.client()) {
            other.openReader(Site.SHARD, Codecs.STRING, Codecs.UNIT, "other").expire();
        }
        process.strike(request, fault);
        try {
            process.runMaintenance();
        } catch (Site.Killed | StoreException e) {
            // The job goes on or is started again.
        }
        boolean struck = process.requests() > request;
        process.strike(-1, fault);
        assertThat(since()).isIn(before, committed - HOUR.toMillis());
        if (process.isDead()) {
            job.kill(process);
            job = start(keeping(HOUR), snapshot);
        }
        site.deliverLate();
        assertThat(since()).isIn(before, committed - HOUR.toMillis());
        site.time.advance(5 * MINUTE);
        job.write("c").checkpoint(3);
        process.runMaintenance();
        assertThat(since()).isEqualTo(site.upper() - 1 - HOUR.toMillis());
        assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 1L));
        job.close();
        return struck;
    }

    @Test
    void storesThatAreDownFailTheMoveAndNotTheJob() throws Exception {
        try (SinkHarness job = start(keeping(HOUR))) {
            job.write("a").checkpoint(1);
            process.storesDown(true);
            assertThatThrownBy(process::runMaintenance).isInstanceOf(StoreException.class);
            process.storesDown(false);
            site.time.advance(MINUTE);
            job.write("b").checkpoint(2);
            process.runMaintenance();
            assertThat(since()).isEqualTo(site.time.millis() - HOUR.toMillis());
        }
    }

    @Test
    void retentionMustBePositive() {
        assertThatThrownBy(() -> site.sink().historyRetention(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("historyRetention");
        assertThat(HistoryHold.token(1).codec()).isEqualTo("u64");
    }
}
