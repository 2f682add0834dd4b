package io.persist.tools;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The arguments of the quickstart.
 *
 * @param home of the project
 * @param path where to put the shard; null for a fresh directory below {@code target}
 */
record QuickstartOptions(Path home, @Nullable Path path) {
    static final String USAGE =
            """
            usage: tools/quickstart [--path DIR]

            Runs a Flink job that reads four years of Seattle weather and keeps a summary by
            month and kind of weather up to date in a persist table; then reads that table as
            of the first and the last checkpoint, and checks it against a batch query.

              --path DIR   where to put the table's shard; must be empty or not exist
                           (default: a fresh directory below target/quickstart)
              --help       print this
            """;

    /**
     * Nothing if help was asked for.
     *
     * @throws IllegalArgumentException if an argument is not known or lacks its value
     */
    static Optional<QuickstartOptions> parse(Path home, List<String> arguments) {
        ArrayDeque<String> rest = new ArrayDeque<>(arguments);
        Path path = null;
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            switch (argument) {
                case "--help", "-h" -> {
                    return Optional.empty();
                }
                case "--path" -> {
                    String value = rest.poll();
                    if (value == null || value.isBlank()) {
                        throw new IllegalArgumentException("--path needs a directory");
                    }
                    path = Path.of(value).toAbsolutePath().normalize();
                }
                default ->
                        throw new IllegalArgumentException("unknown argument '" + argument + "'");
            }
        }
        return Optional.of(new QuickstartOptions(home, path));
    }

    Path csv() {
        return home.resolve("docs/quickstart/seattle-weather.csv");
    }

    /**
     * The directory to write to, created.
     *
     * @throws IllegalArgumentException if the given one holds something already
     */
    Path freshDirectory() throws IOException {
        if (path == null) {
            return Files.createDirectories(firstUnused(home.resolve("target/quickstart")));
        }
        if (Files.exists(path) && !isEmptyDirectory(path)) {
            throw new IllegalArgumentException(
                    path + " is not an empty directory; the table must start empty");
        }
        return Files.createDirectories(path);
    }

    private static Path firstUnused(Path parent) {
        int number = 1;
        while (Files.exists(parent.resolve(Integer.toString(number)))) {
            number++;
        }
        return parent.resolve(Integer.toString(number));
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }
}
