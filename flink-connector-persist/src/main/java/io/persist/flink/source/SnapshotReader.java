package io.persist.flink.source;

import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;

import java.util.Map;

/** Asks for splits, and counts what was emitted of them. */
@SuppressWarnings("try") // Its close() throws Exception, as Flink's base class declares it.
final class SnapshotReader<K, V, T>
        extends SingleThreadMultiplexSourceReaderBase<
                T, T, SnapshotSplit, SnapshotReader.Progress> {
    SnapshotReader(ShardRead<K, V, T> read, SourceReaderContext context) {
        super(
                () -> new SnapshotSplitReader<>(read),
                (record, output, progress) -> {
                    output.collect(record);
                    progress.emitted++;
                },
                context.getConfiguration(),
                context);
    }

    /** A split and how far it was emitted. */
    static final class Progress {
        private final SnapshotSplit split;
        private long emitted;

        private Progress(SnapshotSplit split) {
            this.split = split;
            this.emitted = split.emitted();
        }
    }

    @Override
    public void start() {
        if (getNumberOfCurrentlyAssignedSplits() == 0) {
            context.sendSplitRequest();
        }
    }

    @Override
    protected void onSplitFinished(Map<String, Progress> finished) {
        context.sendSplitRequest();
    }

    @Override
    protected Progress initializedState(SnapshotSplit split) {
        return new Progress(split);
    }

    @Override
    protected SnapshotSplit toSplitType(String splitId, Progress progress) {
        return progress.split.withEmitted(progress.emitted);
    }
}
