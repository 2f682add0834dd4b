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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns the generator's numbers into changes, and remembers how far each lane has come, to say so
 * when the job is drained. After rescaling it may remember a lane that another subtask goes on: the
 * furthest end of a lane counts.
 */
final class LaneChanges extends AbstractStreamOperator<Row>
        implements OneInputStreamOperator<Long, Row>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final TreeMap<Integer, Long> counts = new TreeMap<>();
    private transient @Nullable ListState<long[]> state;

    @Override
    public void processElement(StreamRecord<Long> element) {
        long index = element.getValue();
        int lane = (int) (index / Lane.LENGTH);
        long number = index % Lane.LENGTH;
        Lane.changes(lane, number).forEach(row -> output.collect(new StreamRecord<>(row)));
        counts.put(lane, number + 1);
    }

    @Override
    public void endInput() {
        counts.forEach((lane, count) -> output.collect(new StreamRecord<>(Lane.end(lane, count))));
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
            counts.merge((int) entry[0], entry[1], Math::max);
        }
        state = restored;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<long[]> entries = new ArrayList<>();
        for (Map.Entry<Integer, Long> lane : counts.entrySet()) {
            entries.add(new long[] {lane.getKey(), lane.getValue()});
        }
        if (state != null) {
            state.update(entries);
        }
    }
}
