package io.persist.e2e.chaos;

import io.persist.e2e.cluster.FlinkCluster;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The arguments of a run.
 *
 * @param regions pipelines that fail apart from each other
 * @param parallelism to begin with
 * @param faults that may strike, not empty
 * @param recovery of jobs whose JobManager is killed
 * @param flink configuration of the job, beyond what it needs
 * @param home of the project
 * @param directory for the run; null for a fresh one below {@code target}
 */
record ChaosOptions(
        Duration duration,
        long seed,
        int regions,
        int parallelism,
        int rowsPerSecond,
        ChaosJob.Api api,
        FlinkCluster.Recovery recovery,
        List<Fault> faults,
        Map<String, String> flink,
        Path home,
        @Nullable Path directory) {
    static final String USAGE =
            """
            usage: tools/chaos [--seconds N] [--seed S] [--parallelism P] [--rows-per-second R]
                               [--regions G] [--api A] [--ha] [--faults F,...] [--set K=V]...
                               [--path DIR]

            Runs a Flink job on a cluster of processes, which kills, stops and restarts them and
            takes and restores snapshots, while the job writes to a shard; then reads the shard and
            counts what was lost, doubled and leaked. Needs about 1.2 GB of memory.

              --seconds N          how long to disturb it (default 60)
              --seed S             of the order of the faults, and of what they hit (default 1)
              --parallelism P      to begin with, 1 to 8 (default 2)
              --rows-per-second R  of the generator (default 2000)
              --regions G          pipelines of the job, which fail apart from each other and write
                                   to one shard, 1 to 4 (default 1)
              --api A              what the job writes, and how: datastream, sql (rows and retractions),
                                   totals (an aggregation), slots (upserts) (default datastream)
              --ha                 with a ZooKeeper, so that the next JobManager goes on with the job
                                   of one that was killed; every second fault is then one of that
              --faults F,...       only these, of:\
            """
                    + Fault.options(23)
                    + """
                                           (default: all that the job can be put through)
                      --set KEY=VALUE      Flink configuration of the job, such as
                                           execution.checkpointing.unaligned.enabled=true
                      --path DIR           for shard, snapshots and logs; must not exist
                                           (default: a fresh directory below target/chaos)
                      --help               print this

                    Exit code: 0 nothing was lost, doubled or leaked; 1 something was, or the job did not
                    get on; 2 wrong arguments.
                    """;

    private static final int MAX_PARALLELISM = 8;
    private static final int MAX_REGIONS = 4;

    /**
     * Nothing if help was asked for.
     *
     * @throws IllegalArgumentException if an argument is not known, or its value is wrong
     */
    static Optional<ChaosOptions> parse(Path home, List<String> arguments) {
        ArrayDeque<String> rest = new ArrayDeque<>(arguments);
        long seconds = 60;
        long seed = 1;
        int regions = 1;
        int parallelism = 2;
        int rowsPerSecond = 2000;
        ChaosJob.Api api = ChaosJob.Api.DATASTREAM;
        FlinkCluster.Recovery recovery = FlinkCluster.Recovery.NONE;
        List<Fault> faults = List.of();
        Map<String, String> flink = new TreeMap<>();
        Path directory = null;
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            switch (argument) {
                case "--help", "-h" -> {
                    return Optional.empty();
                }
                case "--seconds" -> seconds = number(argument, rest.poll(), 0, 1_000_000);
                case "--seed" ->
                        seed = number(argument, rest.poll(), Long.MIN_VALUE, Long.MAX_VALUE);
                case "--regions" -> regions = (int) number(argument, rest.poll(), 1, MAX_REGIONS);
                case "--parallelism" ->
                        parallelism = (int) number(argument, rest.poll(), 1, MAX_PARALLELISM);
                case "--rows-per-second" ->
                        rowsPerSecond = (int) number(argument, rest.poll(), 1, 1_000_000);
                case "--api" -> api = api(rest.poll());
                case "--ha" -> recovery = FlinkCluster.Recovery.HIGH_AVAILABILITY;
                case "--faults" -> faults = faults(given(argument, rest.poll()));
                case "--set" -> flink.putAll(setting(given(argument, rest.poll())));
                case "--path" -> directory = Path.of(given(argument, rest.poll()));
                default ->
                        throw new IllegalArgumentException("unknown argument '" + argument + "'");
            }
        }
        return Optional.of(
                new ChaosOptions(
                        Duration.ofSeconds(seconds),
                        seed,
                        regions,
                        parallelism,
                        rowsPerSecond,
                        api,
                        recovery,
                        suiting(faults, api, regions, recovery),
                        flink,
                        home,
                        directory));
    }

    /**
     * The directory of the run, created.
     *
     * @throws IllegalArgumentException if the given one exists already
     */
    Path freshDirectory() throws IOException {
        if (directory != null) {
            if (Files.exists(directory)) {
                throw new IllegalArgumentException(
                        directory + " exists; a run starts with nothing");
            }
            return Files.createDirectories(directory.toAbsolutePath().normalize());
        }
        int number = 1;
        while (Files.exists(below(number))) {
            number++;
        }
        return Files.createDirectories(below(number));
    }

    /**
     * What strikes when. With high availability the JobManager often does not live: in the order of
     * all kinds it might take a run of ten minutes until it is its turn.
     */
    Schedule schedule() {
        return Schedule.endless(
                seed,
                faults,
                recovery == FlinkCluster.Recovery.HIGH_AVAILABILITY
                        ? faults.stream().filter(Fault::isOfRecovery).toList()
                        : List.of());
    }

    private Path below(int number) {
        return home.resolve("target").resolve("chaos").resolve(Integer.toString(number));
    }

    private static String given(String argument, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(argument + " needs a value");
        }
        return value;
    }

    private static long number(String argument, @Nullable String value, long min, long max) {
        String text = given(argument, value);
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                argument + " must be a number from " + min + " to " + max + ", not '" + text + "'");
    }

    private static ChaosJob.Api api(@Nullable String value) {
        String text = given("--api", value);
        try {
            return ChaosJob.Api.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--api must be datastream, sql, totals or slots, not '" + text + "'", e);
        }
    }

    private static List<Fault> faults(String text) {
        List<Fault> faults = new ArrayList<>();
        for (String name : text.split(",", -1)) {
            faults.add(
                    Arrays.stream(Fault.values())
                            .filter(fault -> fault.option().equals(name.strip()))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "--faults does not know '" + name + "'")));
        }
        return faults;
    }

    private static Map<String, String> setting(String text) {
        int end = text.indexOf('=');
        if (end < 1) {
            throw new IllegalArgumentException("--set needs KEY=VALUE, not '" + text + "'");
        }
        return Map.of(text.substring(0, end), text.substring(end + 1));
    }

    /** All that suit job and cluster if none are given. */
    private static List<Fault> suiting(
            List<Fault> given, ChaosJob.Api api, int regions, FlinkCluster.Recovery recovery) {
        for (Fault fault : given) {
            if (!fault.suits(api, regions, FlinkCluster.Recovery.HIGH_AVAILABILITY)) {
                throw new IllegalArgumentException(
                        fault.option()
                                + " cannot be counted for --api "
                                + api.name().toLowerCase(Locale.ROOT)
                                + " with --regions "
                                + regions);
            }
            if (!fault.suits(api, regions, recovery)) {
                throw new IllegalArgumentException(fault.option() + " needs --ha");
            }
        }
        return given.isEmpty()
                ? Arrays.stream(Fault.values())
                        .filter(fault -> fault.suits(api, regions, recovery))
                        .toList()
                : given;
    }
}
