package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.flink.sink.LaneSource.Feed;
import io.persist.testing.Gate;

import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.InputStateHandle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Jobs whose stores do not keep up. */
class SinkBackPressureITCase extends LabCase {
    private static final int WRITERS = 2;
    private static final int OUTSTANDING = 2;
    private static final int TARGET_BYTES = 64 << 10;
    private static final int ROW_BYTES = 5_000;

    /** Many times what fits into the parts of a writer and the network buffers before it. */
    private static final int ROWS = 600;

    private Feed feed;

    @BeforeEach
    void openFeed() {
        feed = lab.addFeed("a", WRITERS, ROW_BYTES);
    }

    private LabJob.Plan plan(boolean unaligned) {
        return plan().parallelism(WRITERS).with(CheckpointingOptions.ENABLE_UNALIGNED, unaligned);
    }

    @Override
    PersistSink<String> sink() {
        return lab.wired(lab.sink().partTargetBytes(TARGET_BYTES).maxOutstandingParts(OUTSTANDING));
    }

    /** Starts a job whose writers wait for uploads that are held. */
    private LabJob startHeld(LabJob.Plan plan, Gate uploads, Gate rows) throws Exception {
        // Parts on their way and the one that fills, each twice while columns grow.
        lab.offHeapLimit((OUTSTANDING + 1) * 4L * TARGET_BYTES);
        lab.stores(
                request -> {
                    if (request.isUpload()) {
                        uploads.pass();
                    }
                });
        lab.stations(
                step -> {
                    if (step.moment() == Station.Moment.ROW) {
                        rows.note();
                    }
                });
        LabJob job = plan.sourceApart().start(feed, sink()).awaitRunning();
        feed.allowAll(ROWS);
        lab.stalls().awaitArrivals(WRITERS);
        uploads.awaitWaiting(WRITERS * OUTSTANDING);
        return job;
    }

    @ParameterizedTest(name = "slow store, unaligned {0}")
    @ValueSource(booleans = {false, true})
    void writersWaitWithinTheirMemoryAndCheckpointsPassOnceTheStoreGoesOn(boolean unaligned)
            throws Exception {
        Gate uploads = new Gate();
        Gate rows = new Gate();
        LabJob job = startHeld(plan(unaligned), uploads, rows);
        int partRows = TARGET_BYTES / ROW_BYTES + 1;
        assertThat(rows.arrivals()).isLessThanOrEqualTo(WRITERS * (OUTSTANDING + 1) * partRows);

        CompletableFuture<String> checkpoint = job.beginCheckpoint();
        assertThat(uploads.mostWaiting()).isEqualTo(WRITERS * OUTSTANDING);
        assertThat(lab.commits()).isZero();
        uploads.open();
        LabJob.get(checkpoint);
        feed.endAll();
        job.finish();
        lab.assertHolds(feed.rows());
        assertThat(job.attempts()).isEqualTo(1);
    }

    @Test
    void restoreFromAnUnalignedCheckpointThatKeptRowsBeforeTheWriters() throws Exception {
        Gate uploads = new Gate();
        LabJob job = startHeld(plan(true), uploads, new Gate());
        CompletableFuture<String> checkpoint = job.beginCheckpoint();
        uploads.open();
        String retained = LabJob.get(checkpoint);
        assertThat(bytesInFlight(retained)).isPositive();
        job.cancel();

        feed.endAll();
        LabJob restored =
                plan(true).sourceApart().parallelism(WRITERS).from(retained).start(feed, sink());
        restored.finish();
        lab.assertHolds(feed.rows());
        lab.assertNothingLeaked();
    }

    /** Rows that a checkpoint took from between the tasks. */
    private static long bytesInFlight(String checkpoint) throws IOException {
        Path metadata = new Path(checkpoint, "_metadata");
        try (DataInputStream in = new DataInputStream(metadata.getFileSystem().open(metadata))) {
            CheckpointMetadata read =
                    Checkpoints.loadCheckpointMetadata(
                            in, SinkBackPressureITCase.class.getClassLoader(), checkpoint);
            long bytes = 0;
            for (OperatorState operator : read.getOperatorStates()) {
                for (OperatorSubtaskState subtask : operator.getStates()) {
                    for (InputStateHandle channel : subtask.getInputChannelState()) {
                        bytes += channel.getStateSize();
                    }
                }
            }
            return bytes;
        }
    }

    @ParameterizedTest(name = "slow commit, unaligned {0}")
    @ValueSource(booleans = {false, true})
    void barriersPassTheWritersWhileACommitIsHeld(boolean unaligned) throws Exception {
        // Flink allows one at a time if unaligned.
        int during = unaligned ? 1 : 3;
        Gate commits = new Gate();
        Gate barriers = new Gate();
        Gate rows = new Gate();
        lab.stores(
                request -> {
                    if (request.isCommit()) {
                        commits.pass();
                    }
                });
        lab.stations(
                step -> {
                    if (step.moment() == Station.Moment.BARRIER) {
                        barriers.note();
                    } else if (step.moment() == Station.Moment.ROW) {
                        rows.note();
                    }
                });
        LabJob job =
                plan(unaligned)
                        .with(CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS, during)
                        .start(feed, sink());
        feed.allowAll(1);
        job.checkpoint();
        commits.awaitWaiting(1);
        barriers.awaitArrivals(WRITERS);

        List<Map<String, Long>> expected = new ArrayList<>(List.of(feed.rows()));
        List<CompletableFuture<String>> checkpoints = new ArrayList<>();
        for (int i = 1; i <= during; i++) {
            feed.allowAll(1 + i);
            rows.awaitArrivals(WRITERS * (1 + i));
            checkpoints.add(job.beginCheckpoint());
            barriers.awaitArrivals(WRITERS * (1 + i));
            expected.add(feed.rows());
        }
        assertThat(checkpoints).noneMatch(CompletableFuture::isDone);
        assertThat(lab.site().contents()).isEmpty();
        commits.open();
        // The others may complete after it, and count as subsumed then.
        LabJob.get(checkpoints.get(during - 1));
        lab.awaitRows(feed.rows());
        job.cancel();
        lab.assertHeld(expected);
        assertThat(job.attempts()).isEqualTo(1);
    }
}
