package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.PersistClient;
import io.persist.flink.sink.LaneSource.Feed;
import io.persist.store.StoreException;
import io.persist.testing.Gate;

import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Jobs whose stores and tasks fail, and which Flink restarts, all of them or in part. */
class SinkFailoverITCase extends LabCase {
    /** Longer than what travels inside the metadata. */
    private static final int PADDING = 5_000;

    private static final long MINUTES_5 = 300_000;

    /** Lets rows come and waits until they are with the writers. */
    private void emit(Feed feed, int count) throws Exception {
        int before = feed.allowed(0);
        feed.allowAll(count);
        lab.awaitSeen(feed.rows(before));
    }

    /**
     * Waits until a row at which a task has failed comes again: what has come meanwhile may have
     * come to a task that failed, but the next rows of every lane come to those that go on.
     */
    private void awaitRestart(Feed feed) throws Exception {
        lab.awaitSeen(feed.rows());
    }

    private void emitAndCommit(LabJob job, Feed feed, int count) throws Exception {
        emit(feed, count);
        job.checkpoint();
        lab.awaitRows(feed.rows());
    }

    @Test
    void storesAreDownForMinutesAndTwoCommitsArePending() throws Exception {
        lab.sleeper(lab.site().time);
        Feed feed = lab.addFeed("a", 2, PADDING);
        List<Map<String, Long>> expected = new ArrayList<>();
        LabJob job = plan().start(feed, sink());
        emitAndCommit(job, feed, 2);
        expected.add(feed.rows());
        emit(feed, 4);
        job.savepoint(plan());
        expected.add(feed.rows());
        emit(feed, 6);
        expected.add(feed.rows());

        int calls = 400;
        AtomicBoolean down = new AtomicBoolean();
        AtomicInteger left = new AtomicInteger(calls);
        lab.stores(
                request -> {
                    if (request.isCommit()) {
                        down.set(true);
                    }
                    if (down.get() && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                        throw new StoreException.Determinate("stores are down: " + request);
                    }
                });
        long before = lab.site().time.millis();
        job.checkpoint();
        lab.awaitRows(feed.rows());
        // One operation is tried some thirty times in its five minutes.
        assertThat(job.attempts()).isBetween(2, calls / 20);
        assertThat(lab.site().time.millis() - before).isGreaterThan(MINUTES_5 * 9 / 10);
        feed.allowAll(8);
        feed.endAll();
        expected.add(feed.rows());
        job.finish();
        lab.assertHeld(expected);
        lab.assertNothingLeaked();
    }

    @ParameterizedTest(name = "commits were appended: {0}")
    @ValueSource(booleans = {false, true})
    void taskFailsWhileTheCommitterTriesAgain(boolean appended) throws Exception {
        Feed feed = lab.addFeed("a", 2, PADDING);
        Gate retries = new Gate();
        lab.sleeper(millis -> retries.pass());
        AtomicBoolean broken = new AtomicBoolean(true);
        lab.stores(
                new SinkLab.StoreScript() {
                    @Override
                    public void before(SinkLab.Request request) throws StoreException {
                        if (!appended) {
                            lose(request);
                        }
                    }

                    @Override
                    public void after(SinkLab.Request request) throws StoreException {
                        if (appended) {
                            lose(request);
                        }
                    }

                    private void lose(SinkLab.Request request) throws StoreException {
                        if (broken.get() && request.isCommit()) {
                            throw new StoreException.Indeterminate("lost: " + request);
                        }
                        if (broken.get() && request.role() == SinkLab.Role.COMMITTER) {
                            // So that the committer goes on not knowing.
                            throw new StoreException.Determinate("down: " + request);
                        }
                    }
                });
        LabJob job = plan().start(feed, sink());
        emit(feed, 2);
        job.checkpoint();
        retries.awaitWaiting(1);
        AtomicInteger failures = new AtomicInteger(1);
        lab.stations(
                step -> {
                    if (step.moment() == Station.Moment.ROW && failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("injected");
                    }
                });
        feed.allowAll(4);
        retries.awaitArrivals(2);
        broken.set(false);
        retries.open();
        awaitRestart(feed);
        emitAndCommit(job, feed, 6);
        assertThat(job.attempts()).isEqualTo(2);
        assertThat(lab.site().prefixes()).hasSize(2);
        lab.assertNothingLeaked();
    }

    @Test
    void taskFailsWhileACommitIsBetweenSealerAndCommitter() throws Exception {
        Feed feed = lab.addFeed("a", 2, PADDING);
        Gate commits = new Gate();
        Gate barriers = new Gate();
        AtomicBoolean fail = new AtomicBoolean();
        lab.stores(
                request -> {
                    if (request.isCommit()) {
                        commits.pass();
                    }
                });
        lab.stations(
                step -> {
                    if (step.moment() == Station.Moment.BARRIER) {
                        barriers.note();
                    }
                    if (step.moment() == Station.Moment.ROW && fail.getAndSet(false)) {
                        throw new IllegalStateException("injected");
                    }
                });
        LabJob job = plan().start(feed, sink());
        emit(feed, 2);
        job.checkpoint();
        Map<String, Long> first = feed.rows();
        commits.awaitWaiting(1);
        emit(feed, 4);
        CompletableFuture<String> lost = job.beginCheckpoint();
        barriers.awaitArrivals(4);
        fail.set(true);
        feed.allowAll(5);
        LabJob.get(lost.handle((path, aborted) -> null));
        assertThat(lost).isCompletedExceptionally();
        commits.open();
        lab.awaitRows(first);
        feed.allowAll(6);
        feed.endAll();
        job.finish();
        lab.assertHolds(feed.rows());
        assertThat(job.attempts()).isEqualTo(2);
        lab.assertNothingLeaked();
    }

    @ParameterizedTest
    @EnumSource(
            value = Station.Moment.class,
            names = {"ROW", "BARRIER", "COMPLETE"})
    void writersFailTenTimesAtTheSamePoint(Station.Moment moment) throws Exception {
        Feed feed = lab.addFeed("a", 2, PADDING);
        LabJob job = plan().start(feed, lab.wired(lab.sink().partTargetBytes(3 * PADDING)));
        emitAndCommit(job, feed, 2);
        AtomicInteger failures = new AtomicInteger(10);
        String last = feed.row(0, 9);
        lab.stations(
                step -> {
                    boolean here =
                            step.subtask() == 0
                                    && step.moment() == moment
                                    && (moment != Station.Moment.ROW || step.row().equals(last));
                    if (here && failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("injected " + step);
                    }
                });
        feed.allowAll(10);
        lab.awaitSeen(feed.rows());
        while (failures.get() > 0) {
            job.checkpoint();
        }
        // Completes in the last attempt only, perhaps without the rows of its other task.
        job.checkpoint();
        emitAndCommit(job, feed, 11);
        assertThat(job.attempts()).isEqualTo(11);
        emitAndCommit(job, feed, 12);
        lab.assertNothingLeaked();
    }

    @ParameterizedTest(name = "after its compare-and-set: {0}")
    @ValueSource(booleans = {false, true})
    void committerFailsTenTimesAtTheSamePoint(boolean after) throws Exception {
        Feed feed = lab.addFeed("a", 2, PADDING);
        LabJob job = plan().start(feed, sink());
        emitAndCommit(job, feed, 2);
        AtomicInteger failures = new AtomicInteger(10);
        lab.stores(
                new SinkLab.StoreScript() {
                    @Override
                    public void before(SinkLab.Request request) {
                        if (!after && request.isCommit()) {
                            fail(request);
                        }
                    }

                    @Override
                    public void after(SinkLab.Request request) {
                        if (after && request.role() == SinkLab.Role.COMMITTER) {
                            fail(request);
                        }
                    }

                    private void fail(SinkLab.Request request) {
                        if (failures.getAndDecrement() > 0) {
                            throw new IllegalStateException("injected " + request);
                        }
                    }
                });
        emit(feed, 4);
        job.checkpoint();
        lab.awaitRows(feed.rows());
        emitAndCommit(job, feed, 6);
        assertThat(failures.get()).isNotPositive();
        assertThat(job.attempts()).isEqualTo(11);
        assertThat(lab.site().prefixes()).hasSize(3);
        lab.assertNothingLeaked();
    }

    /** Where a compaction is while its job fails. */
    private enum Merging {
        BEFORE_UPLOAD,
        AFTER_UPLOAD,
        BEFORE_IT_IS_APPLIED,
        AFTER_IT_WAS_APPLIED
    }

    /** Holds compactions at one point, until they are interrupted or let go. */
    private record HeldCompactions(Merging at, Gate gate) implements SinkLab.StoreScript {
        @Override
        public void before(SinkLab.Request request) throws InterruptedException {
            if ((at == Merging.BEFORE_UPLOAD && request.isUploadOfCompaction())
                    || (at == Merging.BEFORE_IT_IS_APPLIED && isApplication(request))) {
                gate.pass();
            }
        }

        @Override
        public void after(SinkLab.Request request) throws InterruptedException {
            if ((at == Merging.AFTER_UPLOAD && request.isUploadOfCompaction())
                    || (at == Merging.AFTER_IT_WAS_APPLIED && isApplication(request))) {
                gate.pass();
            }
        }

        private static boolean isApplication(SinkLab.Request request) {
            return request.isCommit()
                    && Thread.currentThread().getName().contains("persist-compaction");
        }
    }

    @ParameterizedTest
    @EnumSource(Merging.class)
    void shardIsCompactedWhileItsJobFailsAgainAndAgain(Merging moment) throws Exception {
        lab.maintainInBackground();
        Feed feed = lab.addFeed("a", 2, PADDING);
        AtomicBoolean fail = new AtomicBoolean();
        lab.stations(
                step -> {
                    if (step.moment() == Station.Moment.ROW && fail.getAndSet(false)) {
                        throw new IllegalStateException("injected");
                    }
                });
        LabJob job = plan().start(feed, sink());
        int failures = 3;
        int rows = 0;
        for (int failure = 0; failure < failures; failure++) {
            HeldCompactions held = new HeldCompactions(moment, new Gate());
            lab.stores(held);
            do {
                emitAndCommit(job, feed, ++rows);
            } while (held.gate.arrivals() == 0);
            fail.set(true);
            feed.allowAll(++rows);
            awaitRestart(feed);
            held.gate.open();
            int applied = lab.compactions().arrivals();
            do {
                emitAndCommit(job, feed, ++rows);
            } while (lab.compactions().arrivals() == applied);
        }
        assertThat(job.attempts()).isEqualTo(1 + failures);
        emitAndCommit(job, feed, ++rows);
        lab.awaitNothingLeaked();
        try (PersistClient client = lab.site().client()) {
            assertThat(client.inspect(Site.SHARD).orElseThrow().batches()).hasSizeLessThan(rows);
        }
        // The rows that were failed over came with the next ones.
        assertThat(lab.site().prefixes()).hasSize(rows - failures);
    }

    @Test
    void oneOfTwoRegionsFailsAndTheOtherGoesOn() throws Exception {
        Feed failing = lab.addFeed("failing", 2, 0);
        Feed other = lab.addFeed("other", 2, 0);
        Gate restarted = new Gate();
        AtomicBoolean fail = new AtomicBoolean();
        lab.stations(
                step -> {
                    if (!step.station().equals("failing")) {
                        return;
                    }
                    if (step.moment() == Station.Moment.ROW && fail.getAndSet(false)) {
                        throw new IllegalStateException("injected");
                    }
                    if (step.moment() == Station.Moment.OPEN
                            && lab.opened("failing", step.subtask()) > 0) {
                        restarted.pass();
                    }
                });
        LabJob.Plan plan = plan();
        StreamExecutionEnvironment environment = plan.environment();
        for (Feed feed : List.of(failing, other)) {
            plan.rows(environment, feed, Boundedness.CONTINUOUS_UNBOUNDED)
                    .sinkTo(sink())
                    .name("sink of " + feed.name())
                    .uid(feed.name() + " sink");
        }
        LabJob job = plan.start(environment);
        emit(failing, 2);
        emit(other, 2);
        job.checkpoint();
        lab.awaitRows(union(failing, other));
        fail.set(true);
        failing.allowAll(4);
        restarted.awaitWaiting(2);
        emit(other, 4);
        restarted.open();
        lab.awaitSeen(failing.rows());
        job.checkpoint();
        failing.allowAll(6);
        other.allowAll(6);
        failing.endAll();
        other.endAll();
        job.finish();
        lab.assertHolds(union(failing, other));
        for (int subtask = 0; subtask < 2; subtask++) {
            assertThat(lab.opened("failing", subtask)).isEqualTo(2);
            assertThat(lab.opened("other", subtask)).isEqualTo(1);
        }
    }

    private static Map<String, Long> union(Feed one, Feed other) {
        Map<String, Long> rows = new TreeMap<>(one.rows());
        rows.putAll(other.rows());
        return rows;
    }

    /** A bounded job in stages, with a result kept between them. */
    private LabJob startBatch(Feed feed) throws Exception {
        LabJob.Plan plan = plan();
        StreamExecutionEnvironment environment = plan.environment();
        environment.setRuntimeMode(RuntimeExecutionMode.BATCH);
        plan.rows(environment, feed, Boundedness.BOUNDED).sinkTo(sink()).name("shard");
        return plan.start(environment);
    }

    @Test
    void batchWriterFailsWhenAnotherHasFinished() throws Exception {
        Feed feed = lab.addFeed("a", 2, PADDING);
        String fatal = feed.row(1, 5);
        AtomicInteger failures = new AtomicInteger(1);
        lab.stations(
                step -> {
                    if (step.row().equals(fatal) && failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("injected");
                    }
                });
        LabJob job = startBatch(feed);
        feed.allow(0, 10);
        feed.end(0);
        job.awaitFinishedTasks(1);
        feed.allow(1, 10);
        feed.end(1);
        job.awaitEnd(JobStatus.FINISHED);
        lab.assertHolds(feed.rows());
        assertThat(lab.opened("a", 0)).isEqualTo(1);
        assertThat(lab.opened("a", 1)).isEqualTo(2);
        assertThat(lab.site().prefixes()).hasSize(1);
    }

    @Test
    void batchCommitterFailsAfterItsCommit() throws Exception {
        Feed feed = lab.addFeed("a", 2, PADDING);
        AtomicInteger failures = new AtomicInteger(1);
        lab.stores(
                new SinkLab.StoreScript() {
                    @Override
                    public void before(SinkLab.Request request) {}

                    @Override
                    public void after(SinkLab.Request request) {
                        if (request.isCommit() && failures.getAndDecrement() > 0) {
                            throw new IllegalStateException("injected");
                        }
                    }
                });
        LabJob job = startBatch(feed);
        feed.allowAll(10);
        feed.endAll();
        job.awaitEnd(JobStatus.FINISHED);
        assertThat(failures.get()).isNotPositive();
        lab.assertHolds(feed.rows());
        assertThat(lab.opened("a", 0)).isEqualTo(1);
        assertThat(lab.site().prefixes()).hasSize(1);
    }
}
