package io.persist.tools.bench;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Prints results as a table in Markdown, line by line. */
final class Report {
    private static final List<String> COLUMNS =
            List.of(
                    "data",
                    "writer",
                    "part target, compression",
                    "rows/s",
                    "rows/CPU s",
                    "zstd-1 MB/s",
                    "z",
                    "bytes/row",
                    "parts",
                    "allocated/row: caller",
                    "others",
                    "÷ written",
                    "peak MB: heap",
                    "off-heap",
                    "both",
                    "÷ written",
                    "copy: rows/s");

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    /**
     * One result.
     *
     * @param bytes written
     * @param peak null if not measured
     * @param copyNanos for a copy of what was written; 0 if not measured
     */
    record Line(
            DataSet<?, ?> data,
            String writer,
            Setting setting,
            long bytes,
            int parts,
            Best best,
            MemoryProbe.@Nullable Peak peak,
            double copyNanos) {}

    void machine() {
        Runtime runtime = Runtime.getRuntime();
        out.printf(
                Locale.ROOT,
                "%d processors (%s), JDK %s, heap up to %d MiB%n%n",
                runtime.availableProcessors(),
                processor(),
                Runtime.version(),
                runtime.maxMemory() >> 20);
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    void header() {
        out.println("| " + String.join(" | ", COLUMNS) + " |");
        out.println("|" + " --- |".repeat(COLUMNS.size()));
    }

    void line(Line line) {
        double rows = line.data().size();
        Best best = line.best();
        double perCpuSecond = rows * 1e9 / best.cpuNanos();
        MemoryProbe.Peak peak = line.peak();
        out.println(
                String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %,.0f | %,.0f | %.0f | %.0f | %.1f | %d | %.1f | %.1f"
                                + " | %.2f | %s | %s | %s | %s | %s |",
                        line.data().name(),
                        line.writer(),
                        line.setting(),
                        rows * 1e9 / best.nanos(),
                        perCpuSecond,
                        best.zstdMegabytesPerSecond(),
                        perCpuSecond / best.zstdMegabytesPerSecond(),
                        line.bytes() / rows,
                        line.parts(),
                        best.callerBytes() / rows,
                        best.otherBytes() / rows,
                        (double) (best.callerBytes() + best.otherBytes()) / line.bytes(),
                        peak == null ? "" : megabytes(peak.heapBytes()),
                        peak == null ? "" : megabytes(peak.offHeapBytes()),
                        peak == null ? "" : megabytes(peak.totalBytes()),
                        peak == null ? "" : ratio(peak.totalBytes(), line.bytes()),
                        line.copyNanos() == 0
                                ? ""
                                : String.format(
                                        Locale.ROOT, "%,.0f", rows * 1e9 / line.copyNanos())));
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.0f", bytes / 1e6);
    }

    private static String ratio(long bytes, long written) {
        return String.format(Locale.ROOT, "%.2f", (double) bytes / written);
    }
}
