package io.persist.e2e.chaos;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns the generator's numbers into changes, and remembers how far each lane has come, to say so
 * when the job is drained, or when it is made to go on from an old snapshot. After rescaling it may
 * remember a lane that another subtask goes on: the furthest mark of a lane counts. A lane that was
 * drained and goes on says where it ends once more.
 *
 * <p>It fails when it finds a certain file, which it deletes.
 */
final class LaneChanges extends AbstractStreamOperator<Row>
        implements OneInputStreamOperator<Long, Row>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private static final long NUMBERS_PER_LOOK = 32;

    /** What is emitted. */
    enum Form {
        /** {@link Lane#changes}. */
        ROWS,
        /** {@link Lane#slotChanges}. */
        SLOTS
    }

    private final Form form;
    private final int firstLane;
    private final int generation;
    private final String failure;

    private final TreeMap<Integer, Progress> lanes = new TreeMap<>();
    private boolean marked;
    private long seen;
    private transient @Nullable ListState<long[]> state;

    /**
     * @param generation how often the job was made to go on from an old snapshot
     * @param failure name of the file
     */
    LaneChanges(Form form, int firstLane, int generation, Path failure) {
        this.form = form;
        this.firstLane = firstLane;
        this.generation = generation;
        this.failure = failure.toString();
    }

    /**
     * @param generation that has come so far
     * @param end count when the lane last said that it ended; it may have gone on since
     */
    private record Progress(long count, int generation, long end) implements java.io.Serializable {
        private static final long serialVersionUID = 1L;

        static final long NO_END = -1;

        Progress at(long number) {
            return new Progress(number, generation, end);
        }

        Progress further(Progress other) {
            if (count == other.count) {
                return end >= other.end ? this : other;
            }
            return count > other.count ? this : other;
        }
    }

    @Override
    public void processElement(StreamRecord<Long> element) throws IOException {
        if (seen++ % NUMBERS_PER_LOOK == 0 && Files.deleteIfExists(Path.of(failure))) {
            throw new IllegalStateException("told to fail by " + failure);
        }
        markStarts();
        long index = element.getValue();
        int lane = firstLane + (int) (index / Lane.LENGTH);
        long number = index % Lane.LENGTH;
        (form == Form.ROWS ? Lane.changes(lane, number) : Lane.slotChanges(lane, number))
                .forEach(row -> output.collect(new StreamRecord<>(row)));
        lanes.merge(
                lane,
                new Progress(number + 1, generation, Progress.NO_END),
                (before, now) -> before.at(now.count));
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        markStarts();
    }

    @Override
    public void endInput() {
        markStarts();
        lanes.replaceAll(
                (lane, progress) -> {
                    if (progress.end != progress.count) {
                        emit(lane, new Lane.Mark(generation, Lane.Mark.Kind.END, progress.count));
                    }
                    return new Progress(progress.count, generation, progress.count);
                });
    }

    /** Says, once, where the lanes of an older generation are made to begin. */
    private void markStarts() {
        if (marked) {
            return;
        }
        marked = true;
        lanes.replaceAll(
                (lane, progress) -> {
                    if (progress.generation == generation) {
                        return progress;
                    }
                    emit(lane, new Lane.Mark(generation, Lane.Mark.Kind.START, progress.count));
                    return new Progress(progress.count, generation, Progress.NO_END);
                });
    }

    private void emit(int lane, Lane.Mark mark) {
        output.collect(new StreamRecord<>(form == Form.ROWS ? mark.row(lane) : mark.slotRow(lane)));
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        ListState<long[]> restored =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "counts",
                                        PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        for (long[] entry : restored.get()) {
            lanes.merge(
                    (int) entry[0],
                    new Progress(entry[1], (int) entry[2], entry[3]),
                    Progress::further);
        }
        state = restored;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<long[]> entries = new ArrayList<>();
        for (Map.Entry<Integer, Progress> lane : lanes.entrySet()) {
            Progress progress = lane.getValue();
            entries.add(
                    new long[] {lane.getKey(), progress.count, progress.generation, progress.end});
        }
        if (state != null) {
            state.update(entries);
        }
    }
}
