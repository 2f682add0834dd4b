package io.persist.flink.sink;

import io.persist.batch.BatchMetrics;
import io.persist.batch.RunOrder;
import io.persist.client.BatchMetricSets;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What building batches costs, as counters of a Flink metric group: {@code persist.user}, {@code
 * persist.compaction} (merges within a batch) and {@code persist.inlineBackpressure}. Times are
 * sums over all threads, in nanoseconds. Uploads count on their own threads, so the counters are
 * ones that allow it.
 */
final class SinkBatchMetrics implements BatchMetrics {
    private final LongSupplier nanoClock;
    private final BatchMetrics merges;
    private final Counter updates;
    private final Counter codecEncodes;
    private final Counter codecEncodeNanos;
    private final Counter partSendNanos;
    private final Counter inlineParts;
    private final Counter inlineBytes;
    private final Counter inlineEncodeNanos;
    private final Counter parts;
    private final Counter bytes;
    private final Counter goodBytes;
    private final Counter partEncodeNanos;
    private final Counter statsNanos;
    private final Counter uploadNanos;
    private final Map<RunOrder, Counter> partsByOrder = new EnumMap<>(RunOrder.class);
    private final Counter keyLowerTooBig;
    private final Counter statsTrimmedParts;
    private final Counter statsTrimmedBytes;
    private final Counter writeStalls;
    private final Counter spilledRuns;
    private final Counter mergedRuns;
    private final Counter mergeNanos;
    private final Counter fetchNanos;
    private final Counter partsPrefetched;
    private final Counter partsWaited;
    private final Counter partsSkipped;
    private final Counter partsWasted;
    private final Counter partsWrongSort;
    private final AtomicInteger partsInFlight = new AtomicInteger();
    private volatile long lastUploadNanos;

    /** {@code merges} is null if this set is the one that merges report to. */
    private SinkBatchMetrics(
            MetricGroup group, LongSupplier nanoClock, @Nullable BatchMetrics merges) {
        this.nanoClock = nanoClock;
        this.merges = merges == null ? this : merges;
        updates = counter(group, "updates");
        codecEncodes = counter(group, "codecEncodes");
        codecEncodeNanos = counter(group, "codecEncodeNanos");
        partSendNanos = counter(group, "partSendNanos");
        inlineParts = counter(group, "inlineParts");
        inlineBytes = counter(group, "inlineBytes");
        inlineEncodeNanos = counter(group, "inlineEncodeNanos");
        parts = counter(group, "parts");
        bytes = counter(group, "bytes");
        goodBytes = counter(group, "goodBytes");
        partEncodeNanos = counter(group, "partEncodeNanos");
        statsNanos = counter(group, "statsNanos");
        uploadNanos = counter(group, "uploadNanos");
        for (RunOrder order : RunOrder.values()) {
            String name = order.name();
            String capitalized = name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
            partsByOrder.put(order, counter(group, "parts" + capitalized));
        }
        keyLowerTooBig = counter(group, "keyLowerTooBig");
        statsTrimmedParts = counter(group, "statsTrimmedParts");
        statsTrimmedBytes = counter(group, "statsTrimmedBytes");
        writeStalls = counter(group, "writeStalls");
        spilledRuns = counter(group, "spilledRuns");
        mergedRuns = counter(group, "mergedRuns");
        mergeNanos = counter(group, "mergeNanos");
        fetchNanos = counter(group, "fetchNanos");
        partsPrefetched = counter(group, "partsPrefetched");
        partsWaited = counter(group, "partsWaited");
        partsSkipped = counter(group, "partsSkipped");
        partsWasted = counter(group, "partsWasted");
        partsWrongSort = counter(group, "partsWrongSort");
        Gauge<Integer> inFlight = this::partsInFlight;
        group.gauge("partsInFlight", inFlight);
    }

    /** Parts that were sent off and are not stored yet; of what failed too. Any thread. */
    int partsInFlight() {
        return Math.max(partsInFlight.get(), 0);
    }

    /** How long the newest upload took, all attempts; 0 if there was none. Any thread. */
    long lastUploadMillis() {
        return lastUploadNanos / 1_000_000;
    }

    /**
     * @param nanoClock monotonic
     */
    static BatchMetricSets register(MetricGroup group, LongSupplier nanoClock) {
        return below(group.addGroup("persist"), nanoClock).sets;
    }

    /** The same, and the duration of the newest upload as Flink's {@code currentSendTime}. */
    static BatchMetricSets registerWriter(SinkWriterMetricGroup group, LongSupplier nanoClock) {
        Registered registered = below(group.addGroup("persist"), nanoClock);
        group.setCurrentSendTimeGauge(registered.user::lastUploadMillis);
        return registered.sets;
    }

    private record Registered(BatchMetricSets sets, SinkBatchMetrics user) {}

    private static Registered below(MetricGroup persist, LongSupplier nanoClock) {
        BatchMetrics merges = new SinkBatchMetrics(persist.addGroup("compaction"), nanoClock, null);
        SinkBatchMetrics user = new SinkBatchMetrics(persist.addGroup("user"), nanoClock, merges);
        return new Registered(
                new BatchMetricSets(
                        user,
                        new SinkBatchMetrics(
                                persist.addGroup("inlineBackpressure"), nanoClock, merges)),
                user);
    }

    /** One that any thread may count with. */
    static Counter counter(MetricGroup group, String name) {
        return group.counter(name, new ThreadSafeSimpleCounter());
    }

    @Override
    public long nanoTime() {
        return nanoClock.getAsLong();
    }

    @Override
    public BatchMetrics ofMerges() {
        return merges;
    }

    @Override
    public void addedUpdates(long count) {
        updates.inc(count);
    }

    @Override
    public void encodedUpdates(long count, long nanos) {
        codecEncodes.inc(count);
        codecEncodeNanos.inc(nanos);
    }

    @Override
    public void sentPart(long nanos) {
        partsInFlight.incrementAndGet();
        partSendNanos.inc(nanos);
    }

    @Override
    public void wroteInlinePart(int encodedBytes, long encodeNanos) {
        partsInFlight.decrementAndGet();
        inlineParts.inc();
        inlineBytes.inc(encodedBytes);
        inlineEncodeNanos.inc(encodeNanos);
    }

    @Override
    public void wrotePart(PartWritten part) {
        partsInFlight.decrementAndGet();
        lastUploadNanos = part.uploadNanos();
        parts.inc();
        bytes.inc(part.blobBytes());
        goodBytes.inc(part.goodBytes());
        partEncodeNanos.inc(part.encodeNanos());
        statsNanos.inc(part.statsNanos());
        uploadNanos.inc(part.uploadNanos());
        Objects.requireNonNull(partsByOrder.get(part.order())).inc();
        if (part.keyLower() == KeyLower.TOO_BIG) {
            keyLowerTooBig.inc();
        }
        if (part.statsTrimmedBytes() > 0) {
            statsTrimmedParts.inc();
            statsTrimmedBytes.inc(part.statsTrimmedBytes());
        }
    }

    @Override
    public void stalled() {
        writeStalls.inc();
    }

    @Override
    public void mergedRuns(Merge merge) {
        mergedRuns.inc(merge.runs());
        mergeNanos.inc(merge.totalNanos());
    }

    @Override
    public void fetchedParts(Fetched fetched) {
        partsPrefetched.inc(fetched.ahead());
        partsWaited.inc(fetched.waited());
        fetchNanos.inc(fetched.waitNanos());
        partsSkipped.inc(fetched.skipped());
        partsWasted.inc(fetched.wasted());
        partsWrongSort.inc(fetched.wrongSort());
    }

    @Override
    public void spilledRun(int blobBytes) {
        spilledRuns.inc();
    }
}
