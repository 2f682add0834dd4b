package io.persist.flink.sink;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/** Passes rows on, and lets the test see, hold and fail its task at each step. */
final class Station extends RichMapFunction<String, String>
        implements CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1L;

    /** What a task has come to. */
    enum Moment {
        OPEN,
        ROW,
        /** The barrier has left the task, if the sink's writer is chained to the station. */
        BARRIER,
        COMPLETE,
        CLOSE
    }

    /**
     * A step of one task.
     *
     * @param row at {@link Moment#ROW}, else empty
     * @param checkpointId at {@link Moment#BARRIER} and {@link Moment#COMPLETE}, else 0
     */
    record Step(String station, int subtask, Moment moment, String row, long checkpointId) {}

    /** Called by the task, which fails if this does. */
    interface Script {
        void at(Step step) throws Exception;
    }

    private final String lab;
    private final String name;

    Station(String lab, String name) {
        this.lab = lab;
        this.name = name;
    }

    private void reach(Moment moment, String row, long checkpointId) throws Exception {
        int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        SinkLab.of(lab).reach(new Step(name, subtask, moment, row, checkpointId));
    }

    @Override
    public void open(OpenContext context) throws Exception {
        reach(Moment.OPEN, "", 0);
    }

    @Override
    public String map(String row) throws Exception {
        reach(Moment.ROW, row, 0);
        return row;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        reach(Moment.BARRIER, "", context.getCheckpointId());
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        reach(Moment.COMPLETE, "", checkpointId);
    }

    @Override
    public void close() throws Exception {
        reach(Moment.CLOSE, "", 0);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {}
}
