package io.persist.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What surrounds a run; runs themselves are {@link ChaosITCase}. */
class ChaosTest {
    @TempDir private Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) throws Exception {
        return Chaos.run(
                home,
                List.of(args),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void helpIsPrintedToStandardOutput() throws Exception {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("usage: tools/chaos");
        assertThat(err.size()).isZero();
    }

    @Test
    void wrongArgumentsAreNamedAndNothingIsWritten() throws Exception {
        assertThat(run("--speed", "1")).isEqualTo(2);
        assertThat(run("--seconds")).isEqualTo(2);
        assertThat(run("--seconds", "many")).isEqualTo(2);
        assertThat(run("--parallelism", "0")).isEqualTo(2);
        assertThat(run("--api", "cobol")).isEqualTo(2);
        assertThat(run("--faults", "kill-task-manager,flood")).isEqualTo(2);
        assertThat(run("--faults", "rewind-append", "--api", "totals")).isEqualTo(2);
        assertThat(run("--path", home.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("unknown argument '--speed'")
                .contains("--seconds needs a value")
                .contains("--seconds must be a number from 0 to 1000000, not 'many'")
                .contains("--parallelism must be a number from 1 to 8, not '0'")
                .contains("--api must be datastream, sql, totals or slots, not 'cobol'")
                .contains("--faults does not know 'flood'")
                .contains("rewind-append cannot be counted for --api totals with --regions 1")
                .contains(home + " exists");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void faultsAreThoseThatSuitTheJob() {
        assertThat(ChaosOptions.parse(home, List.of()).orElseThrow().faults())
                .containsExactly(Fault.values());
        assertThat(
                        ChaosOptions.parse(home, List.of("--regions", "2", "--api", "slots"))
                                .orElseThrow()
                                .faults())
                .doesNotContain(Fault.REWIND_APPEND, Fault.REWIND_COMPENSATE);
        assertThat(
                        ChaosOptions.parse(home, List.of("--faults", "second-job,savepoint"))
                                .orElseThrow()
                                .faults())
                .containsExactly(Fault.SECOND_JOB, Fault.SAVEPOINT);
    }

    @Test
    void theDefaultDirectoryIsAFreshOneEachTime() throws Exception {
        ChaosOptions options = ChaosOptions.parse(home, List.of()).orElseThrow();
        assertThat(options.freshDirectory()).isEqualTo(home.resolve("target/chaos/1"));
        assertThat(options.freshDirectory()).isEqualTo(home.resolve("target/chaos/2"));
    }

    @Test
    void theScheduleFollowsFromTheSeedAndHasEveryKind() {
        List<Schedule.Step> steps = steps(7);
        assertThat(steps).isEqualTo(steps(7)).isNotEqualTo(steps(8));
        assertThat(steps).extracting(Schedule.Step::fault).contains(Fault.values());
    }

    private static List<Schedule.Step> steps(long seed) {
        Schedule schedule = Schedule.endless(seed, List.of(Fault.values()));
        List<Schedule.Step> steps = new ArrayList<>();
        for (int i = 0; i < 2 * Fault.values().length; i++) {
            steps.add(schedule.next());
        }
        return steps;
    }

    @Test
    void theNewestCompleteCheckpointIsFound() throws Exception {
        JobID job = new JobID(1, 2);
        Path checkpoints = home.resolve(job.toHexString());
        RetainedSnapshots snapshots = new RetainedSnapshots(home);
        assertThat(snapshots.newest()).isNull();
        snapshots.startedFrom("savepoint");
        snapshots.ofJob(job);
        assertThat(snapshots.newest()).isEqualTo("savepoint");

        for (String complete : List.of("chk-9", "chk-10")) {
            Files.createFile(
                    Files.createDirectories(checkpoints.resolve(complete)).resolve("_metadata"));
        }
        Files.createDirectories(checkpoints.resolve("chk-11"));
        assertThat(snapshots.newest()).endsWith("/chk-10/");
    }
}
