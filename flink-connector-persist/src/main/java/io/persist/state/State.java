package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.store.SeqNo;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All metadata of a shard at one seqno. Immutable; changed by the commands of this package, which
 * return a {@link Transition}.
 *
 * @param applierVersion label of the state, a version
 * @param walltimeMillis writer's clock, above that of the predecessor
 * @param hostname of the client that wrote it
 * @param lastGcReq garbage collection was asked for up to here
 * @param unknown fields of a newer peer at the top level, serialized
 */
public record State(
        ShardId shard,
        SeqNo seqno,
        String applierVersion,
        long walltimeMillis,
        String hostname,
        CodecNames codecs,
        SeqNo lastGcReq,
        @Nullable ActiveWork activeRollup,
        @Nullable ActiveWork activeGc,
        SortedMap<SeqNo, HollowRollup> rollups,
        SortedMap<LeasedReaderId, LeasedReaderState> leasedReaders,
        SortedMap<CriticalReaderId, CriticalReaderState> criticalReaders,
        SortedMap<WriterId, WriterState> writers,
        SortedMap<SchemaId, EncodedSchemas> schemas,
        Trace trace,
        Bytes unknown) {
    public State {
        rollups = Collections.unmodifiableSortedMap(new TreeMap<>(rollups));
        leasedReaders = Collections.unmodifiableSortedMap(new TreeMap<>(leasedReaders));
        criticalReaders = Collections.unmodifiableSortedMap(new TreeMap<>(criticalReaders));
        writers = Collections.unmodifiableSortedMap(new TreeMap<>(writers));
        schemas = Collections.unmodifiableSortedMap(new TreeMap<>(schemas));
    }

    public Antichain since() {
        return trace.since();
    }

    /** Upper of the newest batch; {@code [0]} if there is none. */
    public Antichain upper() {
        return trace.upper();
    }

    /** All batches, oldest first. */
    public List<HollowBatch> batches() {
        return trace.batches();
    }

    public State withWriters(SortedMap<WriterId, WriterState> other) {
        return new State(
                shard,
                seqno,
                applierVersion,
                walltimeMillis,
                hostname,
                codecs,
                lastGcReq,
                activeRollup,
                activeGc,
                rollups,
                leasedReaders,
                criticalReaders,
                other,
                schemas,
                trace,
                unknown);
    }
}
