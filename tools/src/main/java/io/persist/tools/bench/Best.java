package io.persist.tools.bench;

/**
 * The best of several rounds, each figure by itself: others use the machine, too, and can only make
 * it look slower than it is.
 */
final class Best {
    private double nanos = Double.MAX_VALUE;
    private double cpuNanos = Double.MAX_VALUE;
    private double callerBytes = Double.MAX_VALUE;
    private double otherBytes = Double.MAX_VALUE;
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

    double nanos() {
        return nanos;
    }

    double cpuNanos() {
        return cpuNanos;
    }

    double callerBytes() {
        return callerBytes;
    }

    double otherBytes() {
        return otherBytes;
    }

    double zstdMegabytesPerSecond() {
        return zstd;
    }
}
