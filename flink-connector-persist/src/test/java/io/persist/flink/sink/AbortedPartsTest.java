package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.OnRewind;
import io.persist.client.PersistConfig;
import io.persist.flink.sink.SinkHarness.Snapshot;
import io.persist.shard.MaintenanceTask;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;

/** Parts that were staged and can never be appended. */
class AbortedPartsTest {
    private final Site site = new Site();
    private int rows;

    /** Larger than what travels inside the metadata. */
    private String row() {
        return "row-" + rows++ + "x".repeat(10_000);
    }

    private PersistSink<String> sink(Site.TaskProcess process) {
        return site.sink().build().with(process);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void afterAnyKillsAndRestoresAndOneMoreCommitNothingIsLeaked(long seed) throws Exception {
        Random random = new Random(seed);
        Snapshot newest = null;
        Map<String, Long> committed = new TreeMap<>();
        long checkpoint = 0;
        PersistSink<String> submission = site.sink().build();
        for (int attempt = 0; attempt < 6; attempt++) {
            Site.TaskProcess process = site.process();
            int parallelism = 2;
            SinkHarness job =
                    SinkHarness.start(submission.with(process), newest, parallelism, attempt);
            for (int step = random.nextInt(4); step > 0; step--) {
                List<String> some = List.of(row(), row());
                job.writeTo(0, some.get(0)).writeTo(1, some.get(1));
                Snapshot snapshot = job.barrier(++checkpoint);
                newest = snapshot;
                some.forEach(one -> committed.put(one, 1L));
                if (random.nextBoolean()) {
                    job.complete(checkpoint);
                    if (random.nextBoolean()) {
                        process.runMaintenance();
                    }
                }
            }
            // Staged and never part of a checkpoint.
            job.writeTo(0, row()).writeTo(1, row());
            job.writerBarrierOnly(checkpoint + 1);
            job.kill(process);
        }
        Site.TaskProcess process = site.process();
        try (SinkHarness job = SinkHarness.start(submission.with(process), newest, 2, 6)) {
            String last = row();
            String other = row();
            job.writeTo(0, last).writeTo(1, other).checkpoint(checkpoint + 1);
            committed.put(last, 1L);
            committed.put(other, 1L);
            process.runMaintenance();
            assertThat(site.contents()).isEqualTo(committed);
            assertThat(site.parts()).isEqualTo(site.referenced());
            job.write(row()).writerBarrierOnly(checkpoint + 2);
            assertThat(site.parts()).hasSize(site.referenced().size() + 1);
        }
    }

    /** What its last checkpoint is, of one part. */
    private Snapshot startThatLeavesAPartBehind(PersistSink<String> submission) throws Exception {
        Site.TaskProcess process = site.process();
        SinkHarness job = SinkHarness.start(submission.with(process), null, 1, 0);
        Snapshot snapshot = job.write(row()).checkpoint(1);
        job.write(row()).writerBarrierOnly(2);
        job.kill(process);
        return snapshot;
    }

    @Test
    void withoutMaintenanceWhatIsLeftBehindStays() throws Exception {
        PersistSink<String> submission =
                site.sink().maintenance(PersistConfig.Maintenance.NONE).build();
        Snapshot snapshot = startThatLeavesAPartBehind(submission);
        Site.TaskProcess second = site.process();
        try (SinkHarness job = SinkHarness.start(submission.with(second), snapshot)) {
            job.write(row()).checkpoint(3);
            second.runMaintenance();
            assertThat(site.parts()).hasSize(3).hasSize(site.referenced().size() + 1);
        }
    }

    @Test
    void overtakenIncarnationDeletesNothingOfItsSuccessor() throws Exception {
        Snapshot snapshot;
        Site.TaskProcess first = site.process();
        try (SinkHarness job = SinkHarness.start(sink(first), null)) {
            snapshot = job.write(row()).checkpoint(1);
        }
        Site.TaskProcess paused = site.process();
        SinkHarness overtaken = SinkHarness.start(sink(paused), snapshot);
        Snapshot newest = overtaken.write(row()).checkpoint(2);
        // Its clean-up is due, and waits.
        Site.TaskProcess successor = site.process();
        try (SinkHarness job = SinkHarness.start(sink(successor), newest)) {
            job.write(row()).writerBarrierOnly(3);
            NavigableSet<String> before = site.parts();
            assertThat(before).hasSize(3);
            paused.runMaintenance();
            assertThat(site.parts()).isEqualTo(before);
            job.checkpoint(4);
            paused.runMaintenance();
            successor.runMaintenance();
            assertThat(site.parts()).isEqualTo(before).isEqualTo(site.referenced());
        }
        overtaken.kill(paused);
    }

    @Test
    void cleanUpKilledAtAnyDeleteIsFinishedByTheNextIncarnation() throws Exception {
        for (int killedAt = 0; ; killedAt++) {
            Site world = new Site();
            PersistSink<String> submission = world.sink().build();
            Site.TaskProcess first = world.process();
            SinkHarness begun = SinkHarness.start(submission.with(first), null, 1, 0);
            Snapshot snapshot = begun.write(row()).checkpoint(1);
            for (int checkpoint = 2; checkpoint < 5; checkpoint++) {
                begun.write(row()).writerBarrierOnly(checkpoint);
            }
            begun.kill(first);
            assertThat(world.parts()).hasSize(4);

            Site.TaskProcess second = world.process();
            SinkHarness cleaning = SinkHarness.start(submission.with(second), snapshot, 1, 1);
            Snapshot newest = cleaning.write(row()).checkpoint(5);
            second.strike(killedAt, Site.Fault.KILLED_BEFORE);
            boolean done = true;
            try {
                second.runMaintenance();
            } catch (Site.Killed e) {
                done = false;
            }
            cleaning.kill(second);

            Site.TaskProcess third = world.process();
            try (SinkHarness job = SinkHarness.start(submission.with(third), newest, 1, 2)) {
                job.write(row()).checkpoint(6);
                third.runMaintenance();
            }
            assertThat(world.parts()).as("killed at %s", killedAt).isEqualTo(world.referenced());
            if (done) {
                assertThat(killedAt).isGreaterThan(4);
                return;
            }
        }
    }

    @Test
    void failureOfTheCleanUpIsNoFailureOfTheJob() throws Exception {
        PersistSink<String> submission = site.sink().build();
        Snapshot snapshot = startThatLeavesAPartBehind(submission);
        Site.TaskProcess second = site.process();
        try (SinkHarness job = SinkHarness.start(submission.with(second), snapshot, 1, 1)) {
            job.write(row()).checkpoint(3);
            second.storesDown(true);
            assertThatThrownBy(second::runMaintenance)
                    .isInstanceOf(io.persist.store.StoreException.class);
            second.storesDown(false);
            assertThat(site.orphans()).hasSize(1);
            job.write("goes on").checkpoint(4);
            second.runMaintenance();
            assertThat(site.orphans()).isEmpty();
        }
        assertThat(site.contents()).containsEntry("goes on", 1L);
    }

    @Test
    void cleanUpThatWasDroppedIsDoneAfterTheNextCommit() throws Exception {
        PersistSink<String> submission = site.sink().build();
        Snapshot snapshot = startThatLeavesAPartBehind(submission);
        Site.TaskProcess second = site.process();
        try (SinkHarness job = SinkHarness.start(submission.with(second), snapshot, 1, 1)) {
            job.write(row()).checkpoint(3);
            second.dropMaintenance();
            job.checkpoint(4);
            second.runMaintenance();
            assertThat(site.parts()).hasSize(2).isEqualTo(site.referenced());
            job.checkpoint(5);
            assertThat(second.isDue(MaintenanceTask.DeleteAborted.class)).isFalse();
        }
    }

    @Test
    void scaledDownWriterCleansUpAfterAllItInherits() throws Exception {
        PersistSink<String> submission = site.sink().build();
        Site.TaskProcess first = site.process();
        SinkHarness wide = SinkHarness.start(submission.with(first), null, 3, 0);
        wide.writeTo(0, row()).writeTo(1, row()).writeTo(2, row());
        Snapshot snapshot = wide.checkpoint(1);
        wide.writeTo(0, row()).writeTo(1, row()).writeTo(2, row()).writerBarrierOnly(2);
        wide.kill(first);
        assertThat(site.parts()).hasSize(6);
        Site.TaskProcess second = site.process();
        try (SinkHarness narrow = SinkHarness.start(submission.with(second), snapshot, 1, 1)) {
            narrow.write(row()).checkpoint(2);
            second.runMaintenance();
        }
        assertThat(site.parts()).hasSize(4).isEqualTo(site.referenced());
    }

    /** Its predecessor's parts do not wait for rows that may never come. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writerWithoutRowsCleansUpAfterItsPredecessor(boolean restored) throws Exception {
        PersistSink<String> submission = site.sink().build();
        Site.TaskProcess first = site.process();
        SinkHarness begun = SinkHarness.start(submission.with(first), null, 2, 0);
        Snapshot snapshot = null;
        if (restored) {
            snapshot = begun.writeTo(0, row()).writeTo(1, row()).checkpoint(1);
        }
        begun.writeTo(0, row()).writeTo(1, row()).writerBarrierOnly(2);
        begun.kill(first);
        assertThat(site.orphans()).hasSize(2);
        Site.TaskProcess second = site.process();
        try (SinkHarness idle = SinkHarness.start(submission.with(second), snapshot, 2, 1)) {
            Snapshot newest = idle.checkpoint(2);
            second.runMaintenance();
            assertThat(site.parts()).hasSize(restored ? 2 : 0).isEqualTo(site.referenced());
            assertThat(newest).isNotNull();
        }
    }

    /** What such a start staged must never look like an earlier incarnation of another's. */
    @Test
    void startThatMayGoOnAheadOfItsSnapshotBeginsANewLine() throws Exception {
        Site.TaskProcess first = site.process();
        Snapshot snapshot;
        try (SinkHarness job = SinkHarness.start(sink(first), null)) {
            snapshot = job.write(row()).checkpoint(1);
            job.write(row()).checkpoint(2);
        }
        List<String> before = new ArrayList<>(site.parts());
        Site.TaskProcess second = site.process();
        PersistSink<String> ahead = site.sink(OnRewind.APPEND).build();
        try (SinkHarness job = SinkHarness.start(ahead.with(second), snapshot)) {
            job.write(row()).checkpoint(2);
            second.runMaintenance();
        }
        NavigableSet<String> after = site.parts();
        assertThat(after).containsAll(before);
        before.forEach(after::remove);
        assertThat(tag(after.first())).isNotEqualTo(tag(before.get(0)));
    }

    @Test
    void startThatGoesOnAheadOfItsSnapshotCleansUpAfterThoseBefore() throws Exception {
        Site.TaskProcess first = site.process();
        SinkHarness begun = SinkHarness.start(sink(first), null);
        Snapshot snapshot = begun.write(row()).checkpoint(1);
        begun.write(row()).checkpoint(2);
        begun.write(row()).writerBarrierOnly(3);
        begun.kill(first);
        assertThat(site.parts()).hasSize(3);
        Site.TaskProcess second = site.process();
        PersistSink<String> ahead = site.sink(OnRewind.APPEND).build();
        try (SinkHarness job = SinkHarness.start(ahead.with(second), snapshot)) {
            job.write(row()).checkpoint(2);
            second.runMaintenance();
        }
        assertThat(site.parts()).hasSize(3).isEqualTo(site.referenced());
    }

    /** Nobody comes after such a start on its line: the next one may begin another. */
    @Test
    void startThatIsRefusedLeavesNothingBehind() throws Exception {
        Site.TaskProcess first = site.process();
        Snapshot snapshot;
        try (SinkHarness job = SinkHarness.start(sink(first), null, 2, 0)) {
            job.writeTo(0, row()).writeTo(1, row());
            snapshot = job.checkpoint(1);
            job.writeTo(0, row()).writeTo(1, row()).checkpoint(2);
        }
        NavigableSet<String> before = site.parts();
        SinkHarness refused = SinkHarness.start(sink(site.process()), snapshot, 2, 0);
        refused.writeTo(0, row()).writeTo(1, row());
        assertThatThrownBy(() -> refused.barrier(2)).hasMessageContaining("Rewind");
        assertThat(site.parts()).isEqualTo(before).isEqualTo(site.referenced());
    }

    @Test
    void rollupThatWasNeverLinkedIsDeletedOnceALaterOneIs() throws Exception {
        boolean leaked = false;
        for (int killedAt = 0; ; killedAt++) {
            Site world = new Site();
            PersistSink<String> submission = world.sink().build();
            Site.TaskProcess first = world.process();
            SinkHarness begun = SinkHarness.start(submission.with(first), null, 1, 0);
            Snapshot snapshot = begun.checkpoint(1);
            long checkpoint = 1;
            while (!first.isDue(MaintenanceTask.WriteRollup.class)) {
                first.runMaintenance();
                snapshot = begun.checkpoint(++checkpoint);
            }
            first.strike(killedAt, Site.Fault.KILLED_BEFORE);
            boolean done = true;
            try {
                first.runMaintenance();
            } catch (Site.Killed e) {
                done = false;
            }
            begun.kill(first);
            leaked |= !world.orphans().isEmpty();

            // Until a later one is linked, it might still be.
            Site.TaskProcess second = world.process();
            SinkHarness next = SinkHarness.start(submission.with(second), snapshot, 1, 1);
            for (int i = 0; i < 2; i++) {
                world.time.advance(10_000);
                snapshot = next.write(row()).checkpoint(++checkpoint);
                second.runMaintenance();
            }
            next.kill(second);

            Site.TaskProcess third = world.process();
            try (SinkHarness job = SinkHarness.start(submission.with(third), snapshot, 1, 2)) {
                job.write(row()).checkpoint(++checkpoint);
                third.runMaintenance();
            }
            assertThat(world.orphans()).as("killed at %s", killedAt).isEmpty();
            if (done) {
                assertThat(leaked).isTrue();
                return;
            }
        }
    }

    private static String tag(String key) {
        return key.substring(key.lastIndexOf("/p"), key.lastIndexOf("/p") + 10);
    }
}
