package io.persist.state.encoding;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;

import io.persist.batch.HollowBatch;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.proto.ProtoHollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.part.DescriptionEncoding;
import io.persist.part.proto.ProtoU64Antichain;
import io.persist.state.ActiveWork;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaderState;
import io.persist.state.EncodedSchemas;
import io.persist.state.HandleDebug;
import io.persist.state.HollowRollup;
import io.persist.state.IdempotencyToken;
import io.persist.state.LeasedReaderId;
import io.persist.state.LeasedReaderState;
import io.persist.state.WriterId;
import io.persist.state.WriterState;
import io.persist.state.proto.ProtoActiveRollup;
import io.persist.state.proto.ProtoCriticalReaderState;
import io.persist.state.proto.ProtoEncodedSchemas;
import io.persist.state.proto.ProtoHandleDebugState;
import io.persist.state.proto.ProtoHollowRollup;
import io.persist.state.proto.ProtoLeasedReaderState;
import io.persist.state.proto.ProtoMerge;
import io.persist.state.proto.ProtoSpineBatch;
import io.persist.state.proto.ProtoSpineId;
import io.persist.state.proto.ProtoStringValue;
import io.persist.state.proto.ProtoU64Value;
import io.persist.state.proto.ProtoUnit;
import io.persist.state.proto.ProtoWriterState;
import io.persist.state.spine.FlatTrace;
import io.persist.state.spine.SpineId;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;

import java.util.function.Function;

/**
 * How one key or value of a collection is a message. Scalars travel as a message whose field 1 is
 * the value.
 */
record SliceEncoding<V>(Function<V, Message> toProto, Decoder<V> decoder) {
    private static final long DEFAULT_LEASE_MILLIS = 900_000;

    static final SliceEncoding<Unit> UNIT =
            new SliceEncoding<>(
                    unit -> ProtoUnit.getDefaultInstance(),
                    slice -> fromProto(ProtoUnit.parseFrom(slice)));
    static final SliceEncoding<String> STRING = string(text -> text, text -> text);
    static final SliceEncoding<LeasedReaderId> LEASED_READER_ID =
            string(LeasedReaderId::parse, LeasedReaderId::toString);
    static final SliceEncoding<CriticalReaderId> CRITICAL_READER_ID =
            string(CriticalReaderId::parse, CriticalReaderId::toString);
    static final SliceEncoding<WriterId> WRITER_ID = string(WriterId::parse, WriterId::toString);
    static final SliceEncoding<SeqNo> SEQNO = u64(SeqNo::new, SeqNo::value);
    static final SliceEncoding<SchemaId> SCHEMA_ID = u64(SchemaId::new, SchemaId::value);
    static final SliceEncoding<Antichain> ANTICHAIN =
            new SliceEncoding<>(
                    DescriptionEncoding::toProto,
                    slice -> DescriptionEncoding.antichain(ProtoU64Antichain.parseFrom(slice)));
    static final SliceEncoding<HollowBatch> HOLLOW_BATCH =
            new SliceEncoding<>(
                    HollowBatchEncoding::toProto,
                    slice -> HollowBatchEncoding.fromProto(ProtoHollowBatch.parseFrom(slice)));
    static final SliceEncoding<SpineId> SPINE_ID =
            new SliceEncoding<>(
                    TraceEncoding::toProto,
                    slice -> TraceEncoding.fromProto(ProtoSpineId.parseFrom(slice)));
    static final SliceEncoding<FlatTrace.Spine> SPINE_BATCH =
            new SliceEncoding<>(
                    TraceEncoding::toProto,
                    slice -> TraceEncoding.fromProto(ProtoSpineBatch.parseFrom(slice)));
    static final SliceEncoding<FlatTrace.Merge> MERGE =
            new SliceEncoding<>(
                    TraceEncoding::toProto,
                    slice -> TraceEncoding.fromProto(ProtoMerge.parseFrom(slice)));
    static final SliceEncoding<HollowRollup> ROLLUP =
            new SliceEncoding<>(
                    SliceEncoding::toProto, slice -> fromProto(ProtoHollowRollup.parseFrom(slice)));
    static final SliceEncoding<HollowRollup> DEPRECATED_ROLLUP =
            string(SliceEncoding::rollupWithoutSize, rollup -> rollup.key().text());
    static final SliceEncoding<ActiveWork> ACTIVE_WORK =
            new SliceEncoding<>(
                    SliceEncoding::toProto, slice -> fromProto(ProtoActiveRollup.parseFrom(slice)));
    static final SliceEncoding<LeasedReaderState> LEASED_READER =
            new SliceEncoding<>(
                    SliceEncoding::toProto,
                    slice -> fromProto(ProtoLeasedReaderState.parseFrom(slice)));
    static final SliceEncoding<CriticalReaderState> CRITICAL_READER =
            new SliceEncoding<>(
                    SliceEncoding::toProto,
                    slice -> fromProto(ProtoCriticalReaderState.parseFrom(slice)));
    static final SliceEncoding<WriterState> WRITER =
            new SliceEncoding<>(
                    SliceEncoding::toProto, slice -> fromProto(ProtoWriterState.parseFrom(slice)));
    static final SliceEncoding<EncodedSchemas> SCHEMAS =
            new SliceEncoding<>(
                    SliceEncoding::toProto,
                    slice -> fromProto(ProtoEncodedSchemas.parseFrom(slice)));

    /** May also throw {@link IllegalArgumentException} for ids and numbers out of bounds. */
    @FunctionalInterface
    interface Decoder<V> {
        V decode(ByteString slice) throws InvalidProtocolBufferException, CorruptDataException;
    }

    ByteString encode(V value) {
        return toProto.apply(value).toByteString();
    }

    V decode(ByteString slice) throws CorruptDataException {
        try {
            return decoder.decode(slice);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new CorruptDataException(String.valueOf(e.getMessage()), e);
        }
    }

    private static <V> SliceEncoding<V> string(
            Function<String, V> parse, Function<V, String> format) {
        return new SliceEncoding<>(
                value -> ProtoStringValue.newBuilder().setValue(format.apply(value)).build(),
                slice -> parse.apply(ProtoStringValue.parseFrom(slice).getValue()));
    }

    private static <V> SliceEncoding<V> u64(Function<Long, V> of, Function<V, Long> value) {
        return new SliceEncoding<>(
                v -> ProtoU64Value.newBuilder().setValue(value.apply(v)).build(),
                slice -> of.apply(ProtoU64Value.parseFrom(slice).getValue()));
    }

    @SuppressWarnings("unused") // the message has to be one, but says nothing
    private static Unit fromProto(ProtoUnit proto) {
        return Unit.UNIT;
    }

    static ProtoHollowRollup toProto(HollowRollup rollup) {
        ProtoHollowRollup.Builder proto =
                ProtoHollowRollup.newBuilder().setKey(rollup.key().text());
        if (rollup.encodedBytes() != null) {
            proto.setEncodedSizeBytes(rollup.encodedBytes());
        }
        return merge(proto, rollup.unknown()).build();
    }

    static HollowRollup fromProto(ProtoHollowRollup proto) {
        return new HollowRollup(
                new RollupKey(proto.getKey()),
                proto.hasEncodedSizeBytes() ? (Long) proto.getEncodedSizeBytes() : null,
                unknown(proto));
    }

    static HollowRollup rollupWithoutSize(String key) {
        return new HollowRollup(new RollupKey(key), null, Bytes.EMPTY);
    }

    /** The claims of rollups and of garbage collections are the same message. */
    static ProtoActiveRollup toProto(ActiveWork work) {
        ProtoActiveRollup.Builder proto =
                ProtoActiveRollup.newBuilder()
                        .setSeqno(work.seqno().value())
                        .setStartMs(work.startMillis());
        return merge(proto, work.unknown()).build();
    }

    static ActiveWork fromProto(ProtoActiveRollup proto) {
        return new ActiveWork(new SeqNo(proto.getSeqno()), proto.getStartMs(), unknown(proto));
    }

    static ProtoLeasedReaderState toProto(LeasedReaderState reader) {
        ProtoLeasedReaderState.Builder proto =
                ProtoLeasedReaderState.newBuilder()
                        .setSince(DescriptionEncoding.toProto(reader.since()))
                        .setSeqno(reader.seqno().value())
                        .setLastHeartbeatTimestampMs(reader.heartbeatMillis())
                        .setLeaseDurationMs(reader.leaseMillis())
                        .setDebug(toProto(reader.debug()));
        return merge(proto, reader.unknown()).build();
    }

    static LeasedReaderState fromProto(ProtoLeasedReaderState proto) throws CorruptDataException {
        return new LeasedReaderState(
                DescriptionEncoding.antichain(
                        require(proto.hasSince(), proto.getSince(), "leased reader", "since")),
                new SeqNo(proto.getSeqno()),
                proto.getLastHeartbeatTimestampMs(),
                proto.getLeaseDurationMs() == 0 ? DEFAULT_LEASE_MILLIS : proto.getLeaseDurationMs(),
                fromProto(proto.getDebug()),
                unknown(proto));
    }

    static ProtoCriticalReaderState toProto(CriticalReaderState reader) {
        ProtoCriticalReaderState.Builder proto =
                ProtoCriticalReaderState.newBuilder()
                        .setSince(DescriptionEncoding.toProto(reader.since()))
                        .setOpaque(reader.opaque())
                        .setOpaqueCodec(reader.opaqueCodec())
                        .setDebug(toProto(reader.debug()));
        return merge(proto, reader.unknown()).build();
    }

    static CriticalReaderState fromProto(ProtoCriticalReaderState proto)
            throws CorruptDataException {
        return new CriticalReaderState(
                DescriptionEncoding.antichain(
                        require(proto.hasSince(), proto.getSince(), "critical reader", "since")),
                proto.getOpaque(),
                proto.getOpaqueCodec(),
                fromProto(proto.getDebug()),
                unknown(proto));
    }

    static ProtoWriterState toProto(WriterState writer) {
        ProtoWriterState.Builder proto =
                ProtoWriterState.newBuilder()
                        .setLastHeartbeatTimestampMs(writer.heartbeatMillis())
                        .setLeaseDurationMs(writer.leaseMillis())
                        .setMostRecentWriteToken(writer.token().toString())
                        .setMostRecentWriteUpper(DescriptionEncoding.toProto(writer.upper()))
                        .setDebug(toProto(writer.debug()));
        return merge(proto, writer.unknown()).build();
    }

    static WriterState fromProto(ProtoWriterState proto) throws CorruptDataException {
        return new WriterState(
                proto.getLastHeartbeatTimestampMs(),
                proto.getLeaseDurationMs(),
                IdempotencyToken.parse(proto.getMostRecentWriteToken()),
                proto.hasMostRecentWriteUpper()
                        ? DescriptionEncoding.antichain(proto.getMostRecentWriteUpper())
                        : Antichain.minimum(),
                fromProto(proto.getDebug()),
                unknown(proto));
    }

    private static ProtoHandleDebugState toProto(HandleDebug debug) {
        return ProtoHandleDebugState.newBuilder()
                .setHostname(debug.hostname())
                .setPurpose(debug.purpose())
                .build();
    }

    private static HandleDebug fromProto(ProtoHandleDebugState proto) throws CorruptDataException {
        DescriptionEncoding.requireKnown(proto);
        return new HandleDebug(proto.getHostname(), proto.getPurpose());
    }

    static ProtoEncodedSchemas toProto(EncodedSchemas schemas) {
        ProtoEncodedSchemas.Builder proto =
                ProtoEncodedSchemas.newBuilder()
                        .setKey(bytes(schemas.key()))
                        .setVal(bytes(schemas.val()))
                        .setKeyDataType(bytes(schemas.keyDataType()))
                        .setValDataType(bytes(schemas.valDataType()));
        return merge(proto, schemas.unknown()).build();
    }

    static EncodedSchemas fromProto(ProtoEncodedSchemas proto) {
        return new EncodedSchemas(
                bytes(proto.getKey()),
                bytes(proto.getVal()),
                bytes(proto.getKeyDataType()),
                bytes(proto.getValDataType()),
                unknown(proto));
    }

    static <M extends MessageLite> M require(boolean present, M message, String what, String field)
            throws CorruptDataException {
        if (!present) {
            throw new CorruptDataException(what + " without " + field);
        }
        return message;
    }

    static Bytes unknown(Message proto) {
        return bytes(proto.getUnknownFields().toByteString());
    }

    /** Puts fields of a newer peer back. */
    static <B extends Message.Builder> B merge(B builder, Bytes unknown) {
        try {
            if (!unknown.isEmpty()) {
                builder.mergeFrom(bytes(unknown));
            }
            return builder;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("unknown fields must be a message: " + unknown, e);
        }
    }

    static ByteString bytes(Bytes bytes) {
        return ByteString.copyFrom(bytes.asByteBuffer());
    }

    static Bytes bytes(ByteString bytes) {
        return Bytes.takeArray(bytes.toByteArray());
    }
}
