package io.persist.tools.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of the benchmark.
 *
 * @param data names of the data sets
 * @param settings how each is written
 * @param divisor of the number of rows
 * @param warmUps rounds that do not count
 * @param memory whether memory is measured, too
 * @param alone whether parquet-java is measured beside the builder
 */
record BenchOptions(
        List<String> data,
        List<Setting> settings,
        int divisor,
        int warmUps,
        int rounds,
        boolean memory,
        boolean alone) {
    static final String USAGE =
            """
            usage: tools/bench-batch [OPTION...]

            Measures how rows in memory become the parts of a batch in a blob store in memory,
            beside parquet-java writing the same columns. docs/performance.md says what the
            figures mean.

              --data NAMES         of a,b,c: a strings, b eight columns, c sixty columns
                                   (default: a,b,c)
              --targets MIB        sizes of parts; 0 is the default size (default: 0,128)
              --compressions NAMES of none,zstd-1 (default: none,zstd-1)
              --plain              without dictionaries
              --divide N           write only so many rows, divided by N (default: 1)
              --warm-ups N         rounds that do not count (default: 3)
              --rounds N           rounds, the best of which counts (default: 5)
              --no-memory          do not measure memory
              --no-parquet-java    only the builder
              --help               print this
            """;

    /**
     * Nothing if help was asked for.
     *
     * @throws IllegalArgumentException if an argument is not known or lacks its value
     */
    static Optional<BenchOptions> parse(List<String> arguments) {
        ArrayDeque<String> rest = new ArrayDeque<>(arguments);
        List<String> data = List.of("a", "b", "c");
        List<Integer> targets = List.of(0, 128);
        List<String> compressions = List.of("none", "zstd-1");
        boolean dictionary = true;
        int divisor = 1;
        int warmUps = 3;
        int rounds = 5;
        boolean memory = true;
        boolean alone = true;
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            switch (argument) {
                case "--help", "-h" -> {
                    return Optional.empty();
                }
                case "--data" -> data = list(argument, rest);
                case "--targets" ->
                        targets = list(argument, rest).stream().map(Integer::valueOf).toList();
                case "--compressions" -> compressions = list(argument, rest);
                case "--plain" -> dictionary = false;
                case "--divide" -> divisor = number(argument, rest);
                case "--warm-ups" -> warmUps = number(argument, rest);
                case "--rounds" -> rounds = number(argument, rest);
                case "--no-memory" -> memory = false;
                case "--no-parquet-java" -> alone = false;
                default ->
                        throw new IllegalArgumentException("unknown argument '" + argument + "'");
            }
        }
        List<Setting> settings = new ArrayList<>();
        for (String compression : compressions) {
            for (int target : targets) {
                settings.add(new Setting(target << 20, compression, dictionary));
            }
        }
        return Optional.of(
                new BenchOptions(data, settings, divisor, warmUps, rounds, memory, alone));
    }

    private static List<String> list(String argument, ArrayDeque<String> rest) {
        String value = rest.poll();
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(argument + " needs a value");
        }
        return List.of(value.split(",", -1));
    }

    private static int number(String argument, ArrayDeque<String> rest) {
        return Integer.parseInt(list(argument, rest).get(0));
    }
}
