package io.persist.e2e.chaos;

import io.persist.client.PersistClient;
import io.persist.e2e.cluster.Await;
import io.persist.e2e.cluster.FlinkCluster;
import io.persist.e2e.cluster.FlinkRest;
import io.persist.e2e.cluster.JobJar;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * One job on one cluster, from its first start to the account. One thread, which drives everything;
 * the caller closes the run, and with it all processes.
 */
final class ChaosRun implements AutoCloseable {
    private final Settings settings;
    private final FlinkCluster cluster;
    private final PersistClient client;
    private final JobControl control;
    private final Strikes strikes;
    private final EnumMap<Fault, Integer> faults = new EnumMap<>(Fault.class);

    /**
     * @param parallelism to begin with
     * @param flink configuration of the job, beyond what it needs
     * @param directory for everything that the run writes
     */
    record Settings(
            ChaosJob.Api api,
            int regions,
            int parallelism,
            int rowsPerSecond,
            FlinkCluster.Recovery recovery,
            Map<String, String> flink,
            Path directory) {}

    private ChaosRun(Settings settings, PrintStream out, Path jar) throws IOException {
        this.settings = settings;
        ChaosJob job =
                new ChaosJob(
                        settings.api,
                        settings.regions,
                        settings.parallelism,
                        settings.rowsPerSecond,
                        settings.flink,
                        settings.directory,
                        jar);
        this.client = PersistClient.open(job.location());
        this.cluster =
                new FlinkCluster(
                        settings.directory,
                        new FlinkCluster.Size(Strikes.TASK_MANAGERS, settings.parallelism + 1),
                        settings.recovery);
        this.control = new JobControl(job, cluster, client, out);
        this.strikes = new Strikes(control, settings.recovery);
    }

    /** Starts cluster and job, and returns when it has committed. */
    static ChaosRun start(Settings settings, PrintStream out) throws Exception {
        ChaosRun run =
                new ChaosRun(
                        settings,
                        out,
                        JobJar.with(Chaos.class, settings.directory.resolve("job.jar")));
        boolean started = false;
        try {
            run.cluster.start();
            run.control.say("cluster of %d TaskManagers", Strikes.TASK_MANAGERS);
            run.control.submit(settings.parallelism);
            run.control.awaitRunning();
            run.control.awaitCommits(Strikes.CALM_COMMITS);
            started = true;
            return run;
        } finally {
            if (!started) {
                run.close();
            }
        }
    }

    /** Strikes until the time is up or the schedule ends; the last fault is waited for. */
    void disturb(Schedule schedule, Duration duration) throws Exception {
        long deadline = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Schedule.Step step = schedule.next();
            if (step == null) {
                return;
            }
            Await.pause(step.calmMillis());
            control.say("%s", step.fault().label());
            long before = control.millis();
            strikes.strike(step);
            faults.merge(step.fault(), 1, Integer::sum);
            control.awaitCommits(1);
            control.say("  commits again after %.1f s", (control.millis() - before) / 1e3);
        }
    }

    /**
     * After some calm, drains the job and takes the account. The job is started once more before:
     * what a start leaves behind is deleted after the first commit of the next one.
     */
    Report finish() throws Exception {
        control.awaitCommits(Strikes.CALM_COMMITS);
        control.stop(FlinkRest.Stop.AT_ONCE);
        control.submit(control.parallelism());
        control.awaitCommits(Strikes.CALM_COMMITS);
        control.say("stop with savepoint, drained");
        control.stop(FlinkRest.Stop.DRAIN);
        cluster.killAll();
        return new Report(
                Duration.ofMillis(control.millis()),
                control.parallelisms(),
                faults,
                Account.take(client, settings.api, settings.regions * settings.parallelism),
                Leaks.find(client, settings.directory.resolve("shards")));
    }

    @Override
    public void close() {
        cluster.close();
        client.close();
    }
}
