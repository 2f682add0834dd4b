package io.persist.flink.sink;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Passes rows on, and fails its task at planned moments, once each. */
final class Sabotage implements MapFunction<Long, Long>, CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1L;

    /** When a task fails, seen from a row. */
    enum Moment {
        /** At the row. */
        AT_ROW,
        /** While the first checkpoint after the row is taken. */
        IN_SNAPSHOT,
        /** When that checkpoint is complete, which is when the sink commits it. */
        AT_COMPLETION
    }

    record Failure(long row, Moment moment) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private final List<Failure> plan;
    private final String markers;
    private final List<Failure> armed = new ArrayList<>();

    /**
     * @param markers directory that remembers, over restarts, what has happened
     */
    Sabotage(List<Failure> plan, String markers) {
        this.plan = new ArrayList<>(plan);
        this.markers = markers;
    }

    @Override
    public Long map(Long row) throws IOException {
        for (Failure failure : plan) {
            if (failure.row == row) {
                armed.add(failure);
            }
        }
        fail(Moment.AT_ROW);
        return row;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws IOException {
        fail(Moment.IN_SNAPSHOT);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws IOException {
        fail(Moment.AT_COMPLETION);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {}

    private void fail(Moment moment) throws IOException {
        for (Failure failure : List.copyOf(armed)) {
            if (failure.moment == moment) {
                armed.remove(failure);
                try {
                    Files.createFile(Path.of(markers, failure.row + "-" + moment));
                } catch (FileAlreadyExistsException e) {
                    continue;
                }
                throw new IOException("injected failure " + failure);
            }
        }
    }
}
