package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Unit;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Jobs whose tasks fail again and again, at moments that follow from a seed: at the end exactly the
 * generated rows are there, and no part that nobody needs. Nothing fails in the last second, so
 * that the last start has commits to clean up after. {@code -Dchaos.seconds=60 -Dchaos.seeds=1,2,3}
 * makes it run longer.
 */
class SinkChaosITCase {
    private static final int ROWS_PER_SECOND = 20_000;
    private static final int SECONDS = Integer.getInteger("chaos.seconds", 3);
    private static final String SEEDS = System.getProperty("chaos.seeds", "1,2");
    private static final int COUNT = SECONDS * ROWS_PER_SECOND;

    /** Rows between two failures: more than a checkpoint takes, so that the job gets on. */
    private static final int FAILURE_EVERY = ROWS_PER_SECOND * 7 / 10;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(4)
                            .build());

    @TempDir private Path folder;

    static Stream<Arguments> runs() {
        return Arrays.stream(SEEDS.split(","))
                .mapToLong(Long::parseLong)
                .boxed()
                .flatMap(seed -> Stream.of(1, 2, 4).map(tasks -> Arguments.of(seed, tasks)));
    }

    @ParameterizedTest(name = "seed {0}, parallelism {1}")
    @MethodSource("runs")
    void taskFailuresLoseAndDoubleNothing(long seed, int parallelism) throws Exception {
        TestShard shard = new TestShard(folder.resolve("shards").toString());
        Path markers = Files.createDirectory(folder.resolve("markers"));
        List<Sabotage.Failure> plan = plan(new Random(seed), parallelism);
        StreamExecutionEnvironment environment = environment(seed).setParallelism(parallelism);
        environment
                .fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                COUNT,
                                RateLimiterStrategy.perSecond(ROWS_PER_SECOND),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .map(new Sabotage(plan, markers.toString()))
                .sinkTo(shard.sink(new Changes()).build());
        environment.executeAsync().getJobExecutionResult().get(SECONDS + 120, TimeUnit.SECONDS);

        long failed;
        try (Stream<Path> entries = Files.list(markers)) {
            failed = entries.count();
        }
        assertThat(failed).as("failures").isPositive();
        assertHoldsWhatWasGenerated(shard.contents());
        assertThat(shard.orphans()).isEmpty();
    }

    /** What differs by the seed's last bits: how barriers travel, and which tasks there are. */
    private static StreamExecutionEnvironment environment(long seed) {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(150));
        configuration.set(CheckpointingOptions.ENABLE_UNALIGNED, (seed & 1) == 0);
        configuration.set(PipelineOptions.OPERATOR_CHAINING, (seed & 2) == 0);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000_000);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        return StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    }

    /** The source cuts the numbers into a range for each task. */
    private static List<Sabotage.Failure> plan(Random random, int parallelism) {
        Sabotage.Moment[] moments = Sabotage.Moment.values();
        int ofTask = COUNT / parallelism;
        int calmFrom = ofTask - ROWS_PER_SECOND / parallelism;
        return IntStream.range(0, COUNT / FAILURE_EVERY)
                .mapToObj(
                        i ->
                                new Sabotage.Failure(
                                        i * (long) FAILURE_EVERY + random.nextInt(FAILURE_EVERY),
                                        moments[random.nextInt(moments.length)]))
                .filter(failure -> failure.row() % ofTask < calmFrom)
                .toList();
    }

    private static void assertHoldsWhatWasGenerated(Map<String, Long> contents) {
        Map<String, String> wrong = new TreeMap<>();
        long expectedRows = 0;
        for (long number = 0; number < COUNT; number++) {
            long expected = Changes.isRetracted(number, COUNT) ? 0 : 1;
            long found = contents.getOrDefault(SinkJobs.row(number), 0L);
            if (found != expected) {
                wrong.put(SinkJobs.row(number), found + " instead of " + expected);
            }
            expectedRows += expected;
        }
        assertThat(wrong).isEmpty();
        assertThat(contents).hasSize((int) expectedRows);
    }

    /** Inserts every number; takes some back at once, and others when they were long committed. */
    private record Changes() implements SinkJobs.StringKeys<Long> {
        private static final long serialVersionUID = 1L;
        private static final long LATER = ROWS_PER_SECOND / 2 / 7 * 7;

        static boolean isRetracted(long number, long count) {
            return (number % 7 == 0 && number + LATER < count)
                    || (number % 7 == 2 && number + 1 < count);
        }

        @Override
        public void serialize(Long number, UpdateCollector<String, Unit> updates)
                throws IOException, InterruptedException {
            updates.collect(SinkJobs.row(number), Unit.UNIT, 1);
            if (number % 7 == 0 && number >= LATER) {
                updates.collect(SinkJobs.row(number - LATER), Unit.UNIT, -1);
            }
            if (number % 7 == 3) {
                updates.collect(SinkJobs.row(number - 1), Unit.UNIT, -1);
            }
        }
    }
}
