package io.persist.flink.source;

import io.persist.client.PersistLocation;
import io.persist.codec.ShardId;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageUtils;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/**
 * The contents of one shard at one time, as a bounded source.
 *
 * <p>The time is fixed when the job first starts and kept through restarts. A key and value of
 * multiplicity n are emitted n times. Rows come in one deterministic order, and a restarted job
 * goes on behind the last one emitted before the checkpoint. The job fails, naming shard, time,
 * since and upper, if the time cannot be read, and if the shard does not exist.
 */
public final class PersistSource<T>
        implements Source<T, SnapshotSplit, SnapshotPlan>,
                ResultTypeQueryable<T>,
                LineageVertexProvider {
    private static final long serialVersionUID = 1L;

    private final ShardRead<?, ?, T> read;
    private final @Nullable Long asOf;

    private PersistSource(ShardRead<?, ?, T> read, @Nullable Long asOf) {
        this.read = read;
        this.asOf = asOf;
    }

    public static <K, V, T> Builder<K, V, T> builder(UpdateDeserializer<K, V, T> deserializer) {
        return new Builder<>(deserializer);
    }

    /** Collects what is read; location and shard are required. */
    public static final class Builder<K, V, T> {
        private final UpdateDeserializer<K, V, T> deserializer;
        private @Nullable PersistLocation location;
        private @Nullable ShardId shard;
        private @Nullable Long asOf;

        private Builder(UpdateDeserializer<K, V, T> deserializer) {
            this.deserializer = deserializer;
        }

        /** Where shards live; see {@link PersistLocation#parse}. */
        public Builder<K, V, T> path(String path) {
            return location(PersistLocation.parse(path));
        }

        public Builder<K, V, T> location(PersistLocation value) {
            location = value;
            return this;
        }

        public Builder<K, V, T> shard(ShardId value) {
            shard = value;
            return this;
        }

        /**
         * The time to read at, unsigned, in the shard's own times: milliseconds for shards of the
         * connector. Default: the newest that is complete when the job starts.
         */
        public Builder<K, V, T> asOf(long value) {
            asOf = value;
            return this;
        }

        public PersistSource<T> build() {
            PersistLocation at = Objects.requireNonNull(location, "location");
            ShardId id = Objects.requireNonNull(shard, "shard");
            return new PersistSource<>(
                    new ShardRead<>(at.blob(), at.consensus(), id.toString(), deserializer), asOf);
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SplitEnumerator<SnapshotSplit, SnapshotPlan> createEnumerator(
            SplitEnumeratorContext<SnapshotSplit> context) {
        return restoreEnumerator(context, new SnapshotPlan(null, List.of()));
    }

    @Override
    public SplitEnumerator<SnapshotSplit, SnapshotPlan> restoreEnumerator(
            SplitEnumeratorContext<SnapshotSplit> context, SnapshotPlan plan) {
        return new SnapshotEnumerator(read, asOf, plan, context);
    }

    @Override
    public SourceReader<T, SnapshotSplit> createReader(SourceReaderContext context) {
        return new SnapshotReader<>(read, context);
    }

    @Override
    public SimpleVersionedSerializer<SnapshotSplit> getSplitSerializer() {
        return new SnapshotSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<SnapshotPlan> getEnumeratorCheckpointSerializer() {
        return new SnapshotPlanSerializer();
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return read.deserializer().getProducedType();
    }

    @Override
    public LineageVertex getLineageVertex() {
        LineageDataset dataset = LineageUtils.datasetOf(read.shardId(), read.blob(), List.of());
        return LineageUtils.sourceLineageVertexOf(Boundedness.BOUNDED, dataset);
    }
}
