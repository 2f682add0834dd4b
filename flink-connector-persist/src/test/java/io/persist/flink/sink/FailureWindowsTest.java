package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.OnRewind;
import io.persist.flink.sink.SinkHarness.Snapshot;
import io.persist.flink.sink.Site.Fault;
import io.persist.flink.sink.Site.Kind;
import io.persist.store.BlobKey;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

/**
 * Every moment at which a job can fail, by its number in the table of docs/failure-model.md. Rows
 * come from a source that is set back with the snapshot.
 */
class FailureWindowsTest {
    /** Larger than what travels inside the metadata. */
    private static final String LARGE = "x".repeat(10_000);

    private final Site site = new Site();
    private final PersistSink<String> submission = site.sink().build();
    private Site.TaskProcess process = site.process();

    private SinkHarness start(@Nullable Snapshot snapshot) throws Exception {
        return start(submission, snapshot, 0);
    }

    /** In a process of its own. */
    private SinkHarness start(PersistSink<String> sink, @Nullable Snapshot snapshot, int attempt)
            throws Exception {
        process = site.process();
        return SinkHarness.start(sink.with(process), snapshot, 1, attempt);
    }

    private void assertRows(String... rows) throws Exception {
        Map<String, Long> contents = site.contents();
        assertThat(contents.keySet()).containsExactlyInAnyOrder(rows);
        assertThat(contents.values()).allMatch(count -> count == 1);
    }

    private void assertNothingLeaked() throws Exception {
        process.runMaintenance();
        assertThat(site.parts()).isEqualTo(site.referenced());
    }

    @Test
    void window01_crashWhileRowsAreInMemoryOnly() throws Exception {
        SinkHarness job = start(null);
        Snapshot newest = job.write("a").checkpoint(1);
        job.write("b").kill(process);
        try (SinkHarness again = start(submission, newest, 1)) {
            again.write("b").checkpoint(2);
            assertRows("a", "b");
        }
    }

    @Test
    void window02_crashBetweenUploadAndHandOver() throws Exception {
        PersistSink<String> smallParts = site.sink().partTargetBytes(5_000).build();
        SinkHarness job = start(smallParts, null, 0);
        Snapshot newest = job.write("a").checkpoint(1);
        job.write("b" + LARGE, "c" + LARGE).kill(process);
        NavigableSet<String> aborted = site.parts();
        aborted.removeAll(site.referenced());
        assertThat(aborted).hasSize(2);
        try (SinkHarness again = start(smallParts, newest, 1)) {
            again.write("b" + LARGE, "c" + LARGE).checkpoint(2);
            assertRows("a", "b" + LARGE, "c" + LARGE);
            assertThat(site.referenced()).doesNotContainAnyElementsOf(aborted);
            assertNothingLeaked();
            assertThat(process.abortedPartsDeleted()).isEqualTo(2);
        }
    }

    @Test
    void window03_crashAfterHandOverOfACheckpointThatNeverCompletes() throws Exception {
        SinkHarness job = start(null);
        Snapshot newest = job.write("a").checkpoint(1);
        job.write("b" + LARGE).barrier(2);
        job.kill(process);
        try (SinkHarness again = start(submission, newest, 1)) {
            again.write("b" + LARGE).checkpoint(2);
            assertRows("a", "b" + LARGE);
            assertNothingLeaked();
        }
    }

    @Test
    void window04_abortedCheckpointGoesOutWithTheNextOneInOrder() throws Exception {
        try (SinkHarness job = start(null)) {
            job.write("a" + LARGE).barrier(1);
            job.write("b" + LARGE).writerBarrierOnly(2);
            site.time.advance(10);
            job.write("c" + LARGE).checkpoint(3);
            assertRows("a" + LARGE, "b" + LARGE, "c" + LARGE);
            List<Map<String, Long>> commits = List.copyOf(site.history().values());
            assertThat(commits).hasSize(2);
            assertThat(commits.get(0)).containsOnlyKeys("a" + LARGE);
            assertNothingLeaked();
        }
    }

    @Test
    void window05_crashBeforeTheCommitOfACompletedCheckpoint() throws Exception {
        SinkHarness job = start(null);
        Snapshot newest = job.write("a").barrier(1);
        job.kill(process);
        try (SinkHarness again = start(submission, newest, 1)) {
            assertRows("a");
            again.write("b").checkpoint(2);
            assertRows("a", "b");
        }
    }

    /** Of a job of three commits and its maintenance, if nothing fails. */
    private static final List<Kind> REQUESTS =
            List.of(
                    // The shard comes into being.
                    Kind.SCAN,
                    Kind.SET,
                    Kind.COMPARE_AND_SET,
                    // A part, the epoch, the schema and the first commit.
                    Kind.SET,
                    Kind.SCAN,
                    Kind.GET,
                    Kind.COMPARE_AND_SET,
                    Kind.SCAN,
                    Kind.GET,
                    Kind.COMPARE_AND_SET,
                    Kind.COMPARE_AND_SET,
                    // Rows that travel inside the metadata, and a part again.
                    Kind.COMPARE_AND_SET,
                    Kind.SET,
                    Kind.COMPARE_AND_SET,
                    // Clean-up after starts before this one.
                    Kind.SCAN,
                    Kind.SCAN,
                    Kind.LIST,
                    Kind.LIST,
                    Kind.SCAN,
                    Kind.LIST);

    /** Of a start with a commit to be made again, and one of its own; then its maintenance. */
    private static final List<Kind> REQUESTS_OF_A_RESTART =
            List.of(
                    // The commit of the snapshot.
                    Kind.SCAN,
                    Kind.GET,
                    Kind.SCAN,
                    Kind.COMPARE_AND_SET,
                    // A part, the epoch, and the commit.
                    Kind.SCAN,
                    Kind.GET,
                    Kind.SET,
                    Kind.SCAN,
                    Kind.GET,
                    Kind.COMPARE_AND_SET,
                    Kind.SCAN,
                    Kind.COMPARE_AND_SET,
                    // What the earlier start has left, which is one part.
                    Kind.SCAN,
                    Kind.SCAN,
                    Kind.LIST,
                    Kind.LIST,
                    Kind.SCAN,
                    Kind.LIST,
                    Kind.SCAN,
                    Kind.GET,
                    Kind.GET,
                    Kind.DELETE);

    /** The process ends, or requests and replies are lost or late, at each request of a job. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void window06_faultAtEveryRequestOfAJob(Fault fault) throws Exception {
        for (int request = 0; request < REQUESTS.size(); request++) {
            List<Kind> sent = new FailureWindowsTest().runWithFault(request, fault, null, 0);
            assertThat(sent).startsWith(prefix(REQUESTS, request));
        }
        assertThat(new FailureWindowsTest().runWithFault(REQUESTS.size(), fault, null, 0))
                .as("requests without a fault")
                .isEqualTo(REQUESTS);
    }

    /** The same of a start that takes over from one that was killed in its third checkpoint. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void window06_faultAtEveryRequestOfARestart(Fault fault) throws Exception {
        for (int request = 0; request < REQUESTS_OF_A_RESTART.size(); request++) {
            assertThat(restartWithFault(request, fault))
                    .startsWith(prefix(REQUESTS_OF_A_RESTART, request));
        }
        assertThat(restartWithFault(REQUESTS_OF_A_RESTART.size(), fault))
                .as("requests without a fault")
                .isEqualTo(REQUESTS_OF_A_RESTART);
    }

    private static List<Kind> restartWithFault(int request, Fault fault) throws Exception {
        FailureWindowsTest world = new FailureWindowsTest();
        SinkHarness killed = world.start(null);
        killed.write(FAULTED.get(0)).checkpoint(1);
        Snapshot newest = killed.write(FAULTED.get(1)).barrier(2);
        killed.write(FAULTED.get(2)).barrier(3);
        killed.kill(world.process);
        return world.runWithFault(request, fault, newest, 2);
    }

    /** Up to and with the request that meets the fault. */
    private static Kind[] prefix(List<Kind> requests, int request) {
        return requests.subList(0, request + 1).toArray(Kind[]::new);
    }

    private static final List<String> FAULTED = List.of("a" + LARGE, "b", "c" + LARGE);

    /**
     * The requests of the first start, one of which meets the fault.
     *
     * @param from where it is restored from
     * @param offset of the source there
     */
    private List<Kind> runWithFault(int request, Fault fault, @Nullable Snapshot from, int offset)
            throws Exception {
        Snapshot newest = from;
        Site.TaskProcess first = null;
        int attempt = from == null ? 0 : 1;
        for (int next = offset; next < FAULTED.size(); attempt++) {
            process = site.process();
            if (first == null) {
                first = process;
                first.strike(request, fault);
            }
            SinkHarness job = null;
            try {
                job = SinkHarness.start(submission.with(process), newest, 1, attempt);
                while (next < FAULTED.size()) {
                    newest = job.write(FAULTED.get(next)).barrier(next + 1);
                    next++;
                    job.complete(next);
                    site.deliverLate();
                }
                process.runMaintenance();
                job.close();
            } catch (Site.Killed | IOException | IllegalStateException e) {
                if (e instanceof IllegalStateException && !process.isDead()) {
                    throw e;
                }
                // Flink starts the job again.
                if (job != null) {
                    job.kill(process);
                }
            }
        }
        site.deliverLate();
        try (SinkHarness last = start(submission, newest, 9)) {
            last.write("end").checkpoint(9);
            assertRows("a" + LARGE, "b", "c" + LARGE, "end");
            process.runMaintenance();
            assertThat(site.parts())
                    .as("%s at request %s", fault, request)
                    .isEqualTo(site.referenced());
        }
        return first.sent();
    }

    @Test
    void window07_crashBetweenACommitAndTheNextCheckpoint() throws Exception {
        SinkHarness job = start(null);
        Snapshot newest = job.write("a").checkpoint(1);
        job.write("b").kill(process);
        long upper = site.upper();
        try (SinkHarness again = start(submission, newest, 1)) {
            assertThat(site.upper()).as("nothing was appended").isEqualTo(upper);
            again.write("b").checkpoint(2);
            assertRows("a", "b");
        }
    }

    @Test
    void window08_stopWithSavepointAndStartFromItEveryTime() throws Exception {
        Snapshot savepoint;
        try (SinkHarness job = start(null)) {
            savepoint = job.write("a").checkpoint(1);
        }
        for (int submitted = 0; submitted < 3; submitted++) {
            // A new submission has a new job id and, without state, a new sink id.
            long upper = site.upper();
            start(site.sink().build(), savepoint, 0).close();
            assertThat(site.upper()).as("nothing was appended").isEqualTo(upper);
        }
        try (SinkHarness job = start(site.sink().build(), savepoint, 0)) {
            job.write("b").checkpoint(2);
            assertRows("a", "b");
        }
    }

    @Test
    void window09_savepointWithoutStopWhileTheOriginalGoesOn() throws Exception {
        SinkHarness original = start(null);
        Site.TaskProcess itsProcess = process;
        // Nobody is told of a plain savepoint.
        Snapshot savepoint = original.write("a").barrier(1);
        original.write("b").checkpoint(2);
        try (SinkHarness fork = start(site.sink().build(), savepoint, 0)) {
            fork.write("b");
            assertThatThrownBy(() -> fork.checkpoint(2))
                    .isInstanceOf(ChainRefusedException.class)
                    .hasMessageContaining("Rewind");
        }
        original.write("c").checkpoint(3);
        assertRows("a", "b", "c");
        original.kill(itsProcess);
    }

    @Test
    void window09_forkThatIsFirstTakesOver() throws Exception {
        SinkHarness original = start(null);
        Site.TaskProcess itsProcess = process;
        Snapshot savepoint = original.write("a").barrier(1);
        try (SinkHarness fork = start(site.sink().build(), savepoint, 0)) {
            fork.write("b").checkpoint(2);
            original.write("b");
            assertThatThrownBy(() -> original.checkpoint(2))
                    .isInstanceOf(ChainRefusedException.class)
                    .hasMessageContaining("Fenced");
            assertRows("a", "b");
        }
        original.kill(itsProcess);
    }

    private Snapshot leftBehind() throws Exception {
        Snapshot old;
        try (SinkHarness job = start(null)) {
            old = job.write("a").checkpoint(1);
            site.time.advance(10);
            job.write("b").checkpoint(2);
            site.time.advance(10);
            job.write("c").checkpoint(3);
            site.time.advance(10);
        }
        return old;
    }

    @Test
    void window10_olderSnapshotIsRefusedByDefault() throws Exception {
        Snapshot old = leftBehind();
        for (int attempt = 0; attempt < 2; attempt++) {
            try (SinkHarness job = start(submission, old, attempt)) {
                job.write("b");
                assertThatThrownBy(() -> job.checkpoint(2))
                        .isInstanceOf(ChainRefusedException.class)
                        .hasMessageContainingAll("Rewind", "2 commits", "ordinal 1");
            }
        }
        assertRows("a", "b", "c");
    }

    @Test
    void window10_olderSnapshotMayBeAppendedTo() throws Exception {
        Snapshot old = leftBehind();
        try (SinkHarness job = start(site.sink(OnRewind.APPEND).build(), old, 0)) {
            job.write("b", "d").checkpoint(2);
        }
        assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "b", 2L, "c", 1L, "d", 1L));
    }

    @Test
    void window10_whatIsAheadOfAnOlderSnapshotMayBeUndone() throws Exception {
        Snapshot old = leftBehind();
        OnRewind undo = new OnRewind.Compensate(Site.START_MILLIS);
        PersistSink<String> again = site.sink(undo).build();
        SinkHarness dies = start(again, old, 0);
        dies.write("b").barrier(2);
        assertRows("a");
        dies.kill(process);
        Snapshot newest;
        SinkHarness job = start(again, old, 1);
        newest = job.write("b", "d").checkpoint(2);
        job.kill(process);
        // With the same option, from the newest snapshot: no rewind, nothing is undone.
        try (SinkHarness on = start(again, newest, 2)) {
            on.write("e").checkpoint(3);
            assertRows("a", "b", "d", "e");
        }
    }

    @Test
    void window11_rescaleDownAndUp() throws Exception {
        process = site.process();
        SinkHarness three = SinkHarness.start(submission.with(process), null, 3, 0);
        Snapshot snapshot =
                three.writeTo(0, "a" + LARGE)
                        .writeTo(1, "b" + LARGE)
                        .writeTo(2, "c" + LARGE)
                        .barrier(1);
        three.kill(process);
        process = site.process();
        SinkHarness one = SinkHarness.start(site.sink().build().with(process), snapshot, 1, 0);
        assertRows("a" + LARGE, "b" + LARGE, "c" + LARGE);
        snapshot = one.write("d" + LARGE).barrier(2);
        one.kill(process);
        process = site.process();
        SinkHarness four = SinkHarness.start(site.sink().build().with(process), snapshot, 4, 0);
        four.writeTo(0, "e").writeTo(1, "f").writeTo(3, "g").checkpoint(3);
        assertRows("a" + LARGE, "b" + LARGE, "c" + LARGE, "d" + LARGE, "e", "f", "g");
        assertNothingLeaked();
        four.close();
    }

    @Test
    void window12_pendingCommitOfASavepointThatIsNeverRestoredIsNotVisible() throws Exception {
        SinkHarness job = start(null);
        job.write("a").checkpoint(1);
        Snapshot savepoint = job.write("b").barrier(2);
        job.kill(process);
        assertRows("a");
        // It stays decidable: whoever restores it later appends it.
        site.time.advance(java.time.Duration.ofDays(80).toMillis());
        start(site.sink().build(), savepoint, 0).close();
        assertRows("a", "b");
    }

    @Test
    void window12_snapshotIsRefusedOnceTheMemoryHasExpired() throws Exception {
        SinkHarness job = start(null);
        Snapshot savepoint = job.write("a").barrier(1);
        job.kill(process);
        site.time.advance(java.time.Duration.ofDays(91).toMillis());
        try (SinkHarness other = start(site.sink().sinkId("other").build(), null, 0)) {
            other.write("b").checkpoint(1);
        }
        assertThatThrownBy(() -> start(site.sink().build(), savepoint, 0))
                .hasMessageContainingAll("UnknownEpoch", "'orders'", "ordinal 1");
        assertRows("b");
    }

    @Test
    void window13_startWithoutStateAppendsEverything() throws Exception {
        try (SinkHarness job = start(null)) {
            job.write("a").checkpoint(1);
        }
        try (SinkHarness fresh = start(submission, null, 0)) {
            fresh.write("b").checkpoint(1);
            fresh.write("c").checkpoint(2);
        }
        assertRows("a", "b", "c");
    }

    @Test
    void window14_twoJobsOfOneSinkAtOnce() throws Exception {
        SinkHarness zombie = start(null);
        Site.TaskProcess its = process;
        Snapshot snapshot = zombie.write("a").checkpoint(1);
        zombie.write("b").barrier(2);
        try (SinkHarness job = start(submission, snapshot, 1)) {
            job.write("b").checkpoint(2);
            assertThatThrownBy(() -> zombie.complete(2))
                    .isInstanceOf(ChainRefusedException.class)
                    .hasMessageContainingAll("Fenced", "generation 2");
            assertRows("a", "b");
        }
        zombie.kill(its);
    }

    @Test
    void window15_jobManagerIsLostAfterTheCheckpointCompleted() throws Exception {
        SinkHarness job = start(null);
        Snapshot newest = job.write("a").barrier(1);
        // The same submission goes on: same ids, next attempt.
        job.kill(process);
        try (SinkHarness again = start(submission, newest, 1)) {
            again.write("b").checkpoint(2);
        }
        assertRows("a", "b");
    }

    @Test
    void window16_subtasksEndAtDifferentTimes() throws Exception {
        process = site.process();
        try (SinkHarness job = SinkHarness.start(submission.with(process), null, 3, 0)) {
            job.writeTo(0, "a").writeTo(1, "b").endInputOf(0);
            job.checkpoint(1);
            job.writeTo(1, "c").writeTo(2, "d").endInputOf(2);
            job.writeTo(1, "e").barrier(2);
            job.writeTo(1, "f").endInputOf(1);
            job.endSealer();
            job.checkpoint(3);
            assertRows("a", "b", "c", "d", "e", "f");
        }
    }

    // 17: SealerTest.window17_streamWithoutFinalCheckpointFailsAtItsEnd
    // 18: SealerTest.window18_batchStageThatIsRunAgainAfterItsCommitAppendsNothing

    @Test
    void window19_attemptsOfOneWriterNeverShareAPart() throws Exception {
        SinkHarness one = start(null);
        Site.TaskProcess its = process;
        one.write("a" + LARGE).writerBarrierOnly(1);
        NavigableSet<String> parts = site.parts();
        try (SinkHarness other = start(submission, null, 0)) {
            other.write("a" + LARGE).writerBarrierOnly(1);
            assertThat(site.parts()).hasSize(2).containsAll(parts);
            // Only one of them is used.
            other.checkpoint(2);
            assertRows("a" + LARGE);
        }
        one.kill(its);
    }

    @Test
    void window20_storesAreDownForLong() throws Exception {
        SinkHarness job = start(null);
        job.write("a").barrier(1);
        site.time.advance(10);
        job.write("b").barrier(2);
        Snapshot newest = job.write("c").barrier(3);
        process.storesDown(true);
        long before = site.time.millis();
        assertThatThrownBy(() -> job.complete(3)).isInstanceOf(IOException.class);
        assertThat(site.time.millis() - before).as("bounded").isLessThan(600_000);
        job.kill(process);
        try (SinkHarness again = start(submission, newest, 1)) {
            assertThat(site.history().values())
                    .containsExactly(Map.of("a", 1L), Map.of("b", 1L), Map.of("c", 1L));
            again.write("d").checkpoint(4);
            assertRows("a", "b", "c", "d");
        }
    }

    @Test
    void window21_partThatWasSweptAwayIsNamedAndNothingIsAppended() throws Exception {
        SinkHarness job = start(null);
        Snapshot newest = job.write("a" + LARGE).barrier(1);
        job.kill(process);
        String part = site.parts().first();
        site.blob.delete(new BlobKey(part));
        assertThatThrownBy(() -> start(submission, newest, 1)).hasMessageContaining(part);
        assertThat(site.contents()).isEmpty();
    }

    // 22: io.persist.client.SinkChainTest.window22_…

    @Test
    void window23_stateOfTheCommitterIsDroppedOnRestore() throws Exception {
        SinkHarness job = start(null);
        job.write("a").checkpoint(1);
        Snapshot newest = job.write("b").barrier(2);
        job.kill(process);
        try (SinkHarness again = start(submission, newest.withoutCommitter(), 1)) {
            again.write("c");
            assertThatThrownBy(() -> again.barrier(3))
                    .isInstanceOf(ChainRefusedException.class)
                    .hasMessageContainingAll("MissingCommit", "ordinal 2", "up to ordinal 1");
        }
        assertRows("a");
    }

    @Test
    void window24_clockGoesBackwards() throws Exception {
        try (SinkHarness job = start(null)) {
            job.write("a").checkpoint(1);
            site.time.advance(-1000);
            job.write("b").checkpoint(2);
            assertThat(site.history())
                    .isEqualTo(
                            Map.of(
                                    Site.START_MILLIS,
                                    Map.of("a", 1L),
                                    Site.START_MILLIS + 1,
                                    Map.of("b", 1L)));
        }
    }
}
