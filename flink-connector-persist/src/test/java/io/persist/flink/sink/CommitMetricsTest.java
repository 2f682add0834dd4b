package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.metrics.testutils.MetricListener;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicLong;

/** What the committer shows, over the harness and by injected clocks. */
class CommitMetricsTest {
    private final MetricListener listener = new MetricListener();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong millis = new AtomicLong(Site.START_MILLIS);
    private final CommitMetrics metrics =
            new CommitMetrics(listener.getMetricGroup(), nanos::get, millis::get);

    private long gauge(String name) {
        return listener.<Long>getGauge("persist", name).orElseThrow().getValue();
    }

    private long counter(String name) {
        return listener.getCounter("persist", name).orElseThrow().getCount();
    }

    @Test
    void nothingIsKnownBeforeTheFirstCommit() {
        assertThat(gauge("lastCommitDuration")).isEqualTo(CommitMetrics.UNKNOWN);
        assertThat(gauge("timeSinceLastCommit")).isEqualTo(CommitMetrics.UNKNOWN);
        assertThat(gauge("upperLag")).isEqualTo(CommitMetrics.UNKNOWN);
        assertThat(gauge("commitAttempts")).isZero();
    }

    @Test
    void commitsAreTimedAndAddedUp() {
        long start = metrics.start();
        nanos.addAndGet(7_000_000);
        metrics.appended(MessageSerializerTest.commit(), start);
        millis.addAndGet(1_500);
        metrics.foundAppended();
        assertThat(gauge("lastCommitDuration")).isEqualTo(7);
        assertThat(gauge("timeSinceLastCommit")).isEqualTo(1_500);
        assertThat(counter("commits")).isEqualTo(1);
        assertThat(counter("commitsAlreadyApplied")).isEqualTo(1);
        assertThat(counter("committedUpdates")).isEqualTo(MessageSerializerTest.commit().updates());
        assertThat(counter("committedBytes")).isEqualTo(MessageSerializerTest.commit().bytes());
        assertThat(counter("committedBatches"))
                .isEqualTo(MessageSerializerTest.commit().batches().size());
    }
}
