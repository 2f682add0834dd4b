package io.persist.flink.sink;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.OperatorIOMetricGroup;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.runtime.operators.sink.CommitterOperatorFactory;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** One start of a job: writers, sealer and committer, stepped by hand on the test's thread. */
final class SinkHarness implements AutoCloseable {
    private static final int MAX_PARALLELISM = 8;

    private final List<OneInputStreamOperatorTestHarness<String, CommittableMessage<WriterResult>>>
            writers = new ArrayList<>();
    private final OneInputStreamOperatorTestHarness<
                    CommittableMessage<WriterResult>, CommittableMessage<SealedCommit>>
            sealer;
    private final OneInputStreamOperatorTestHarness<
                    CommittableMessage<SealedCommit>, CommittableMessage<SealedCommit>>
            committer;

    /** What a checkpoint keeps. */
    record Snapshot(
            long checkpointId,
            List<OperatorSubtaskState> writers,
            OperatorSubtaskState sealer,
            OperatorSubtaskState committer) {
        OperatorSubtaskState writer(int subtask, int parallelism) throws Exception {
            return AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    AbstractStreamOperatorTestHarness.repackageState(
                            writers.toArray(OperatorSubtaskState[]::new)),
                    MAX_PARALLELISM,
                    writers.size(),
                    parallelism,
                    subtask);
        }

        /** As a restore that drops the committer's state. */
        Snapshot withoutCommitter() {
            return new Snapshot(
                    checkpointId, writers, sealer, OperatorSubtaskState.builder().build());
        }
    }

    /**
     * @param attempt of the job within its submission, from 0
     */
    private SinkHarness(PersistSink<String> sink, int parallelism, int attempt) throws Exception {
        for (int subtask = 0; subtask < parallelism; subtask++) {
            writers.add(
                    new OneInputStreamOperatorTestHarness<>(
                            new SinkWriterOperatorFactory<String, WriterResult>(
                                    new AttemptSink(sink, attempt)),
                            MAX_PARALLELISM,
                            parallelism,
                            subtask));
        }
        sealer = new OneInputStreamOperatorTestHarness<>(new Sealer(sink.plan()), 1, 1, 0);
        committer =
                new OneInputStreamOperatorTestHarness<>(
                        new CommitterOperatorFactory<>(sink, false, true), 1, 1, 0);
    }

    static SinkHarness start(TestShard shard) throws Exception {
        return start(shard.sink().build(), null);
    }

    /** A new submission from a snapshot. */
    static SinkHarness restore(TestShard shard, Snapshot snapshot) throws Exception {
        return start(shard.sink().build(), snapshot);
    }

    static SinkHarness start(PersistSink<String> sink, @Nullable Snapshot snapshot)
            throws Exception {
        return start(sink, snapshot, 1, 0);
    }

    static SinkHarness start(
            PersistSink<String> sink, @Nullable Snapshot snapshot, int parallelism, int attempt)
            throws Exception {
        SinkHarness harness = new SinkHarness(sink, parallelism, attempt);
        // Flink opens a chain from its end.
        open(harness.committer, snapshot, snapshot == null ? null : snapshot.committer);
        open(harness.sealer, snapshot, snapshot == null ? null : snapshot.sealer);
        for (int subtask = 0; subtask < parallelism; subtask++) {
            open(
                    harness.writers.get(subtask),
                    snapshot,
                    snapshot == null ? null : snapshot.writer(subtask, parallelism));
        }
        return harness;
    }

    private static void open(
            AbstractStreamOperatorTestHarness<?> operator,
            @Nullable Snapshot snapshot,
            @Nullable OperatorSubtaskState state)
            throws Exception {
        operator.setup();
        if (snapshot != null) {
            operator.setRestoredCheckpointId(snapshot.checkpointId);
            operator.initializeState(state);
        } else {
            operator.initializeEmptyState();
        }
        operator.open();
    }

    SinkHarness write(String... rows) throws Exception {
        return writeTo(0, rows);
    }

    SinkHarness writeTo(int subtask, String... rows) throws Exception {
        for (String row : rows) {
            writers.get(subtask).processElement(row, 0);
        }
        return this;
    }

    /** A row with a timestamp. */
    SinkHarness writeAt(long timestamp, String row) throws Exception {
        writers.get(0).processElement(row, timestamp);
        return this;
    }

    SinkHarness watermark(long timestamp) throws Exception {
        sealer.processWatermark(timestamp);
        return this;
    }

    /** The barrier passes the writers and is then declined. */
    void writerBarrierOnly(long checkpointId) throws Exception {
        for (var writer : writers) {
            writer.prepareSnapshotPreBarrier(checkpointId);
            writer.snapshot(checkpointId, 0);
            move(writer, sealer);
        }
    }

    /** The barrier passes all operators. */
    Snapshot barrier(long checkpointId) throws Exception {
        List<OperatorSubtaskState> writerStates = new ArrayList<>();
        for (var writer : writers) {
            writer.prepareSnapshotPreBarrier(checkpointId);
            writerStates.add(writer.snapshot(checkpointId, 0));
            move(writer, sealer);
        }
        sealer.prepareSnapshotPreBarrier(checkpointId);
        OperatorSubtaskState sealerState = sealer.snapshot(checkpointId, 0);
        move(sealer, committer);
        committer.prepareSnapshotPreBarrier(checkpointId);
        OperatorSubtaskState committerState = committer.snapshot(checkpointId, 0);
        return new Snapshot(checkpointId, writerStates, sealerState, committerState);
    }

    /** The checkpoint completes and the job is told. */
    void complete(long checkpointId) throws Exception {
        for (var writer : writers) {
            writer.notifyOfCompletedCheckpoint(checkpointId);
        }
        sealer.notifyOfCompletedCheckpoint(checkpointId);
        committer.notifyOfCompletedCheckpoint(checkpointId);
    }

    Snapshot checkpoint(long checkpointId) throws Exception {
        Snapshot snapshot = barrier(checkpointId);
        complete(checkpointId);
        return snapshot;
    }

    /** The input of one writer ends; the others go on. */
    void endInputOf(int subtask) throws Exception {
        writers.get(subtask).endInput();
        move(writers.get(subtask), sealer);
    }

    /** The sealer hears that all writers have ended. */
    void endSealer() throws Exception {
        sealer.endInput();
        move(sealer, committer);
        committer.endInput();
    }

    void endInput() throws Exception {
        for (int subtask = 0; subtask < writers.size(); subtask++) {
            endInputOf(subtask);
        }
        endSealer();
    }

    private Counter counter(Function<OperatorIOMetricGroup, Counter> which) {
        return which.apply(writers.get(0).getOperator().getMetricGroup().getIOMetricGroup());
    }

    long recordsSent() {
        return counter(OperatorIOMetricGroup::getNumRecordsOutCounter).getCount();
    }

    long bytesSent() {
        return counter(OperatorIOMetricGroup::getNumBytesOutCounter).getCount();
    }

    private static <T> void move(
            OneInputStreamOperatorTestHarness<?, T> from,
            OneInputStreamOperatorTestHarness<T, ?> to)
            throws Exception {
        from.getOutput().removeIf(element -> !(element instanceof StreamRecord));
        for (T message : from.extractOutputValues()) {
            to.processElement(new StreamRecord<>(message));
        }
        from.getOutput().clear();
    }

    /** Ends the process of the start: nothing is told to anybody. */
    void kill(Site.TaskProcess process) {
        process.kill();
        try {
            close();
        } catch (IOException | Site.Killed e) {
            // The dead do not tidy up.
        }
    }

    /** Ends the start as a failure does. */
    @Override
    public void close() throws IOException {
        try {
            IOUtils.closeAll(writers);
            IOUtils.closeAll(sealer, committer);
        } catch (Exception e) { // What the harnesses declare.
            throw new IOException("the start did not end well", e);
        }
    }
}
