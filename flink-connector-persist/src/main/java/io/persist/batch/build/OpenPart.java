package io.persist.batch.build;

import io.persist.batch.BatchMetrics;
import io.persist.batch.columns.PartBuffer;
import io.persist.codec.Bytes;
import io.persist.part.PartEncoder;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.part.stats.TrimmedStats;

import org.jspecify.annotations.Nullable;

/**
 * A part that is being encoded piece by piece, and what metadata will say about it. One thread at a
 * time; the caller closes it.
 */
final class OpenPart implements AutoCloseable {
    private final BatchMetrics metrics;
    private final PartFormat format;
    private final PartEncoder encoder;
    private final KeyFacts keys;
    private long diffsSum;
    private long payloadBytes;
    private long encodeNanos;
    private long statsNanos;

    /**
     * Takes {@code encoder} and {@code keys} over.
     *
     * @param format which columns the updates have
     */
    OpenPart(BatchMetrics metrics, PartFormat format, PartEncoder encoder, KeyFacts keys) {
        this.metrics = metrics;
        this.format = format;
        this.encoder = encoder;
        this.keys = keys;
    }

    PartFormat format() {
        return format;
    }

    /** Updates up to now. */
    long count() {
        return encoder.count();
    }

    /** Sum of their diffs. */
    long diffsSum() {
        return diffsSum;
    }

    /** Adds the next updates; does not close them, and keeps nothing of them. */
    void add(Updates updates, long expectedCount) {
        long start = metrics.nanoTime();
        encoder.add(updates, expectedCount);
        diffsSum += updates.diffsSum();
        payloadBytes += PartBuffer.payloadBytes(updates);
        keys.bound(updates);
        long measuring = metrics.nanoTime();
        keys.measure(updates);
        long end = metrics.nanoTime();
        statsNanos += end - measuring;
        encodeNanos += end - start;
    }

    /** What came of all updates. */
    Encoded finish(long index) {
        long start = metrics.nanoTime();
        Bytes blob = encoder.finish(index);
        Bytes keyLower = keys.keyLower();
        Bytes structuredKeyLower = keys.structuredKeyLower();
        long measuring = metrics.nanoTime();
        TrimmedStats stats = keys.stats();
        long end = metrics.nanoTime();
        return new Encoded(
                blob,
                keyLower,
                structuredKeyLower,
                payloadBytes,
                stats,
                encodeNanos + end - start,
                statsNanos + end - measuring);
    }

    /** A part, and what is known about it. */
    record Encoded(
            Bytes blob,
            Bytes keyLower,
            @Nullable Bytes structuredKeyLower,
            long payloadBytes,
            @Nullable TrimmedStats stats,
            long encodeNanos,
            long statsNanos) {}

    /** Idempotent. */
    @Override
    public void close() {
        encoder.close();
        keys.close();
    }
}
