package io.persist.tools.bench;

/**
 * The best of several rounds, each figure by itself: others use the machine, too, and can only make
 * it look slower than it is.
 */
final class Best {
    private long nanos = Long.MAX_VALUE;
    private long cpuNanos = Long.MAX_VALUE;
    private long callerBytes = Long.MAX_VALUE;
    private long otherBytes = Long.MAX_VALUE;
    private double zstd;

    /**
     * @param zstdMegabytesPerSecond measured right after the round
     */
    void add(Meter.Cost cost, double zstdMegabytesPerSecond) {
        nanos = Math.min(nanos, cost.nanos());
        cpuNanos = Math.min(cpuNanos, cost.cpuNanos());
        callerBytes = Math.min(callerBytes, cost.callerBytes());
        otherBytes = Math.min(otherBytes, cost.otherBytes());
        zstd = Math.max(zstd, zstdMegabytesPerSecond);
    }

    long nanos() {
        return nanos;
    }

    long cpuNanos() {
        return cpuNanos;
    }

    long callerBytes() {
        return callerBytes;
    }

    long otherBytes() {
        return otherBytes;
    }

    double zstdMegabytesPerSecond() {
        return zstd;
    }
}
