package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.SinkTime;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectClusterClient;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Whole jobs on a small cluster, writing to a directory. */
class PersistSinkITCase {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final List<String> USER = List.of("persist", "user");
    private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(4)
                            .setConfiguration(METRICS.addToConfiguration(new Configuration()))
                            .build());

    @TempDir private Path folder;
    private TestShard shard;

    @BeforeEach
    void openShard() {
        shard = new TestShard(folder.resolve("shards").toString());
    }

    private static void run(StreamExecutionEnvironment environment) throws Exception {
        environment
                .executeAsync()
                .getJobExecutionResult()
                .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    void boundedStreamIsThereToTheLastRow() throws Exception {
        StreamExecutionEnvironment environment = SinkJobs.environment(Duration.ofMillis(100));
        SinkJobs.rows(environment, 10_001, 20_000).sinkTo(shard.sink().build());
        run(environment);
        shard.assertHoldsExactlyRows(10_001);
    }

    @Test
    void writersCountWhatTheirBatchesCost_B42() throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);
        SinkJobs.rows(environment, 1000, 1_000_000).sinkTo(shard.sink().build());
        long before = updatesCounted();
        run(environment);
        assertThat(updatesCounted() - before).isEqualTo(1000);
    }

    @Test
    void recordsThatCannotBeWrittenAreCountedAsErrors() {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(1);
        // A source that assigns no timestamps.
        SinkJobs.rows(environment, 3, 1_000_000)
                .sinkTo(shard.sink().time(SinkTime.EVENT).build())
                .name("untimed");
        assertThatThrownBy(() -> run(environment)).hasStackTraceContaining("without a timestamp");
        assertThat(METRICS.findGroups("untimed: Writer"))
                .anySatisfy(
                        group ->
                                assertThat(
                                                METRICS.getMetricsByGroup(group)
                                                        .get("numRecordsSendErrors"))
                                        .isInstanceOfSatisfying(
                                                Counter.class,
                                                count ->
                                                        assertThat(count.getCount()).isPositive()));
    }

    /** By the writers of all jobs so far. */
    private static long updatesCounted() {
        long updates = 0;
        for (Map.Entry<MetricGroup, Map<String, Metric>> group :
                METRICS.getMetricsByGroup().entrySet()) {
            List<String> scope = List.of(group.getKey().getScopeComponents());
            Metric counter = group.getValue().get("updates");
            if (counter != null && scope.subList(scope.size() - 2, scope.size()).equals(USER)) {
                updates += ((Counter) counter).getCount();
            }
        }
        return updates;
    }

    @Test
    void writersTellHowLongTheirNewestUploadTook() throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(1);
        SinkJobs.rows(environment, 1000, 1_000_000).sinkTo(shard.sink().build()).name("uploading");
        run(environment);
        assertThat(METRICS.findGroups("uploading: Writer"))
                .anySatisfy(
                        group ->
                                assertThat(METRICS.getMetricsByGroup(group).get("currentSendTime"))
                                        .isInstanceOfSatisfying(
                                                Gauge.class,
                                                gauge ->
                                                        assertThat((Long) gauge.getValue())
                                                                .isNotNegative()));
    }

    @Test
    void commitsAreMeasuredByTheCommitter() throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);
        SinkJobs.rows(environment, 1000, 1_000_000).sinkTo(shard.sink().build()).name("measured");
        run(environment);

        Map<String, Metric> committer = Map.of();
        for (Map.Entry<MetricGroup, Map<String, Metric>> group :
                METRICS.getMetricsByGroup().entrySet()) {
            List<String> scope = List.of(group.getKey().getScopeComponents());
            if (scope.stream().anyMatch(name -> name.startsWith("measured: Committer"))
                    && group.getValue().get("commits") instanceof Counter commits
                    && commits.getCount() > 0) {
                committer = group.getValue();
            }
        }
        assertThat(committer.keySet())
                .containsExactlyInAnyOrder(
                        "commits",
                        "commitsAlreadyApplied",
                        "committedUpdates",
                        "committedBytes",
                        "committedBatches",
                        "lastCommitDuration",
                        "timeSinceLastCommit",
                        "commitAttempts",
                        "commitsOvertaken",
                        "upperLag",
                        "abortedPartsDeleted",
                        "maintenanceFailures");
        assertThat(((Counter) committer.get("committedUpdates")).getCount()).isEqualTo(1000);
        assertThat(((Counter) committer.get("committedBytes")).getCount()).isPositive();
        assertThat(((Counter) committer.get("committedBatches")).getCount()).isBetween(1L, 2L);
        assertThat(((Counter) committer.get("commitsAlreadyApplied")).getCount()).isZero();
        for (String gauge : List.of("lastCommitDuration", "timeSinceLastCommit", "upperLag")) {
            assertThat((long) ((Gauge<?>) committer.get(gauge)).getValue())
                    .as(gauge)
                    .isNotNegative();
        }
        assertThat((long) ((Gauge<?>) committer.get("commitAttempts")).getValue()).isPositive();
    }

    @Test
    void boundedStreamWithoutCheckpointsIsCommittedAtItsEnd() throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);
        SinkJobs.rows(environment, 10_001, 1_000_000).sinkTo(shard.sink().build());
        run(environment);
        shard.assertHoldsExactlyRows(10_001);
    }

    @Test
    void batchJobIsCommittedAtItsEnd() throws Exception {
        StreamExecutionEnvironment environment = SinkJobs.environment(Duration.ofMillis(100));
        environment.setRuntimeMode(RuntimeExecutionMode.BATCH);
        SinkJobs.rows(environment, 10_001, 1_000_000).sinkTo(shard.sink().build());
        run(environment);
        shard.assertHoldsExactlyRows(10_001);
    }

    @Test
    void jobsOfBothTimesShareAShard() throws Exception {
        int rows = 6_000;
        int jobs = 3;
        List<JobClient> running = new ArrayList<>();
        for (int job = 0; job < jobs; job++) {
            StreamExecutionEnvironment environment = SinkJobs.environment(Duration.ofMillis(50));
            long share = job;
            SinkJobs.rows(environment, rows, 5_000)
                    .filter(row -> SinkJobs.number(row) % jobs == share)
                    .assignTimestampsAndWatermarks(
                            WatermarkStrategy.<String>forMonotonousTimestamps()
                                    .withTimestampAssigner((row, none) -> SinkJobs.number(row)))
                    .sinkTo(shard.sink().time(job == 1 ? SinkTime.COMMIT : SinkTime.EVENT).build());
            running.add(environment.executeAsync());
        }
        for (JobClient job : running) {
            job.getJobExecutionResult().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }
        shard.assertHoldsExactlyRows(rows);
    }

    @Test
    void failuresLoseAndDoubleNothing() throws Exception {
        int rows = 1_000_000;
        long seed = 20_260_101;
        List<String> failures =
                LongStream.generate(rowsOf(seed, rows)).limit(5).mapToObj(SinkJobs::row).toList();
        Path markers = Files.createDirectory(folder.resolve("markers"));
        StreamExecutionEnvironment environment = SinkJobs.environment(Duration.ofMillis(200));
        SinkJobs.rows(environment, rows, 100_000)
                .map(new SinkJobs.FailOnceAt(failures, markers.toString()))
                .sinkTo(shard.sink().build());
        run(environment);
        try (var failed = Files.list(markers)) {
            assertThat(failed).as("failures of seed %s", seed).hasSize(5);
        }
        shard.assertHoldsExactlyRows(rows);
    }

    private static java.util.function.LongSupplier rowsOf(long seed, int rows) {
        Random random = new Random(seed);
        return () -> random.nextInt(rows);
    }

    @Test
    void jobStoppedWithASavepointGoesOnWithAnotherParallelism(
            @InjectClusterClient ClusterClient<?> cluster) throws Exception {
        int rows = 30_000;
        StreamExecutionEnvironment first = SinkJobs.environment(Duration.ofMillis(100));
        SinkJobs.rows(first, rows, 10_000).sinkTo(shard.sink().build());
        JobClient job = first.executeAsync();
        shard.awaitRows(LIMIT);
        String savepoint =
                cluster.stopWithSavepoint(
                                job.getJobID(),
                                false,
                                folder.resolve("savepoints").toUri().toString(),
                                SavepointFormatType.CANONICAL)
                        .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        long before = shard.contents().size();
        assertThat(before).isPositive().isLessThan(rows);

        StreamExecutionEnvironment second = SinkJobs.environment(Duration.ofMillis(100));
        Configuration restore = new Configuration();
        restore.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        second.configure(restore);
        second.setParallelism(3);
        SinkJobs.rows(second, rows, 1_000_000).sinkTo(shard.sink().build());
        run(second);
        shard.assertHoldsExactlyRows(rows);
    }

    @Test
    void jobThatWouldLoseItsLastCommitIsRefused() {
        StreamExecutionEnvironment environment = SinkJobs.environment(Duration.ofMillis(100));
        Configuration unsafe = new Configuration();
        unsafe.set(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH, false);
        environment.configure(unsafe);
        SinkJobs.rows(environment, 10, 10).sinkTo(shard.sink().build());
        assertThatThrownBy(environment::getStreamGraph)
                .hasMessageContaining("execution.checkpointing.checkpoints-after-tasks-finish");
    }

    @Test
    void sinkRunsInAJvmWithoutFlags() throws Exception {
        Path log = folder.resolve("jvm.log");
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutFlags.class.getName(),
                        folder.resolve("shards").toString());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Process jvm = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(jvm.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        assertThat(jvm.exitValue()).as(Files.readString(log)).isZero();
        shard.assertHoldsExactlyRows(WithoutFlags.ROWS);
    }

    /** A program of its own: a small job in a JVM that was given no flags at all. */
    static final class WithoutFlags {
        static final int ROWS = 5_000;

        private WithoutFlags() {}

        public static void main(String[] arguments) throws Exception {
            var environment = SinkJobs.environment(Duration.ofMillis(200));
            // Large enough for parts in blob, which is where Arrow and Parquet come in.
            SinkJobs.rows(environment, ROWS, 1_000_000)
                    .sinkTo(new TestShard(arguments[0]).sink().build());
            environment.execute();
        }
    }
}
