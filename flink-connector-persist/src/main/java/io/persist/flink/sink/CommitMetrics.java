package io.persist.flink.sink;

import io.persist.client.SinkChain;
import io.persist.frontier.Antichain;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * How committing goes, below {@code persist} in the committer's group; docs/operations.md lists the
 * names. Flink's own counters of committables are not touched: its framework maintains them. Told
 * by the task's thread only; gauges are read by any.
 */
final class CommitMetrics {
    /** What a gauge shows before there is anything to show. */
    static final long UNKNOWN = -1;

    private final LongSupplier nanoClock;
    private final LongSupplier millisClock;
    private final Counter commits;
    private final Counter commitsAlreadyApplied;
    private final Counter committedUpdates;
    private final Counter committedBytes;
    private final Counter committedBatches;
    private volatile long lastCommitNanos = UNKNOWN;
    private volatile long lastCommitMillis = UNKNOWN;
    private volatile @Nullable SinkChain<?, ?> chain;

    /**
     * @param nanoClock monotonic
     * @param millisClock since 1970
     */
    CommitMetrics(MetricGroup group, LongSupplier nanoClock, LongSupplier millisClock) {
        this.nanoClock = nanoClock;
        this.millisClock = millisClock;
        MetricGroup persist = group.addGroup("persist");
        commits = persist.counter("commits");
        commitsAlreadyApplied = persist.counter("commitsAlreadyApplied");
        committedUpdates = persist.counter("committedUpdates");
        committedBytes = persist.counter("committedBytes");
        committedBatches = persist.counter("committedBatches");
        gauge(persist, "lastCommitDuration", () -> millis(lastCommitNanos));
        gauge(persist, "timeSinceLastCommit", () -> since(lastCommitMillis));
        gauge(persist, "commitAttempts", () -> of(SinkChain::tries));
        gauge(persist, "commitsOvertaken", () -> of(SinkChain::overtaken));
        gauge(persist, "upperLag", this::upperLag);
        gauge(persist, "abortedPartsDeleted", () -> of(SinkChain::abortedPartsDeleted));
        gauge(persist, "maintenanceFailures", () -> of(SinkChain::maintenanceFailures));
    }

    private static void gauge(MetricGroup group, String name, LongSupplier value) {
        Gauge<Long> gauge = value::getAsLong;
        group.gauge(name, gauge);
    }

    /** What the chain counts is shown from now on. */
    void follow(SinkChain<?, ?> opened) {
        chain = opened;
    }

    long start() {
        return nanoClock.getAsLong();
    }

    void appended(SealedCommit commit, long start) {
        commits.inc();
        committedUpdates.inc(commit.updates());
        committedBytes.inc(commit.bytes());
        committedBatches.inc(commit.batches().size());
        lastCommitNanos = nanoClock.getAsLong() - start;
        lastCommitMillis = millisClock.getAsLong();
    }

    void foundAppended() {
        commitsAlreadyApplied.inc();
    }

    private static long millis(long nanos) {
        return nanos == UNKNOWN ? UNKNOWN : nanos / 1_000_000;
    }

    private long since(long millis) {
        return millis == UNKNOWN ? UNKNOWN : Math.max(millisClock.getAsLong() - millis, 0);
    }

    private long of(ToLongFunction<SinkChain<?, ?>> count) {
        SinkChain<?, ?> known = chain;
        return known == null ? 0 : count.applyAsLong(known);
    }

    private long upperLag() {
        SinkChain<?, ?> known = chain;
        if (known == null) {
            return UNKNOWN;
        }
        Antichain upper = known.upper();
        return upper.isEmpty() || upper.element() <= 0 ? UNKNOWN : since(upper.element());
    }
}
