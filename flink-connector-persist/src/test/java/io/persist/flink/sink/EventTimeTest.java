package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.SinkTime;
import io.persist.flink.sink.SinkHarness.Snapshot;

import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Rows that become visible at their own times. */
// Flink's harnesses declare that closing them may throw anything.
@SuppressWarnings("try")
class EventTimeTest {
    private final Site site = new Site();

    private PersistSink<String> sink(String id, SinkTime time) {
        return site.sink().sinkId(id).time(time).build().with(site.process());
    }

    private SinkHarness start() throws Exception {
        return SinkHarness.start(sink("events", SinkTime.EVENT), null);
    }

    @Test
    void rowsAreVisibleAtTheirOwnTimesAndLateOnesAtTheUpper() throws Exception {
        try (SinkHarness job = start()) {
            job.writeAt(30, "c").writeAt(10, "a").writeAt(20, "b").checkpoint(1);
            assertThat(site.upper()).isEqualTo(31);
            job.writeAt(40, "d").writeAt(5, "late").writeAt(-5, "before 1970").checkpoint(2);
            assertThat(site.upper()).isEqualTo(41);
            assertThat(site.history())
                    .isEqualTo(
                            Map.of(
                                    10L, Map.of("a", 1L),
                                    20L, Map.of("b", 1L),
                                    30L, Map.of("c", 1L),
                                    31L, Map.of("late", 1L, "before 1970", 1L),
                                    40L, Map.of("d", 1L)));
        }
    }

    @Test
    void commitOfLateRowsOnlyMovesTheUpperOn() throws Exception {
        try (SinkHarness job = start()) {
            job.writeAt(30, "a").checkpoint(1);
            job.writeAt(3, "late").checkpoint(2);
            assertThat(site.upper()).isEqualTo(32);
            job.writeAt(4, "later").checkpoint(3);
            assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "late", 1L, "later", 1L));
        }
    }

    @Test
    void emptyCommitMovesTheUpperPastTheWatermark() throws Exception {
        try (SinkHarness job = start()) {
            job.checkpoint(1);
            assertThat(site.upper()).isZero();
            job.watermark(50).checkpoint(2);
            assertThat(site.upper()).isEqualTo(51);
            job.watermark(Long.MAX_VALUE).checkpoint(3);
            assertThat(site.upper()).as("the end of time is no progress").isEqualTo(51);
        }
    }

    @Test
    void recordWithoutATimestampFailsTheJobWithTheCure() throws Exception {
        try (var writer =
                new OneInputStreamOperatorTestHarness<>(
                        new SinkWriterOperatorFactory<String, WriterResult>(
                                sink("events", SinkTime.EVENT)))) {
            writer.open();
            assertThatThrownBy(() -> writer.processElement(new StreamRecord<>("a")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("timestamp", "'sink.time'");
        }
    }

    @Test
    void pendingCommitSurvivesAChangeOfTheSetting() throws Exception {
        SinkHarness before = start();
        Snapshot snapshot = before.writeAt(Site.START_MILLIS + 500, "a").barrier(1);
        before.close();
        try (SinkHarness job = SinkHarness.start(sink("events", SinkTime.COMMIT), snapshot)) {
            assertThat(site.contents()).isEqualTo(Map.of("a", 1L));
            snapshot = job.write("b").barrier(2);
        }
        try (SinkHarness job = SinkHarness.start(sink("events", SinkTime.EVENT), snapshot)) {
            job.writeAt(3, "c").checkpoint(3);
            assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 1L));
        }
    }

    /** Whatever the order of their checkpoints, and whoever fails. */
    @Test
    void jobsOfBothKindsOnOneShardInterleave() throws Exception {
        for (long seed = 0; seed < 5; seed++) {
            new EventTimeTest().interleave(new Random(seed));
        }
    }

    private void interleave(Random random) throws Exception {
        SinkHarness[] jobs = new SinkHarness[4];
        Snapshot[] newest = new Snapshot[4];
        Map<String, Long> expected = new TreeMap<>();
        for (int job = 0; job < jobs.length; job++) {
            jobs[job] = SinkHarness.start(kind(job), null);
        }
        for (int step = 1; step <= 40; step++) {
            int job = random.nextInt(jobs.length);
            String row = "row-" + job + "-" + step;
            jobs[job].writeAt(random.nextInt(1000), row);
            newest[job] = jobs[job].barrier(step);
            expected.put(row, 1L);
            site.time.advance(random.nextInt(3));
            if (random.nextInt(4) == 0) {
                jobs[job].close();
                jobs[job] = SinkHarness.start(kind(job), newest[job]);
            } else {
                jobs[job].complete(step);
            }
        }
        for (SinkHarness job : jobs) {
            job.close();
        }
        assertThat(site.contents()).isEqualTo(expected);
    }

    private PersistSink<String> kind(int job) {
        return sink("job-" + job, job % 2 == 0 ? SinkTime.EVENT : SinkTime.COMMIT);
    }
}
