package io.persist.tools.bench;

import io.persist.batch.BatchMemory;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/**
 * Memory beyond what there was at first: live heap, after a full collection, and Arrow's buffers.
 * Looks once per time and whenever a part was just stored, which is when the part's columns, its
 * encoded form and the columns of the next part are all there.
 */
final class MemoryProbe implements BuilderRun.Observer {
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

    private final BatchMemory offHeap;
    private final long baseline;
    private long peakHeap;
    private long peakOffHeap;
    private long peakTotal;

    MemoryProbe(BatchMemory offHeap) {
        this.offHeap = offHeap;
        this.baseline = liveHeap();
    }

    private static long liveHeap() {
        System.gc();
        return MEMORY.getHeapMemoryUsage().getUsed();
    }

    @Override
    public synchronized void look() {
        long buffers = offHeap.allocatedBytes();
        long heap = liveHeap() - baseline;
        peakHeap = Math.max(peakHeap, heap);
        peakOffHeap = Math.max(peakOffHeap, buffers);
        peakTotal = Math.max(peakTotal, heap + buffers);
    }

    /** The most at one look. The heap includes what the blob store holds by then. */
    synchronized Peak peak() {
        return new Peak(peakHeap, peakOffHeap, peakTotal);
    }

    /** The most of each, and of both together. */
    record Peak(long heapBytes, long offHeapBytes, long totalBytes) {}
}
