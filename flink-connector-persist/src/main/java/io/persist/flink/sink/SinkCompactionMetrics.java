package io.persist.flink.sink;

import io.persist.client.compaction.CompactionMetrics;
import io.persist.state.maintenance.Compactions;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

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
        requested = counter(group, "requested");
        skipped = counter(group, "skipped");
        dropped = counter(group, "dropped");
        disabled = counter(group, "disabled");
        queuedNanos = counter(group, "queuedNanos");
        started = counter(group, "started");
        applied = counter(group, "applied");
        notApplied = counter(group, "notApplied");
        lost = counter(group, "lost");
        timedOut = counter(group, "timedOut");
        failed = counter(group, "failed");
        deletedOutputs = counter(group, "deletedOutputs");
        memoryViolations = counter(group, "memoryViolations");
        runs = counter(group, "runs");
        chunks = counter(group, "chunks");
        nanos = counter(group, "nanos");
    }

    /**
     * @param nanoClock monotonic
     */
    static CompactionMetrics register(MetricGroup group, LongSupplier nanoClock) {
        return new SinkCompactionMetrics(
                group.addGroup("persist").addGroup("compactions"), nanoClock);
    }

    private static Counter counter(MetricGroup group, String name) {
        return group.counter(name, new ThreadSafeSimpleCounter());
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
