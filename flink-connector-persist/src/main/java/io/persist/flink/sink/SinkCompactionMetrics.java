package io.persist.flink.sink;

import io.persist.client.compaction.CompactionMetrics;
import io.persist.state.maintenance.Compactions;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

import java.util.function.LongSupplier;

/**
 * What became of requests to compact, as counters of a Flink metric group, {@code
 * persist.compactions}. Times are in nanoseconds.
 */
final class SinkCompactionMetrics implements CompactionMetrics {
    private final LongSupplier nanoClock;
    private final Counter requested;
    private final Counter skipped;
    private final Counter dropped;
    private final Counter disabled;
    private final Counter queuedNanos;
    private final Counter started;
    private final Counter applied;
    private final Counter notApplied;
    private final Counter lost;
    private final Counter timedOut;
    private final Counter failed;
    private final Counter deletedOutputs;
    private final Counter memoryViolations;
    private final Counter runs;
    private final Counter chunks;
    private final Counter nanos;

    private SinkCompactionMetrics(MetricGroup group, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        requested = SinkBatchMetrics.counter(group, "requested");
        skipped = SinkBatchMetrics.counter(group, "skipped");
        dropped = SinkBatchMetrics.counter(group, "dropped");
        disabled = SinkBatchMetrics.counter(group, "disabled");
        queuedNanos = SinkBatchMetrics.counter(group, "queuedNanos");
        started = SinkBatchMetrics.counter(group, "started");
        applied = SinkBatchMetrics.counter(group, "applied");
        notApplied = SinkBatchMetrics.counter(group, "notApplied");
        lost = SinkBatchMetrics.counter(group, "lost");
        timedOut = SinkBatchMetrics.counter(group, "timedOut");
        failed = SinkBatchMetrics.counter(group, "failed");
        deletedOutputs = SinkBatchMetrics.counter(group, "deletedOutputs");
        memoryViolations = SinkBatchMetrics.counter(group, "memoryViolations");
        runs = SinkBatchMetrics.counter(group, "runs");
        chunks = SinkBatchMetrics.counter(group, "chunks");
        nanos = SinkBatchMetrics.counter(group, "nanos");
    }

    /**
     * @param nanoClock monotonic
     */
    static CompactionMetrics register(MetricGroup group, LongSupplier nanoClock) {
        return new SinkCompactionMetrics(
                group.addGroup("persist").addGroup("compactions"), nanoClock);
    }

    @Override
    public long nanoTime() {
        return nanoClock.getAsLong();
    }

    @Override
    public void requested() {
        requested.inc();
    }

    @Override
    public void skipped() {
        skipped.inc();
    }

    @Override
    public void dropped() {
        dropped.inc();
    }

    @Override
    public void disabled() {
        disabled.inc();
    }

    @Override
    public void queued(long waited) {
        queuedNanos.inc(waited);
    }

    @Override
    public void started() {
        started.inc();
    }

    @Override
    public void applied() {
        applied.inc();
    }

    @Override
    public void notApplied(Compactions.Outcome why) {
        notApplied.inc();
    }

    @Override
    public void lost() {
        lost.inc();
    }

    @Override
    public void timedOut() {
        timedOut.inc();
    }

    @Override
    public void failed() {
        failed.inc();
    }

    @Override
    public void deletedOutput() {
        deletedOutputs.inc();
    }

    @Override
    public void memoryViolation() {
        memoryViolations.inc();
    }

    @Override
    public void mergedChunk(int mergedRuns) {
        runs.inc(mergedRuns);
        chunks.inc();
    }

    @Override
    public void finished(long took) {
        nanos.inc(took);
    }
}
