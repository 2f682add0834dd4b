package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.state.ChainPosition;

import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.runtime.jobgraph.JobType;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableSummary;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.runtime.operators.sink.CommitterOperatorFactory;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

import java.time.Duration;
import java.util.List;
import java.util.Map;

// Flink's harnesses declare that closing them may throw anything.
@SuppressWarnings("try")
class SealerTest {
    private static final JobID FIXED_JOB = new JobID(0, 0);

    private TestShard shard;
    private PersistSink<String> sink;

    @BeforeEach
    void openShard(TestInfo test) {
        shard = new TestShard("mem:sealer-" + test.getDisplayName());
        sink = shard.sink().sinkId("orders").build();
    }

    private OneInputStreamOperatorTestHarness<
                    CommittableMessage<WriterResult>, CommittableMessage<SealedCommit>>
            sealer(MockEnvironment environment) throws Exception {
        return new OneInputStreamOperatorTestHarness<>(new Sealer(sink.plan()), environment);
    }

    private static MockEnvironment environment(JobType type, JobID job) {
        return new MockEnvironmentBuilder().setJobType(type).setJobID(job).build();
    }

    private List<CommittableMessage<WriterResult>> stage(String... rows) throws Exception {
        try (var writer =
                new OneInputStreamOperatorTestHarness<>(
                        new SinkWriterOperatorFactory<String, WriterResult>(sink))) {
            writer.open();
            for (String row : rows) {
                writer.processElement(row, 0);
            }
            writer.endInput();
            return writer.extractOutputValues();
        }
    }

    /** Seals what the writers handed over, as a run of the batch stage does. */
    private SealedCommit sealBatch(JobID job, List<CommittableMessage<WriterResult>> results)
            throws Exception {
        try (MockEnvironment environment = environment(JobType.BATCH, job);
                var sealer = sealer(environment)) {
            sealer.open();
            for (CommittableMessage<WriterResult> result : results) {
                sealer.processElement(new StreamRecord<>(result));
            }
            sealer.endInput();
            return sealed(sealer.extractOutputValues());
        }
    }

    private static SealedCommit sealed(List<CommittableMessage<SealedCommit>> messages) {
        assertThat(messages).hasSize(2);
        assertThat(messages.get(0)).isInstanceOf(CommittableSummary.class);
        return ((CommittableWithLineage<SealedCommit>) messages.get(1)).getCommittable();
    }

    private void commit(SealedCommit commit) throws Exception {
        try (var committer =
                new OneInputStreamOperatorTestHarness<>(
                        new CommitterOperatorFactory<>(sink, true, false))) {
            committer.open();
            committer.processElement(new StreamRecord<>(new CommittableSummary<>(0, 1, 1, 1, 0)));
            committer.processElement(
                    new StreamRecord<>(new CommittableWithLineage<>(commit, 1, 0)));
            committer.endInput();
        }
    }

    @Test
    void barrierSealsOneCommitUnderItsIdWhateverArrived() throws Exception {
        JobID job = new JobID(1, 2);
        try (MockEnvironment environment = environment(JobType.STREAMING, job);
                var sealer = sealer(environment)) {
            sealer.open();
            for (CommittableMessage<WriterResult> result : stage("a")) {
                sealer.processElement(new StreamRecord<>(result));
            }
            for (CommittableMessage<WriterResult> result : stage("b")) {
                sealer.processElement(new StreamRecord<>(result));
            }
            sealer.processWatermark(77);
            sealer.prepareSnapshotPreBarrier(5);
            sealer.getOutput().removeIf(element -> !(element instanceof StreamRecord));
            List<CommittableMessage<SealedCommit>> messages = sealer.extractOutputValues();
            assertThat(messages.get(0)).isEqualTo(new CommittableSummary<>(0, 1, 5, 1, 0));
            SealedCommit commit = sealed(messages);
            assertThat(commit.batches()).hasSize(2);
            assertThat(commit.updates()).isEqualTo(2);
            assertThat(commit.lines()).hasSize(2);
            assertThat(commit.watermark()).isEqualTo(77);
            assertThat(commit.jobId()).isEqualTo(job.toString());
            assertThat(commit.checkpointId()).isEqualTo(5);
            assertThat(commit.position().ordinal()).isEqualTo(1);
            assertThat(commit.position().generation()).isEqualTo(1);
            assertThat(commit.position().sinkId()).isEqualTo("orders");
        }
    }

    @Test
    void endOfInputIsSealedAboveEveryIdSeen() throws Exception {
        try (MockEnvironment environment = environment(JobType.STREAMING, FIXED_JOB);
                var sealer = sealer(environment)) {
            sealer.open();
            sealer.processElement(new StreamRecord<>(new CommittableSummary<>(0, 2, 9, 0, 0)));
            sealer.endInput();
            sealer.prepareSnapshotPreBarrier(10);
            assertThat(sealed(sealer.extractOutputValues()).checkpointId()).isEqualTo(9);
        }
    }

    @Test
    void window17_streamWithoutFinalCheckpointFailsAtItsEnd() throws Exception {
        try (MockEnvironment environment = environment(JobType.STREAMING, FIXED_JOB);
                var sealer = sealer(environment)) {
            environment
                    .getJobConfiguration()
                    .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
            sealer.getStreamConfig()
                    .getConfiguration()
                    .set(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH, false);
            sealer.open();
            assertThatThrownBy(sealer::endInput)
                    .hasMessageContaining("checkpoints-after-tasks-finish");
        }
    }

    @Test
    void window18_batchStageThatIsRunAgainAfterItsCommitAppendsNothing() throws Exception {
        JobID job = new JobID(1, 2);
        commit(sealBatch(job, stage("a")));
        SealedCommit again = sealBatch(job, stage("a, but another batch"));
        commit(again);
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L));
        assertThat(again.position()).isEqualTo(again.position().at(1));
    }

    @Test
    void batchJobsOfOneSinkIdAppendOneAfterTheOther() throws Exception {
        commit(sealBatch(new JobID(1, 2), stage("a")));
        commit(sealBatch(new JobID(1, 3), stage("a")));
        assertThat(shard.contents()).isEqualTo(Map.of("a", 2L));
    }

    @Test
    void fixedJobIdIsReplacedByTheBatches() throws Exception {
        List<CommittableMessage<WriterResult>> results = stage("a");
        SealedCommit first = sealBatch(FIXED_JOB, results);
        commit(first);
        SealedCommit again = sealBatch(FIXED_JOB, results);
        commit(again);
        SealedCommit another = sealBatch(FIXED_JOB, stage("a"));
        commit(another);
        ChainPosition position = first.position();
        assertThat(again.position()).isEqualTo(position);
        assertThat(another.position()).isNotEqualTo(position);
        assertThat(shard.contents()).isEqualTo(Map.of("a", 2L));
    }
}
