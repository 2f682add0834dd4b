package io.persist.flink.sink;

import io.persist.batch.HollowBatch;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.client.SinkTime;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.shard.PartIds;
import io.persist.shard.WriterLine;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * Stages the records of one subtask: encodes them as they come, uploads full parts in the
 * background, and hands over at most one batch per checkpoint. Everything is staged at time 0, or
 * at the records' own times; the commit moves the times up to the shard's upper.
 *
 * <p>A writer that waits for uploads blocks its task: that is the back-pressure. Memory:
 * (outstanding parts + 1) part targets and what encoding takes.
 */
final class PersistWriter<IN, K, V>
        implements CommittingSinkWriter<IN, WriterResult>, StatefulSinkWriter<IN, WriterLine> {
    private static final Antichain STAGED_LOWER = Antichain.minimum();

    private final OpenShard<K, V> shard;
    private final PersistRecordSerializer<IN, K, V> serializer;
    private final SinkTime time;
    private final SinkWriterMetricGroup metrics;
    private final WriterLine line;
    private final PartIds partIds;
    private final UpdateCollector<K, V> collector = this::collect;
    private List<WriterLine> untoldLines;
    private @Nullable BatchBuilder<K, V> builder;

    /** Staged time of the current record, and the latest of the current batch. */
    private long recordTime;

    private long latestTime;

    /**
     * @param shard taken over: closed with the writer
     * @param lines that this writer goes on, its own first
     */
    PersistWriter(
            OpenShard<K, V> shard,
            PersistRecordSerializer<IN, K, V> serializer,
            SinkTime time,
            SinkWriterMetricGroup metrics,
            List<WriterLine> lines) {
        this.shard = shard;
        this.serializer = serializer;
        this.time = time;
        this.metrics = metrics;
        this.line = lines.get(0);
        this.untoldLines = lines;
        this.partIds = new PartIds(line, shard.writer().id().uuid());
    }

    @Override
    public void write(IN record, Context context) throws IOException, InterruptedException {
        boolean staged = false;
        try {
            recordTime = time == SinkTime.EVENT ? eventTime(record, context) : 0;
            serializer.serialize(record, collector);
            staged = true;
        } finally {
            (staged ? metrics.getNumRecordsSendCounter() : metrics.getNumRecordsSendErrorsCounter())
                    .inc();
        }
    }

    private long eventTime(IN record, Context context) throws IOException {
        Long timestamp = serializer.eventMillis(record, context.timestamp());
        if (timestamp == null) {
            throw new IOException(
                    "a record without a timestamp cannot be written at its own time: assign"
                            + " timestamps (WatermarkStrategy.withTimestampAssigner; in SQL a"
                            + " rowtime attribute, or a value in the table's 'persist_timestamp'),"
                            + " or leave 'sink.time' at 'commit'");
        }
        return Math.max(timestamp, 0);
    }

    private void collect(K key, V val, long diff) throws IOException, InterruptedException {
        if (builder == null) {
            builder = shard.writer().builder(STAGED_LOWER, partIds);
            latestTime = 0;
        }
        builder.add(key, val, recordTime, diff);
        latestTime = Math.max(latestTime, recordTime);
    }

    /** Nothing to do: the batch is finished when it is handed over, right after this. */
    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public void writeWatermark(Watermark watermark) {}

    @Override
    public Collection<WriterResult> prepareCommit() throws IOException, InterruptedException {
        WriterResult staged = builder == null ? null : finish(builder);
        if (staged == null && !untoldLines.isEmpty()) {
            staged = WriterResult.ofLines(partIds.get(), untoldLines);
        }
        untoldLines = List.of();
        return staged == null ? List.of() : List.of(staged);
    }

    /** Null if all rows have cancelled. */
    private @Nullable WriterResult finish(BatchBuilder<K, V> full)
            throws IOException, InterruptedException {
        Batch batch;
        try (BatchBuilder<K, V> finishing = full) {
            builder = null;
            batch = finishing.finish(Antichain.of(latestTime + 1));
        }
        HollowBatch hollow = batch.hollow();
        if (hollow.runs().isEmpty()) {
            batch.markConsumed();
            return null;
        }
        long bytes = batch.encodedBytes() + hollow.inlineBytes();
        metrics.getNumBytesSendCounter().inc(bytes);
        Bytes message = batch.toTransmittable();
        return new WriterResult(message, partIds.get(), hollow.len(), bytes, untoldLines);
    }

    @Override
    public List<WriterLine> snapshotState(long checkpointId) {
        return List.of(line);
    }

    /** Deletes what was uploaded and not handed over. */
    @Override
    public void close() {
        try {
            if (builder != null) {
                builder.close();
                builder = null;
            }
        } finally {
            shard.close();
        }
    }
}
