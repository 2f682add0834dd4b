package io.persist.flink.sink;

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

/** One start of a job: writer, sealer and committer, stepped by hand on the test's thread. */
final class SinkHarness implements AutoCloseable {
    private final OneInputStreamOperatorTestHarness<String, CommittableMessage<WriterResult>>
            writer;
    private final OneInputStreamOperatorTestHarness<
                    CommittableMessage<WriterResult>, CommittableMessage<SealedCommit>>
            sealer;
    private final OneInputStreamOperatorTestHarness<
                    CommittableMessage<SealedCommit>, CommittableMessage<SealedCommit>>
            committer;

    /** What a checkpoint keeps. */
    record Snapshot(
            long checkpointId,
            OperatorSubtaskState writer,
            OperatorSubtaskState sealer,
            OperatorSubtaskState committer) {}

    private SinkHarness(PersistSink<String> sink) throws Exception {
        writer =
                new OneInputStreamOperatorTestHarness<>(
                        new SinkWriterOperatorFactory<String, WriterResult>(sink), 1, 1, 0);
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
        SinkHarness harness = new SinkHarness(sink);
        // Flink opens a chain from its end.
        open(harness.committer, snapshot, snapshot == null ? null : snapshot.committer);
        open(harness.sealer, snapshot, snapshot == null ? null : snapshot.sealer);
        open(harness.writer, snapshot, snapshot == null ? null : snapshot.writer);
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
        for (String row : rows) {
            writer.processElement(row, 0);
        }
        return this;
    }

    /** The barrier passes the writer and is then declined. */
    void writerBarrierOnly(long checkpointId) throws Exception {
        writer.prepareSnapshotPreBarrier(checkpointId);
        writer.snapshot(checkpointId, 0);
        move(writer, sealer);
    }

    /** The barrier passes all operators. */
    Snapshot barrier(long checkpointId) throws Exception {
        writer.prepareSnapshotPreBarrier(checkpointId);
        OperatorSubtaskState writerState = writer.snapshot(checkpointId, 0);
        move(writer, sealer);
        sealer.prepareSnapshotPreBarrier(checkpointId);
        OperatorSubtaskState sealerState = sealer.snapshot(checkpointId, 0);
        move(sealer, committer);
        committer.prepareSnapshotPreBarrier(checkpointId);
        OperatorSubtaskState committerState = committer.snapshot(checkpointId, 0);
        return new Snapshot(checkpointId, writerState, sealerState, committerState);
    }

    /** The checkpoint completes and the job is told. */
    void complete(long checkpointId) throws Exception {
        writer.notifyOfCompletedCheckpoint(checkpointId);
        sealer.notifyOfCompletedCheckpoint(checkpointId);
        committer.notifyOfCompletedCheckpoint(checkpointId);
    }

    Snapshot checkpoint(long checkpointId) throws Exception {
        Snapshot snapshot = barrier(checkpointId);
        complete(checkpointId);
        return snapshot;
    }

    void endInput() throws Exception {
        writer.endInput();
        move(writer, sealer);
        sealer.endInput();
        move(sealer, committer);
        committer.endInput();
    }

    long recordsSent() {
        return writer.getOperator()
                .getMetricGroup()
                .getIOMetricGroup()
                .getNumRecordsOutCounter()
                .getCount();
    }

    long bytesSent() {
        return writer.getOperator()
                .getMetricGroup()
                .getIOMetricGroup()
                .getNumBytesOutCounter()
                .getCount();
    }

    private static <T> void move(
            OneInputStreamOperatorTestHarness<?, T> from,
            OneInputStreamOperatorTestHarness<T, ?> to)
            throws Exception {
        for (T message : from.extractOutputValues()) {
            to.processElement(new StreamRecord<>(message));
        }
        from.getOutput().clear();
    }

    /** Ends the start as a failure does. */
    @Override
    public void close() throws IOException {
        try {
            IOUtils.closeAll(writer, sealer, committer);
        } catch (Exception e) { // What the harnesses declare.
            throw new IOException("the start did not end well", e);
        }
    }
}
