package io.persist.tools.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** Time and allocation of a piece of work. One thread uses it; others may work meanwhile. */
final class Meter {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Meter() {}

    /**
     * What a piece of work took.
     *
     * @param cpuNanos of all threads of the process, the collector's and the compiler's too
     * @param callerBytes heap that the calling thread allocated
     * @param otherBytes heap that all other threads allocated
     */
    record Cost(long nanos, long cpuNanos, long callerBytes, long otherBytes) {}

    /** Runs {@code work} in this thread. */
    static Cost of(Callable<?> work) throws Exception {
        long others = otherAllocation();
        long caller = THREADS.getCurrentThreadAllocatedBytes();
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        work.call();
        long nanos = System.nanoTime() - start;
        long cpuNanos = SYSTEM.getProcessCpuTime() - cpu;
        long callerBytes = THREADS.getCurrentThreadAllocatedBytes() - caller;
        return new Cost(nanos, cpuNanos, callerBytes, otherAllocation() - others);
    }

    private static long otherAllocation() {
        long self = Thread.currentThread().getId();
        long sum = 0;
        for (long id : THREADS.getAllThreadIds()) {
            sum += id == self ? 0 : Math.max(0, THREADS.getThreadAllocatedBytes(id));
        }
        return sum;
    }
}
