package io.persist.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.e2e.cluster.FlinkCluster;

import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A short run of each API on a real cluster, with the SQL jar as users get it. Logs stay in {@code
 * target/chaos}; {@code tools/chaos} runs longer.
 */
class ChaosITCase {
    private static final long SEED = 20_260_101;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Test
    void streamLosesDoublesAndLeaksNothing() throws Exception {
        assertNothingIsLostDoubledOrLeaked(
                "datastream",
                ChaosJob.Api.DATASTREAM,
                1,
                List.of(
                        Fault.KILL_TASK_MANAGER,
                        Fault.PAUSE_TASK_MANAGER,
                        Fault.SECOND_JOB,
                        Fault.STOP_AND_RESCALE,
                        Fault.KILL_AT_CHECKPOINT));
    }

    /** Updates of the aggregation are retractions. */
    @Test
    void aggregationsOfTwoRegionsLoseDoubleAndLeakNothing() throws Exception {
        assertNothingIsLostDoubledOrLeaked(
                "totals",
                ChaosJob.Api.TOTALS,
                2,
                List.of(Fault.FAIL_REGION, Fault.KILL_JOB_MANAGER, Fault.CLUSTER_WITH_ZOMBIE));
    }

    private static void assertNothingIsLostDoubledOrLeaked(
            String name, ChaosJob.Api api, int regions, List<Fault> faults) throws Exception {
        Path directory = fresh(Path.of("target", "chaos", name).toAbsolutePath());
        ChaosRun.Settings settings =
                new ChaosRun.Settings(
                        api, regions, 2, 2000, FlinkCluster.Recovery.NONE, Map.of(), directory);
        try (PrintStream log =
                        new PrintStream(
                                directory.resolve("chaos.log").toFile(), StandardCharsets.UTF_8);
                ChaosRun run = ChaosRun.start(settings, log)) {
            run.disturb(Schedule.of(SEED, faults), LIMIT);
            Report report = run.finish();
            log.print(report.text());
            assertThat(report.faults().keySet()).containsExactlyInAnyOrderElementsOf(faults);
            assertThat(report.account().numbers()).isPositive();
            assertThat(report.account().lost()).as(report.text()).isZero();
            assertThat(report.account().doubled()).as(report.text()).isZero();
            assertThat(report.leaks().count()).as(report.text()).isZero();
        }
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .as("processes left")
                .isEmpty();
    }

    private static Path fresh(Path directory) throws IOException {
        FileUtils.deleteDirectory(directory.toFile());
        return Files.createDirectories(directory);
    }
}
