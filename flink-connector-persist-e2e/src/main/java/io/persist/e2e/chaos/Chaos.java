package io.persist.e2e.chaos;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The program: see {@link ChaosOptions#USAGE}. */
public final class Chaos {
    private Chaos() {}

    /** Exit code as in the usage. */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(System.getProperty("persist.home", ".")).toAbsolutePath().normalize();
        System.exit(run(home, List.of(args), System.out, System.err));
    }

    static int run(Path home, List<String> args, PrintStream out, PrintStream err)
            throws Exception {
        Optional<ChaosOptions> options;
        Path directory;
        try {
            options = ChaosOptions.parse(home, args);
            if (options.isEmpty()) {
                out.print(ChaosOptions.USAGE);
                return 0;
            }
            directory = options.get().freshDirectory();
        } catch (IllegalArgumentException e) {
            err.println("chaos: " + e.getMessage());
            err.print(ChaosOptions.USAGE);
            return 2;
        }
        return run(options.get(), directory, out, err);
    }

    private static int run(ChaosOptions options, Path directory, PrintStream out, PrintStream err)
            throws Exception {
        out.printf("Seed %d, logs and shard in %s%n", options.seed(), directory);
        ChaosRun.Settings settings =
                new ChaosRun.Settings(
                        options.api(),
                        options.regions(),
                        options.parallelism(),
                        options.rowsPerSecond(),
                        options.recovery(),
                        options.flink(),
                        directory);
        try (ChaosRun run = ChaosRun.start(settings, out)) {
            run.disturb(options.schedule(), options.duration());
            Report report = run.finish();
            out.println();
            out.print(report.text());
            return report.isClean() ? 0 : 1;
        } catch (StuckException e) {
            err.println("chaos: " + e.getMessage());
            return 1;
        }
    }
}
