package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.state.spine.Trace;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;
import io.persist.store.Version;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private static final Version FIRST_WITH_CLAIMS = Version.parse("26.0.0");

    public State {
        rollups = Collections.unmodifiableSortedMap(new TreeMap<>(rollups));
        leasedReaders = Collections.unmodifiableSortedMap(new TreeMap<>(leasedReaders));
        criticalReaders = Collections.unmodifiableSortedMap(new TreeMap<>(criticalReaders));
        writers = Collections.unmodifiableSortedMap(new TreeMap<>(writers));
        schemas = Collections.unmodifiableSortedMap(new TreeMap<>(schemas));
    }

    /**
     * The first state of a shard, which lists its own rollup.
     *
     * @param rollup of seqno 0 or 1, which the state gets too
     * @param label version that peers must be able to read
     */
    public static State initial(
            ShardId shard,
            CodecNames codecs,
            RollupKey rollup,
            String label,
            String hostname,
            long nowMillis) {
        SeqNo seqno = rollup.seqno();
        return new State(
                shard,
                seqno,
                label,
                nowMillis,
                hostname,
                codecs,
                new SeqNo(0),
                null,
                null,
                new TreeMap<>(Map.of(seqno, new HollowRollup(rollup, null, Bytes.EMPTY))),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                Trace.INITIAL,
                Bytes.EMPTY);
    }

    /**
     * What a commit starts from: this state with the next seqno and a later wall time. Commands are
     * given this, so that they know the seqno they will be committed at.
     */
    public State successor(String newHostname, long nowMillis) {
        return toBuilder()
                .seqno(seqno.next())
                .hostname(newHostname)
                .walltimeMillis(Math.max(nowMillis, walltimeMillis + 1))
                .trace(trace.asStructured())
                .build();
    }

    /**
     * Whether the peers are of the 26 generation, by the label: they know claims on compactions,
     * rollups and garbage collections, and older ones abort on them.
     */
    public boolean peersKnowClaims() {
        try {
            return Version.parse(applierVersion).compareTo(FIRST_WITH_CLAIMS) >= 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
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

    /**
     * The newest rollup listed.
     *
     * @throws IllegalStateException if there is none; every state has one
     */
    public HollowRollup latestRollup() {
        return Objects.requireNonNull(rollups.get(latestRollupSeqno()));
    }

    /**
     * Seqno of the newest rollup listed.
     *
     * @throws IllegalStateException if there is none; every state has one
     */
    public SeqNo latestRollupSeqno() {
        if (rollups.isEmpty()) {
            throw new IllegalStateException("shard " + shard + " at " + seqno + " has no rollup");
        }
        return rollups.lastKey();
    }

    /** Blobs of states at or after it must be kept: the least hold of a leased reader, or now. */
    public SeqNo seqnoSince() {
        SeqNo since = seqno;
        for (LeasedReaderState reader : leasedReaders.values()) {
            since = reader.seqno().compareTo(since) < 0 ? reader.seqno() : since;
        }
        return since;
    }

    /** Closed for good: nothing to read, to write, or anybody who could. */
    public boolean isTombstone() {
        return since().isEmpty()
                && upper().isEmpty()
                && writers.isEmpty()
                && leasedReaders.isEmpty()
                && criticalReaders.isEmpty();
    }

    /**
     * The state after one more entry of the log; this state if it has that seqno already.
     *
     * @throws CorruptDataException if the entry does not follow this state, or expects another
     *     value than is there; the message names shard, seqno, field, key, expected and found
     */
    public State apply(StateDiff diff) throws CorruptDataException {
        if (seqno.equals(diff.to())) {
            return this;
        }
        if (!seqno.equals(diff.from()) || diff.to().compareTo(diff.from()) <= 0) {
            throw new CorruptDataException(
                    "shard "
                            + shard
                            + " at "
                            + seqno
                            + ": state diff from "
                            + diff.from()
                            + " to "
                            + diff.to()
                            + " does not follow");
        }
        return new DiffApplication(this, diff).run();
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    public State withWriters(SortedMap<WriterId, WriterState> other) {
        return toBuilder().writers(other).build();
    }

    /** Makes a changed copy. */
    public static final class Builder {
        private final ShardId shard;
        private SeqNo seqno;
        private String applierVersion;
        private long walltimeMillis;
        private String hostname;
        private final CodecNames codecs;
        private SeqNo lastGcReq;
        private @Nullable ActiveWork activeRollup;
        private @Nullable ActiveWork activeGc;
        private SortedMap<SeqNo, HollowRollup> rollups;
        private SortedMap<LeasedReaderId, LeasedReaderState> leasedReaders;
        private SortedMap<CriticalReaderId, CriticalReaderState> criticalReaders;
        private SortedMap<WriterId, WriterState> writers;
        private SortedMap<SchemaId, EncodedSchemas> schemas;
        private Trace trace;
        private final Bytes unknown;

        private Builder(State state) {
            shard = state.shard;
            seqno = state.seqno;
            applierVersion = state.applierVersion;
            walltimeMillis = state.walltimeMillis;
            hostname = state.hostname;
            codecs = state.codecs;
            lastGcReq = state.lastGcReq;
            activeRollup = state.activeRollup;
            activeGc = state.activeGc;
            rollups = state.rollups;
            leasedReaders = state.leasedReaders;
            criticalReaders = state.criticalReaders;
            writers = state.writers;
            schemas = state.schemas;
            trace = state.trace;
            unknown = state.unknown;
        }

        public Builder seqno(SeqNo value) {
            seqno = value;
            return this;
        }

        public Builder applierVersion(String value) {
            applierVersion = value;
            return this;
        }

        public Builder walltimeMillis(long value) {
            walltimeMillis = value;
            return this;
        }

        public Builder hostname(String value) {
            hostname = value;
            return this;
        }

        public Builder lastGcReq(SeqNo value) {
            lastGcReq = value;
            return this;
        }

        public Builder activeRollup(@Nullable ActiveWork value) {
            activeRollup = value;
            return this;
        }

        public Builder activeGc(@Nullable ActiveWork value) {
            activeGc = value;
            return this;
        }

        public Builder rollups(SortedMap<SeqNo, HollowRollup> value) {
            rollups = value;
            return this;
        }

        public Builder leasedReaders(SortedMap<LeasedReaderId, LeasedReaderState> value) {
            leasedReaders = value;
            return this;
        }

        public Builder criticalReaders(SortedMap<CriticalReaderId, CriticalReaderState> value) {
            criticalReaders = value;
            return this;
        }

        public Builder writers(SortedMap<WriterId, WriterState> value) {
            writers = value;
            return this;
        }

        public Builder schemas(SortedMap<SchemaId, EncodedSchemas> value) {
            schemas = value;
            return this;
        }

        public Builder trace(Trace value) {
            trace = value;
            return this;
        }

        public State build() {
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
                    writers,
                    schemas,
                    trace,
                    unknown);
        }
    }
}
