package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.flink.sink.LaneSource.Feed;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.function.SupplierWithException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A job of a {@link SinkLab}. Checkpoints are taken when the test says so, and at no other time.
 */
final class LabJob {
    private final MiniCluster cluster;
    private final JobClient client;

    private LabJob(MiniCluster cluster, JobClient client) {
        this.cluster = cluster;
        this.client = client;
    }

    /** How jobs of one test are made. */
    static final class Plan {
        private final SinkLab lab;
        private final MiniCluster cluster;
        private final Path folder;
        private final Configuration configuration = new Configuration();
        private int parallelism = 2;
        private boolean apart;

        /**
         * @param folder for checkpoints and savepoints
         */
        Plan(SinkLab lab, MiniCluster cluster, Path folder) {
            this.lab = lab;
            this.cluster = cluster;
            this.folder = folder;
            // The largest value means never.
            with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(Long.MAX_VALUE));
            with(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString());
            with(
                    CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                    ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
            with(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
            with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000);
            with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        }

        <T> Plan with(ConfigOption<T> option, T value) {
            configuration.set(option, value);
            return this;
        }

        Plan parallelism(int value) {
            parallelism = value;
            return this;
        }

        /** The source runs in tasks of its own, and every writer takes rows from all of them. */
        Plan sourceApart() {
            apart = true;
            return this;
        }

        /** The first failure is the job's end. */
        Plan withoutRestarts() {
            return with(RestartStrategyOptions.RESTART_STRATEGY, "none");
        }

        Plan from(String snapshot) {
            return with(StateRecoveryOptions.SAVEPOINT_PATH, snapshot);
        }

        StreamExecutionEnvironment environment() {
            return StreamExecutionEnvironment.getExecutionEnvironment(configuration)
                    .setParallelism(parallelism);
        }

        /** The rows of a feed, passed by a station of the same name. */
        SingleOutputStreamOperator<String> rows(
                StreamExecutionEnvironment environment, Feed feed, Boundedness boundedness) {
            DataStream<String> rows =
                    environment
                            .fromSource(
                                    new LaneSource(lab.id(), feed.name(), boundedness),
                                    WatermarkStrategy.noWatermarks(),
                                    "lanes of " + feed.name(),
                                    Types.STRING)
                            .uid(feed.name() + " source");
            return (apart ? rows.rebalance() : rows)
                    .map(new Station(lab.id(), feed.name()))
                    .name("station of " + feed.name())
                    .uid(feed.name() + " station");
        }

        /** A job of one feed that does not end unless the feed does. */
        LabJob start(Feed feed, Sink<String> sink) throws Exception {
            StreamExecutionEnvironment environment = environment();
            rows(environment, feed, Boundedness.CONTINUOUS_UNBOUNDED)
                    .sinkTo(sink)
                    .name("shard")
                    .uid("sink");
            return start(environment);
        }

        LabJob start(StreamExecutionEnvironment environment) throws Exception {
            LabJob job = new LabJob(cluster, environment.executeAsync());
            lab.endLater(job);
            return job;
        }

        String savepoints() {
            return folder.resolve("savepoints").toUri().toString();
        }
    }

    JobID id() {
        return client.getJobID();
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SinkLab.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void await(SupplierWithException<Boolean, Exception> condition) throws Exception {
        long deadline = System.nanoTime() + SinkLab.LIMIT.toNanos();
        CommonTestUtils.waitUntilCondition(
                () -> {
                    if (System.nanoTime() > deadline) {
                        throw new TimeoutException(
                                "the job does not come to what is awaited; its last failure: "
                                        + lastFailure());
                    }
                    return condition.get();
                },
                5L);
    }

    private boolean isRunning() throws Exception {
        if (get(client.getJobStatus()) != JobStatus.RUNNING) {
            return false;
        }
        for (AccessExecutionVertex task : tasks()) {
            ExecutionState state = task.getExecutionState();
            if (state != ExecutionState.RUNNING && state != ExecutionState.FINISHED) {
                return false;
            }
        }
        return true;
    }

    private List<AccessExecutionVertex> tasks() throws Exception {
        List<AccessExecutionVertex> tasks = new ArrayList<>();
        get(cluster.getExecutionGraph(id())).getAllExecutionVertices().forEach(tasks::add);
        return tasks;
    }

    /** How often the job was begun: once, and again after each failure. */
    int attempts() throws Exception {
        return 1
                + tasks().stream()
                        .mapToInt(task -> task.getCurrentExecutionAttempt().getAttemptNumber())
                        .max()
                        .orElseThrow();
    }

    /** Waits until all tasks are running, or have finished. */
    LabJob awaitRunning() throws Exception {
        await(
                () -> {
                    JobStatus status = get(client.getJobStatus());
                    if (status.isGloballyTerminalState()) {
                        throw new AssertionError(status + ": " + lastFailure());
                    }
                    return isRunning();
                });
        return this;
    }

    /** Waits until as many tasks as this have finished. */
    void awaitFinishedTasks(int count) throws Exception {
        await(
                () ->
                        tasks().stream()
                                        .filter(
                                                task ->
                                                        task.getExecutionState()
                                                                == ExecutionState.FINISHED)
                                        .count()
                                >= count);
    }

    /** Takes a checkpoint; if the job fails meanwhile, another one. */
    String checkpoint() throws Exception {
        while (true) {
            awaitRunning();
            try {
                return get(beginCheckpoint());
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(CheckpointException.class);
            }
        }
    }

    /** Takes checkpoints until the job has finished; the input must have an end. */
    void finish() throws Exception {
        List<CompletableFuture<String>> begun = new ArrayList<>();
        await(
                () -> {
                    if (get(client.getJobStatus()).isGloballyTerminalState()) {
                        return true;
                    }
                    // One that the job's end overtakes never completes.
                    if (isRunning() && begun.stream().allMatch(CompletableFuture::isDone)) {
                        begun.add(beginCheckpoint());
                    }
                    return false;
                });
        awaitEnd(JobStatus.FINISHED);
    }

    /** All tasks must be running. */
    CompletableFuture<String> beginCheckpoint() {
        return cluster.triggerCheckpoint(id());
    }

    String savepoint(Plan plan) throws Exception {
        awaitRunning();
        return get(client.triggerSavepoint(plan.savepoints(), SavepointFormatType.CANONICAL));
    }

    String stop(Plan plan, boolean drain) throws Exception {
        awaitRunning();
        return get(
                client.stopWithSavepoint(drain, plan.savepoints(), SavepointFormatType.CANONICAL));
    }

    void cancel() throws Exception {
        get(beginCancel());
        awaitEnd(JobStatus.CANCELED);
    }

    CompletableFuture<Void> beginCancel() {
        return client.cancel();
    }

    String lastFailure() throws Exception {
        ErrorInfo failure = get(cluster.getExecutionGraph(id())).getFailureInfo();
        return failure == null ? "none" : failure.getExceptionAsString();
    }

    /** Does nothing if the job has ended. */
    void end() throws Exception {
        if (!get(client.getJobStatus()).isGloballyTerminalState()) {
            cancel();
        }
    }

    void awaitEnd(JobStatus status) throws Exception {
        CompletableFuture<Void> end =
                client.getJobExecutionResult().handle((result, failure) -> null);
        get(end);
        assertThat(get(client.getJobStatus())).isEqualTo(status);
    }

    /** Waits for the job's end, which is a failure. */
    Throwable awaitFailure() throws Exception {
        Throwable failure = get(client.getJobExecutionResult().handle((result, thrown) -> thrown));
        assertThat(get(client.getJobStatus())).isEqualTo(JobStatus.FAILED);
        return failure;
    }
}
