package io.persist.batch.build;

import io.persist.batch.BatchMetrics;
import io.persist.batch.columns.PartBuffer;

/**
 * Estimates how long the updates of a part take to be encoded, by timing the first one, which makes
 * the vectors, and one of every few hundred others. One thread.
 */
final class EncodeTime {
    /** A power of two. */
    private static final int SAMPLE_EVERY = 256;

    private final BatchMetrics metrics;
    private long firstNanos;
    private long sampledNanos;
    private int samples;

    EncodeTime(BatchMetrics metrics) {
        this.metrics = metrics;
    }

    /** Adds an update to {@code buffer}. */
    <K, V> void add(PartBuffer<K, V> buffer, K key, V val, long time, long diff) {
        int row = buffer.count();
        // Vectors double at powers of two, and each would count for many.
        boolean timed = row == 0 || (row & (SAMPLE_EVERY - 1)) == 1;
        if (!timed) {
            buffer.add(key, val, time, diff);
            return;
        }
        long start = metrics.nanoTime();
        buffer.add(key, val, time, diff);
        long nanos = metrics.nanoTime() - start;
        if (row == 0) {
            firstNanos = nanos;
        } else {
            sampledNanos += nanos;
            samples++;
        }
    }

    /** Reports a part of {@code count} updates, and begins the next one. */
    void report(int count) {
        double others = samples == 0 ? 0 : (double) sampledNanos / samples * (count - 1);
        metrics.encodedUpdates(count, firstNanos + Math.round(others));
        firstNanos = 0;
        sampledNanos = 0;
        samples = 0;
    }
}
