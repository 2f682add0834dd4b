package io.persist.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
        assertThat(run("--faults", "revive-cluster")).isEqualTo(2);
        assertThat(run("--set", "unaligned")).isEqualTo(2);
        assertThat(run("--path", home.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("unknown argument '--speed'")
                .contains("--seconds needs a value")
                .contains("--seconds must be a number from 0 to 1000000, not 'many'")
                .contains("--parallelism must be a number from 1 to 8, not '0'")
                .contains("--api must be datastream, sql, totals or slots, not 'cobol'")
                .contains("--faults does not know 'flood'")
                .contains("rewind-append cannot be counted for --api totals with --regions 1")
                .contains("revive-cluster needs --ha")
                .contains("--set needs KEY=VALUE, not 'unaligned'")
                .contains(home + " exists");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void faultsAreThoseThatSuitTheJob() {
        assertThat(ChaosOptions.parse(home, List.of("--ha")).orElseThrow().faults())
                .containsExactly(Fault.values());
        assertThat(ChaosOptions.parse(home, List.of()).orElseThrow().faults())
                .contains(Fault.KILL_JOB_MANAGER)
                .doesNotContain(Fault.DEPOSE_JOB_MANAGER, Fault.REVIVE_CLUSTER);
        assertThat(
                        ChaosOptions.parse(home, List.of("--regions", "2", "--api", "slots"))
                                .orElseThrow()
                                .faults())
                .doesNotContain(Fault.REWIND_APPEND, Fault.REWIND_COMPENSATE, Fault.TWO_STARTS);
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
        Schedule schedule = Schedule.endless(seed, List.of(Fault.values()), List.of());
        List<Schedule.Step> steps = new ArrayList<>();
        for (int i = 0; i < 2 * Fault.values().length; i++) {
            steps.add(schedule.next());
        }
        return steps;
    }

    /** A short run must not leave the JobManager alone. */
    @Test
    void withHighAvailabilityEverySecondFaultIsOneOfIt() {
        Schedule schedule = ChaosOptions.parse(home, List.of("--ha")).orElseThrow().schedule();
        List<Fault> ofRecovery = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ofRecovery.add(Objects.requireNonNull(schedule.next()).fault());
            assertThat(Objects.requireNonNull(schedule.next()).fault().isOfRecovery()).isFalse();
        }
        assertThat(ofRecovery)
                .containsExactlyInAnyOrder(
                        Fault.KILL_JOB_MANAGER,
                        Fault.PAUSE_JOB_MANAGER,
                        Fault.DEPOSE_JOB_MANAGER,
                        Fault.REVIVE_CLUSTER);
    }

    @Test
    void ofTwoKindsOfSnapshotTheOneWrittenLastIsFound() throws Exception {
        JobID job = new JobID(1, 2);
        Path savepoints = home.resolve("savepoints");
        String prefix = "savepoint-" + job.toHexString().substring(0, 6) + "-";
        complete(savepoints.resolve(prefix + "a"), 2);
        complete(home.resolve(job.toHexString()).resolve("chk-3"), 3);
        complete(savepoints.resolve("savepoint-ffffff-b"), 5);
        Files.createDirectories(savepoints.resolve(prefix + "c"));

        RetainedSnapshots snapshots = new RetainedSnapshots(home);
        snapshots.ofJob(job);
        snapshots.startedFromNewest(savepoints);
        assertThat(snapshots.newest()).endsWith("/chk-3/");

        snapshots.ofJob(job);
        complete(savepoints.resolve(prefix + "d"), 4);
        snapshots.startedFromNewest(savepoints);
        assertThat(snapshots.newest()).endsWith("/" + prefix + "d/");
    }

    private static void complete(Path snapshot, long writtenMillis) throws IOException {
        Path metadata = Files.createFile(Files.createDirectories(snapshot).resolve("_metadata"));
        Files.setLastModifiedTime(metadata, FileTime.fromMillis(writtenMillis));
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
