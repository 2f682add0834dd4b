package io.persist.state.encoding;

import static io.persist.state.encoding.SliceEncoding.bytes;
import static io.persist.state.encoding.SliceEncoding.require;

import com.google.protobuf.InvalidProtocolBufferException;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.state.CodecNames;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaderState;
import io.persist.state.EncodedSchemas;
import io.persist.state.HollowRollup;
import io.persist.state.LeasedReaderId;
import io.persist.state.LeasedReaderState;
import io.persist.state.State;
import io.persist.state.WriterId;
import io.persist.state.WriterState;
import io.persist.state.proto.ProtoActiveGc;
import io.persist.state.proto.ProtoActiveRollup;
import io.persist.state.proto.ProtoCriticalReaderEntry;
import io.persist.state.proto.ProtoDeprecatedRollupEntry;
import io.persist.state.proto.ProtoHollowRollup;
import io.persist.state.proto.ProtoInlinedDiffs;
import io.persist.state.proto.ProtoLeasedReaderEntry;
import io.persist.state.proto.ProtoRollup;
import io.persist.state.proto.ProtoRollupEntry;
import io.persist.state.proto.ProtoSchemaEntry;
import io.persist.state.proto.ProtoVersionedData;
import io.persist.state.proto.ProtoWriterEntry;
import io.persist.state.spine.Trace;
import io.persist.store.SeqNo;
import io.persist.store.Versioned;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Rollups as protobuf. */
public final class RollupEncoding {
    private RollupEncoding() {}

    public static Bytes encode(Rollup rollup) {
        State state = rollup.state();
        ProtoRollup.Builder proto =
                ProtoRollup.newBuilder()
                        .setShardId(state.shard().toString())
                        .setKeyCodec(state.codecs().key())
                        .setValCodec(state.codecs().val())
                        .setTsCodec(state.codecs().time())
                        .setDiffCodec(state.codecs().diff())
                        .setSeqno(state.seqno().value())
                        .setTrace(TraceEncoding.toProto(state.trace().flatten()))
                        .setLastGcReq(state.lastGcReq().value())
                        .setApplierVersion(state.applierVersion())
                        .setHostname(state.hostname())
                        .setWalltimeMs(state.walltimeMillis());
        putMaps(proto, state);
        if (state.activeRollup() != null) {
            proto.setActiveRollup(SliceEncoding.toProto(state.activeRollup()));
        }
        if (state.activeGc() != null) {
            ProtoActiveRollup gc = SliceEncoding.toProto(state.activeGc());
            proto.setActiveGc(
                    ProtoActiveGc.newBuilder()
                            .setSeqno(gc.getSeqno())
                            .setStartMs(gc.getStartMs())
                            .setUnknownFields(gc.getUnknownFields()));
        }
        Rollup.InlinedDiffs diffs = rollup.diffs();
        if (diffs != null) {
            proto.setDiffs(toProto(diffs));
        }
        return Bytes.takeArray(SliceEncoding.merge(proto, state.unknown()).build().toByteArray());
    }

    private static void putMaps(ProtoRollup.Builder proto, State state) {
        state.rollups()
                .forEach(
                        (seqno, rollup) ->
                                proto.addRollups(
                                        ProtoRollupEntry.newBuilder()
                                                .setKey(seqno.value())
                                                .setValue(SliceEncoding.toProto(rollup))));
        state.leasedReaders()
                .forEach(
                        (id, reader) ->
                                proto.addLeasedReaders(
                                        ProtoLeasedReaderEntry.newBuilder()
                                                .setKey(id.toString())
                                                .setValue(SliceEncoding.toProto(reader))));
        state.criticalReaders()
                .forEach(
                        (id, reader) ->
                                proto.addCriticalReaders(
                                        ProtoCriticalReaderEntry.newBuilder()
                                                .setKey(id.toString())
                                                .setValue(SliceEncoding.toProto(reader))));
        state.writers()
                .forEach(
                        (id, writer) ->
                                proto.addWriters(
                                        ProtoWriterEntry.newBuilder()
                                                .setKey(id.toString())
                                                .setValue(SliceEncoding.toProto(writer))));
        state.schemas()
                .forEach(
                        (id, schemas) -> {
                            ProtoSchemaEntry.Builder entry =
                                    ProtoSchemaEntry.newBuilder().setKey(id.value());
                            var value = SliceEncoding.toProto(schemas);
                            // A value that is empty as a whole is left out, like every default.
                            if (value.getSerializedSize() > 0) {
                                entry.setValue(value);
                            }
                            proto.addSchemas(entry);
                        });
    }

    private static ProtoInlinedDiffs toProto(Rollup.InlinedDiffs diffs) {
        ProtoInlinedDiffs.Builder proto =
                ProtoInlinedDiffs.newBuilder()
                        .setLower(diffs.lower().value())
                        .setUpper(diffs.upper().value());
        diffs.entries()
                .forEach(
                        entry ->
                                proto.addDiffs(
                                        ProtoVersionedData.newBuilder()
                                                .setSeqno(entry.seqno().value())
                                                .setData(bytes(entry.data()))));
        return proto.build();
    }

    /**
     * @throws CorruptDataException if it is no rollup, or one that peers abort on
     */
    public static Rollup decode(Bytes blob) throws CorruptDataException {
        try {
            ProtoRollup proto = ProtoRollup.parseFrom(blob.asByteBuffer());
            State state = state(proto);
            return new Rollup(state, proto.hasDiffs() ? diffs(proto.getDiffs(), state) : null);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new CorruptDataException("expected a rollup: " + e.getMessage(), e);
        }
    }

    private static State state(ProtoRollup proto) throws CorruptDataException {
        require(proto.hasTrace(), proto.getTrace(), "rollup", "trace");
        return new State(
                ShardId.parse(proto.getShardId()),
                new SeqNo(proto.getSeqno()),
                proto.getApplierVersion(),
                proto.getWalltimeMs(),
                proto.getHostname(),
                new CodecNames(
                        proto.getKeyCodec(),
                        proto.getValCodec(),
                        proto.getTsCodec(),
                        proto.getDiffCodec()),
                new SeqNo(proto.getLastGcReq()),
                proto.hasActiveRollup() ? SliceEncoding.fromProto(proto.getActiveRollup()) : null,
                proto.hasActiveGc()
                        ? SliceEncoding.ACTIVE_WORK.decode(proto.getActiveGc().toByteString())
                        : null,
                rollups(proto),
                leasedReaders(proto),
                criticalReaders(proto),
                writers(proto),
                schemas(proto),
                Trace.unflatten(TraceEncoding.fromProto(proto.getTrace())),
                SliceEncoding.unknown(proto));
    }

    private static SortedMap<SeqNo, HollowRollup> rollups(ProtoRollup proto) {
        SortedMap<SeqNo, HollowRollup> rollups = new TreeMap<>();
        for (ProtoDeprecatedRollupEntry entry : proto.getDeprecatedRollupsList()) {
            rollups.put(
                    new SeqNo(entry.getKey()), SliceEncoding.rollupWithoutSize(entry.getValue()));
        }
        for (ProtoRollupEntry entry : proto.getRollupsList()) {
            ProtoHollowRollup rollup = entry.getValue();
            rollups.put(new SeqNo(entry.getKey()), SliceEncoding.fromProto(rollup));
        }
        return rollups;
    }

    private static SortedMap<LeasedReaderId, LeasedReaderState> leasedReaders(ProtoRollup proto)
            throws CorruptDataException {
        SortedMap<LeasedReaderId, LeasedReaderState> readers = new TreeMap<>();
        for (ProtoLeasedReaderEntry entry : proto.getLeasedReadersList()) {
            readers.put(
                    LeasedReaderId.parse(entry.getKey()),
                    SliceEncoding.fromProto(entry.getValue()));
        }
        return readers;
    }

    private static SortedMap<CriticalReaderId, CriticalReaderState> criticalReaders(
            ProtoRollup proto) throws CorruptDataException {
        SortedMap<CriticalReaderId, CriticalReaderState> readers = new TreeMap<>();
        for (ProtoCriticalReaderEntry entry : proto.getCriticalReadersList()) {
            readers.put(
                    CriticalReaderId.parse(entry.getKey()),
                    SliceEncoding.fromProto(entry.getValue()));
        }
        return readers;
    }

    private static SortedMap<WriterId, WriterState> writers(ProtoRollup proto)
            throws CorruptDataException {
        SortedMap<WriterId, WriterState> writers = new TreeMap<>();
        for (ProtoWriterEntry entry : proto.getWritersList()) {
            writers.put(WriterId.parse(entry.getKey()), SliceEncoding.fromProto(entry.getValue()));
        }
        return writers;
    }

    private static SortedMap<SchemaId, EncodedSchemas> schemas(ProtoRollup proto) {
        SortedMap<SchemaId, EncodedSchemas> schemas = new TreeMap<>();
        for (ProtoSchemaEntry entry : proto.getSchemasList()) {
            schemas.put(new SchemaId(entry.getKey()), SliceEncoding.fromProto(entry.getValue()));
        }
        return schemas;
    }

    private static Rollup.InlinedDiffs diffs(ProtoInlinedDiffs proto, State state)
            throws CorruptDataException {
        SeqNo lower = new SeqNo(proto.getLower());
        SeqNo upper = new SeqNo(proto.getUpper());
        if (state.rollups().isEmpty()
                || !lower.equals(state.latestRollupSeqno().next())
                || !upper.equals(state.seqno().next())) {
            throw new CorruptDataException(
                    "rollup of "
                            + state.seqno()
                            + " with diffs from "
                            + lower
                            + " to "
                            + upper
                            + ", expected from the seqno after the newest of rollups "
                            + state.rollups().keySet()
                            + " to the one after the state's");
        }
        List<Versioned> entries = new ArrayList<>();
        for (ProtoVersionedData entry : proto.getDiffsList()) {
            entries.add(new Versioned(new SeqNo(entry.getSeqno()), bytes(entry.getData())));
        }
        return new Rollup.InlinedDiffs(lower, upper, entries);
    }
}
