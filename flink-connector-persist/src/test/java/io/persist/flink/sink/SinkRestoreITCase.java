package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.OnRewind;
import io.persist.codec.relation.Datum;
import io.persist.flink.sink.ChangedSerializerTest.Columns;
import io.persist.flink.sink.LaneSource.Feed;
import io.persist.testing.Gate;

import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Jobs that are stopped in one way or another and started again from what is left. */
class SinkRestoreITCase extends LabCase {
    /** Longer than what travels inside the metadata. */
    private static final int PADDING = 5_000;

    private Feed feed;

    @BeforeEach
    void openFeed() {
        feed = lab.addFeed("a", 4, PADDING);
    }

    /** Lets rows come and waits until they are with the writers. */
    private void emit(int count) throws Exception {
        int before = feed.allowed(0);
        feed.allowAll(count);
        lab.awaitSeen(feed.rows(before));
    }

    /** Lets rows come and commits them. */
    private void emitAndCommit(LabJob job, int count) throws Exception {
        emit(count);
        job.checkpoint();
        lab.awaitRows(feed.rows());
    }

    /** Ends a job that had emitted less than 4 rows; its last commit is still to be made. */
    private String cancelWithPendingCommit(LabJob job) throws Exception {
        Gate commits = new Gate();
        lab.stores(
                request -> {
                    if (request.isCommit()) {
                        commits.pass();
                    }
                });
        emit(4);
        String checkpoint = job.checkpoint();
        commits.awaitWaiting(1);
        job.cancel();
        lab.stores(SinkLab.StoreScript.NONE);
        return checkpoint;
    }

    @Test
    void parallelismChangesWhileCommitsArePending() throws Exception {
        // Later starts leave the largest parallelism to Flink, which takes it from the snapshot.
        LabJob one =
                plan().parallelism(1).with(PipelineOptions.MAX_PARALLELISM, 8).start(feed, sink());
        emitAndCommit(one, 2);
        Map<String, Long> before = feed.rows();
        String checkpoint = cancelWithPendingCommit(one);
        lab.assertHolds(before);

        // The restored commit is made at the start.
        LabJob four = plan().parallelism(4).from(checkpoint).start(feed, sink());
        lab.awaitRows(feed.rows());
        before = feed.rows();
        emit(6);
        String savepoint = four.savepoint(plan());
        four.cancel();
        lab.assertHolds(before);

        LabJob two = plan().parallelism(2).from(savepoint).start(feed, sink());
        lab.awaitRows(feed.rows());
        emitAndCommit(two, 8);
        String retained = two.checkpoint();
        two.cancel();

        LabJob three = plan().parallelism(3).from(retained).start(feed, sink());
        emitAndCommit(three, 10);
        feed.allowAll(11);
        feed.endAll();
        three.finish();
        lab.assertHolds(feed.rows());
        lab.assertNothingLeaked();
    }

    /** Of any operator, as the first start has it. */
    enum Largest {
        FLINKS,
        EIGHT
    }

    /** What is left of a job whose last commit is still to be made. */
    private String pendingCheckpoint(Largest largest) throws Exception {
        LabJob job =
                (largest == Largest.EIGHT
                                ? plan().with(PipelineOptions.MAX_PARALLELISM, 8)
                                : plan())
                        .start(feed, sink());
        emitAndCommit(job, 2);
        return cancelWithPendingCommit(job);
    }

    /**
     * What Flink chose is as binding as what was set: 128 here. Nothing of the sink gets to run.
     */
    @ParameterizedTest
    @CsvSource({"FLINKS, 4", "FLINKS, 7", "FLINKS, 129", "EIGHT, 16"})
    void anotherLargestParallelismThanThatOfTheSnapshotIsRefusedByFlinkAndLosesNothing(
            Largest first, int then) throws Exception {
        String checkpoint = pendingCheckpoint(first);
        long upper = lab.site().upper();
        LabJob refused =
                plan().with(PipelineOptions.MAX_PARALLELISM, then)
                        .from(checkpoint)
                        .start(feed, sink());
        assertThat(refused.awaitFailure())
                .hasStackTraceContaining(
                        "Max parallelism mismatch between checkpoint/savepoint state and new"
                                + " program")
                .hasStackTraceContaining("to new program with max parallelism " + then);
        assertThat(lab.site().upper()).isEqualTo(upper);
        goOn(plan().from(checkpoint));
    }

    @Test
    void theLargestParallelismThatFlinkChoseMayBeSet() throws Exception {
        String checkpoint = pendingCheckpoint(Largest.FLINKS);
        goOn(plan().with(PipelineOptions.MAX_PARALLELISM, 128).from(checkpoint));
    }

    @Test
    void theLargestParallelismMayBeLeftToFlinkLater() throws Exception {
        goOn(plan().parallelism(4).from(pendingCheckpoint(Largest.EIGHT)));
    }

    private void goOn(LabJob.Plan plan) throws Exception {
        LabJob job = plan.start(feed, sink());
        lab.awaitRows(feed.rows());
        emitAndCommit(job, 6);
        lab.assertNothingLeaked();
    }

    @Test
    void writersMayBeMoreOrLessThanTheRestOfTheJob() throws Exception {
        LabJob job = start(plan(), 3);
        emitAndCommit(job, 2);
        for (int writers : new int[] {1, 4, 2}) {
            int rows = feed.allowed(0);
            emit(rows + 1);
            String savepoint = job.savepoint(plan());
            job.cancel();
            job = start(plan().parallelism(3).from(savepoint), writers);
            // The commit of the savepoint.
            lab.awaitRows(feed.rows());
            emitAndCommit(job, rows + 2);
        }
        String savepoint = job.stop(plan(), false);
        job.awaitEnd(JobStatus.FINISHED);
        emitAndCommit(start(plan().parallelism(1).from(savepoint), 5), feed.allowed(0) + 1);
        lab.assertNothingLeaked();
    }

    private LabJob start(LabJob.Plan plan, int writers) throws Exception {
        StreamExecutionEnvironment environment = plan.environment();
        plan.rows(environment, feed, Boundedness.CONTINUOUS_UNBOUNDED)
                .sinkTo(sink())
                .name("shard")
                .uid("sink")
                .setParallelism(writers);
        return plan.start(environment);
    }

    @Test
    void stoppedWithSavepointsAgainAndAgain() throws Exception {
        List<Map<String, Long>> expected = new ArrayList<>();
        LabJob job = plan().start(feed, sink());
        int rows = 0;
        for (boolean drain : new boolean[] {false, false, true, true, false}) {
            emit(++rows);
            String savepoint = job.stop(plan(), drain);
            job.awaitEnd(JobStatus.FINISHED);
            lab.assertHolds(feed.rows());
            expected.add(feed.rows());
            long upper = lab.site().upper();
            // A start that only repeats the savepoint's commit, and is stopped in its turn.
            LabJob idle = plan().from(savepoint).start(feed, sink());
            idle.awaitRunning();
            assertThat(lab.site().upper()).isEqualTo(upper);
            String again = idle.stop(plan(), false);
            idle.awaitEnd(JobStatus.FINISHED);
            job = plan().from(again).start(feed, sink());
        }
        emit(++rows);
        feed.endAll();
        expected.add(feed.rows());
        job.finish();
        lab.assertHeld(expected);
        lab.assertNothingLeaked();
    }

    /** A job that has gone on after a savepoint without stopping. */
    private record Ahead(LabJob job, String savepoint, long savepointTime) {}

    private Ahead goAhead() throws Exception {
        LabJob job = plan().withoutRestarts().start(feed, sink());
        emitAndCommit(job, 2);
        // The savepoint's own commit will have this time: the clock stands still.
        long time = lab.site().upper();
        String savepoint = job.savepoint(plan());
        emitAndCommit(job, 4);
        lab.forgetSeen();
        return new Ahead(job, savepoint, time);
    }

    private LabJob startFrom(String snapshot, OnRewind onRewind) throws Exception {
        return plan().withoutRestarts()
                .from(snapshot)
                .start(feed, lab.wired(lab.sink().onRewind(onRewind)));
    }

    private static void fail(LabJob job, String why) throws Exception {
        job.awaitRunning();
        LabJob.get(job.beginCheckpoint().handle((path, declined) -> null));
        assertThat(job.awaitFailure())
                .hasStackTraceContaining(ChainRefusedException.class.getName())
                .hasStackTraceContaining(why);
    }

    @Test
    void secondJobFromASavepointThatTheShardHasLeftBehindFails() throws Exception {
        Ahead first = goAhead();
        long upper = lab.site().upper();
        fail(startFrom(first.savepoint, OnRewind.FAIL), "ahead");
        assertThat(lab.site().upper()).isEqualTo(upper);
        lab.assertHolds(feed.rows());
        emitAndCommit(first.job, 6);
        feed.endAll();
        first.job.finish();
        lab.assertHolds(feed.rows());
    }

    /**
     * High availability goes back to before the savepoint if the JobManager dies between it and the
     * end of the job that was to stop. The refusal says what to do instead.
     */
    @Test
    void afterAStopOnlyItsSavepointGoesOn() throws Exception {
        LabJob job = plan().start(feed, sink());
        emitAndCommit(job, 2);
        String before = job.savepoint(plan());
        emit(4);
        String savepoint = job.stop(plan(), false);
        job.awaitEnd(JobStatus.FINISHED);
        lab.assertHolds(feed.rows());

        fail(startFrom(before, OnRewind.FAIL), "the newest checkpoint or savepoint");
        lab.assertHolds(feed.rows());
        emitAndCommit(startFrom(savepoint, OnRewind.FAIL), 6);
    }

    @Test
    void secondJobMayAppendWhatTheFirstHasAppended() throws Exception {
        Ahead first = goAhead();
        LabJob second = startFrom(first.savepoint, OnRewind.APPEND);
        lab.awaitSeen(feed.rows(2));
        second.checkpoint();
        Map<String, Long> twice = new TreeMap<>(feed.rows());
        twice.putAll(feed.rows(2));
        feed.rows(2).keySet().forEach(row -> twice.put(row, 2L));
        lab.awaitRows(twice);
        fail(first.job, "took over");
        feed.allowAll(5);
        feed.endAll();
        second.finish();
        feed.rows(4).keySet().forEach(row -> twice.put(row, 1L));
        lab.assertHolds(twice);
    }

    @Test
    void secondJobMayUndoWhatTheFirstHasAppended() throws Exception {
        Ahead first = goAhead();
        LabJob second = startFrom(first.savepoint, new OnRewind.Compensate(first.savepointTime));
        lab.awaitSeen(feed.rows(2));
        second.checkpoint();
        lab.awaitRows(feed.rows());
        fail(first.job, "took over");
        feed.allowAll(5);
        feed.endAll();
        second.finish();
        lab.assertHolds(feed.rows());
        Map<String, Long> undone = new TreeMap<>();
        for (Map<String, Long> changes : lab.site().history().values()) {
            changes.forEach(
                    (row, diff) -> {
                        if (diff < 0) {
                            undone.put(row, diff);
                        }
                    });
        }
        feed.allowAll(4);
        assertThat(undone.keySet()).isEqualTo(feed.rows(2).keySet());
        assertThat(undone.values()).containsOnly(-1L);
    }

    @Test
    void firstCommitOfTwoJobsFromOneSavepointWins() throws Exception {
        LabJob original = plan().start(feed, sink());
        emitAndCommit(original, 2);
        String savepoint = original.savepoint(plan());
        original.cancel();
        LabJob slow = startFrom(savepoint, OnRewind.FAIL);
        slow.awaitRunning();
        LabJob quick = startFrom(savepoint, OnRewind.FAIL);
        emitAndCommit(quick, 4);
        fail(slow, "ahead");
        lab.assertHolds(feed.rows());
        emitAndCommit(quick, 6);
    }

    @Test
    void cancelledInTheMiddleOfACheckpoint() throws Exception {
        LabJob job = plan().start(feed, sink());
        emit(2);
        String retained = job.checkpoint();
        lab.awaitRows(feed.rows());
        Map<String, Long> before = feed.rows();
        Gate uploads = new Gate();
        lab.stores(
                request -> {
                    if (request.isUpload()) {
                        uploads.pass();
                    }
                });
        emit(4);
        CompletableFuture<String> checkpoint = job.beginCheckpoint();
        uploads.awaitWaiting(2);
        CompletableFuture<Void> cancelled = job.beginCancel();
        LabJob.get(checkpoint.handle((path, aborted) -> null));
        uploads.open();
        LabJob.get(cancelled);
        job.awaitEnd(JobStatus.CANCELED);
        assertThat(checkpoint).isCompletedExceptionally();
        lab.assertHolds(before);

        LabJob next = plan().from(retained).start(feed, sink());
        lab.forgetSeen();
        feed.allowAll(5);
        lab.awaitSeen(feed.rows(4));
        next.checkpoint();
        lab.awaitRows(feed.rows());
        lab.assertNothingLeaked();
    }

    private PersistSink<String> sinkOf(Columns columns) {
        return lab.wired(
                lab.site()
                        .sink()
                        .sinkId("rows of " + lab.id())
                        .partTargetBytes(3 * PADDING)
                        .serializer(new ChangedSerializerTest.Rows(columns)));
    }

    /** Rows of the feed as they come out of a wide relation. */
    private Map<String, Long> wide(int narrow) {
        Map<String, Long> rows = new TreeMap<>();
        for (String text : feed.rows().keySet()) {
            rows.put(
                    ChangedSerializerTest.row(new Datum.Text(text), new Datum.Int64(text.length())),
                    1L);
        }
        for (int lane = 0; lane < feed.lanes(); lane++) {
            for (int number = 0; number < narrow; number++) {
                Datum.Text text = new Datum.Text(feed.row(lane, number));
                rows.remove(
                        ChangedSerializerTest.row(text, new Datum.Int64(text.value().length())));
                rows.put(ChangedSerializerTest.row(text, new Datum.Null()), 1L);
            }
        }
        return rows;
    }

    private void awaitStored(Map<String, Long> rows) throws Exception {
        if (!lab.awaitAfterCommits(() -> lab.site().contentsAsStored().equals(rows))) {
            assertThat(lab.site().contentsAsStored()).isEqualTo(rows);
        }
    }

    @Test
    void columnsAreAddedWhileACommitIsPending() throws Exception {
        LabJob narrow = plan().start(feed, sinkOf(Columns.NARROW));
        emit(2);
        narrow.checkpoint();
        lab.awaitAfterCommits(() -> lab.site().contentsAsStored().size() == feed.rows().size());
        emit(4);
        String savepoint = narrow.savepoint(plan());
        narrow.cancel();
        Map<String, Long> before = lab.site().contentsAsStored();
        assertThat(before).hasSize(2 * feed.lanes());

        LabJob other = plan().withoutRestarts().from(savepoint).start(feed, sinkOf(Columns.OTHER));
        assertThat(other.awaitFailure())
                .hasStackTraceContaining("shard " + Site.SHARD + " cannot be written")
                .hasStackTraceContaining("adds nullable columns at the end");
        assertThat(lab.site().contentsAsStored()).isEqualTo(before);

        LabJob wide = plan().from(savepoint).start(feed, sinkOf(Columns.WIDE));
        awaitStored(wide(4));
        emit(6);
        wide.checkpoint();
        awaitStored(wide(4));
        feed.allowAll(7);
        feed.endAll();
        wide.finish();
        assertThat(lab.site().contentsAsStored()).isEqualTo(wide(4));
        lab.assertNothingLeaked();
    }
}
