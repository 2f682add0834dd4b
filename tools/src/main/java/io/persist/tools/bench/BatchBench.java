package io.persist.tools.bench;

import io.persist.codec.Bytes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Measures how batches are written; see {@link BenchOptions#USAGE}. */
final class BatchBench implements AutoCloseable {
    private final BenchOptions options;
    private final Report report = new Report(System.out);
    private final BuilderRun builder = new BuilderRun();
    private final Yardsticks yardsticks = new Yardsticks();

    private BatchBench(BenchOptions options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        Optional<BenchOptions> options;
        try {
            options = BenchOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        if (options.isEmpty()) {
            System.out.print(BenchOptions.USAGE);
            return;
        }
        try (BatchBench bench = new BatchBench(options.get())) {
            bench.run();
        }
    }

    private void run() throws Exception {
        report.machine();
        report.header();
        for (String name : options.data()) {
            switch (name) {
                case "a" -> runStrings(DataSets.strings(2_000_000 / options.divisor()));
                case "b" -> run(DataSets.events(2_000_000 / options.divisor()));
                default -> run(DataSets.wide(200_000 / options.divisor()));
            }
        }
    }

    private void run(DataSet<?, ?> data) throws Exception {
        List<Report.Line> lines = builderLines(data);
        if (options.alone()) {
            parquetJavaLines("parquet-java", data, StoredColumns.of(data), lines);
        }
    }

    private void runStrings(DataSet<String, String> data) throws Exception {
        List<Report.Line> lines = builderLines(data);
        if (options.alone()) {
            StoredColumns columns = StoredColumns.of(data);
            parquetJavaLines("parquet-java", data, columns, lines);
            columns = columns.fromStrings(data);
            parquetJavaLines("parquet-java, from String", data, columns, lines);
        }
    }

    private List<Report.Line> builderLines(DataSet<?, ?> data) throws Exception {
        List<Report.Line> lines = new ArrayList<>();
        for (Setting setting : options.settings()) {
            Report.Line line = builderLine(data, setting);
            lines.add(line);
            report.line(line);
        }
        return lines;
    }

    /** Writes files as large as the parts of {@code lines}. */
    private void parquetJavaLines(
            String writer, DataSet<?, ?> data, StoredColumns columns, List<Report.Line> lines)
            throws Exception {
        for (Report.Line line : lines) {
            report.line(parquetJavaLine(writer, data, columns, line.setting(), line.parts()));
        }
    }

    private Report.Line builderLine(DataSet<?, ?> data, Setting setting) throws Exception {
        List<Bytes> parts = builder.write(data, setting.config(), BuilderRun.Observer.NONE);
        Best best = new Best();
        for (int round = 1; round <= options.warmUps() + options.rounds(); round++) {
            parts = List.of(); // so that only one result is held at a time
            List<List<Bytes>> written = new ArrayList<>();
            System.gc();
            Meter.Cost cost =
                    Meter.of(
                            () ->
                                    written.add(
                                            builder.write(
                                                    data,
                                                    setting.config(),
                                                    BuilderRun.Observer.NONE)));
            parts = written.get(0);
            if (round > options.warmUps()) {
                best.add(cost, yardsticks.zstdMegabytesPerSecond());
            }
        }
        long bytes = parts.stream().mapToLong(Bytes::length).sum();
        double copyNanos = copyNanos(parts);
        MemoryProbe.@Nullable Peak peak = options.memory() ? peak(data, setting) : null;
        return new Report.Line(
                data, "builder", setting, bytes, parts.size(), best, peak, copyNanos);
    }

    private static double copyNanos(List<Bytes> parts) {
        Yardsticks.Copy copy = Yardsticks.copier(parts);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            copy.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private MemoryProbe.Peak peak(DataSet<?, ?> data, Setting setting) throws Exception {
        MemoryProbe probe = new MemoryProbe(builder.memory());
        builder.write(data, setting.config(), probe);
        return probe.peak();
    }

    private Report.Line parquetJavaLine(
            String writer, DataSet<?, ?> data, StoredColumns columns, Setting setting, int files)
            throws Exception {
        ParquetJavaRun run =
                new ParquetJavaRun(columns, setting.compression(), setting.dictionary());
        int rowsPerFile = (data.size() + files - 1) / files;
        long bytes = run.write(rowsPerFile);
        Best best = new Best();
        for (int round = 1; round <= options.warmUps() + options.rounds(); round++) {
            System.gc();
            Meter.Cost cost = Meter.of(() -> run.write(rowsPerFile));
            if (round > options.warmUps()) {
                best.add(cost, yardsticks.zstdMegabytesPerSecond());
            }
        }
        return new Report.Line(data, writer, setting, bytes, files, best, null, 0);
    }

    @Override
    public void close() {
        builder.close();
    }
}
