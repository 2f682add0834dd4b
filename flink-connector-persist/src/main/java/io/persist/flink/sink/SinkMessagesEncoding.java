package io.persist.flink.sink;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.flink.sink.proto.ProtoChainPosition;
import io.persist.flink.sink.proto.ProtoSealedCommit;
import io.persist.flink.sink.proto.ProtoWriterLine;
import io.persist.flink.sink.proto.ProtoWriterResult;
import io.persist.part.DescriptionEncoding;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;
import io.persist.state.WriterId;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The protobuf form of what the parts of a sink tell each other and keep in Flink's state. Fields
 * of a newer build are refused: what they say of the rest would be lost.
 */
final class SinkMessagesEncoding {
    private SinkMessagesEncoding() {}

    static byte[] encode(ChainPosition position) {
        return toProto(position).toByteArray();
    }

    static ChainPosition decodePosition(byte[] bytes) throws CorruptDataException {
        try {
            return fromProto(ProtoChainPosition.parseFrom(bytes));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw corrupt("sealer state", e);
        }
    }

    static byte[] encode(WriterLine line) {
        return toProto(line).toByteArray();
    }

    static WriterLine decodeLine(byte[] bytes) throws CorruptDataException {
        try {
            return fromProto(ProtoWriterLine.parseFrom(bytes));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw corrupt("writer state", e);
        }
    }

    static byte[] encode(WriterResult result) {
        ByteBuffer id = ByteBuffer.allocate(16);
        id.putLong(result.batchId().getMostSignificantBits());
        id.putLong(result.batchId().getLeastSignificantBits());
        return ProtoWriterResult.newBuilder()
                .setBatch(toProto(result.batch()))
                .setBatchId(UnsafeByteOperations.unsafeWrap(id.array()))
                .setUpdates(result.updates())
                .setBytes(result.bytes())
                .addAllLines(result.lines().stream().map(SinkMessagesEncoding::toProto).toList())
                .build()
                .toByteArray();
    }

    static WriterResult decodeWriterResult(byte[] bytes) throws CorruptDataException {
        try {
            ProtoWriterResult proto = ProtoWriterResult.parseFrom(bytes);
            DescriptionEncoding.requireKnown(proto);
            if (proto.getBatchId().size() != 16) {
                throw new IllegalArgumentException(
                        "batch id of " + proto.getBatchId().size() + " bytes, expected 16");
            }
            ByteBuffer id = proto.getBatchId().asReadOnlyByteBuffer();
            return new WriterResult(
                    fromProto(proto.getBatch()),
                    new UUID(id.getLong(), id.getLong()),
                    proto.getUpdates(),
                    proto.getBytes(),
                    fromProto(proto.getLinesList()));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw corrupt("writer result", e);
        }
    }

    static byte[] encode(SealedCommit commit) {
        return ProtoSealedCommit.newBuilder()
                .setPosition(toProto(commit.position()))
                .addAllBatches(
                        commit.batches().stream().map(SinkMessagesEncoding::toProto).toList())
                .addAllLines(commit.lines().stream().map(SinkMessagesEncoding::toProto).toList())
                .setUpdates(commit.updates())
                .setBytes(commit.bytes())
                .setWatermark(commit.watermark())
                .setJobId(commit.jobId())
                .setCheckpointId(commit.checkpointId())
                .setLast(commit.last())
                .build()
                .toByteArray();
    }

    static SealedCommit decodeSealedCommit(byte[] bytes) throws CorruptDataException {
        try {
            ProtoSealedCommit proto = ProtoSealedCommit.parseFrom(bytes);
            DescriptionEncoding.requireKnown(proto);
            return new SealedCommit(
                    fromProto(proto.getPosition()),
                    proto.getBatchesList().stream().map(SinkMessagesEncoding::fromProto).toList(),
                    fromProto(proto.getLinesList()),
                    proto.getUpdates(),
                    proto.getBytes(),
                    proto.getWatermark(),
                    proto.getJobId(),
                    proto.getCheckpointId(),
                    proto.getLast());
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw corrupt("sealed commit", e);
        }
    }

    private static ProtoChainPosition toProto(ChainPosition position) {
        return ProtoChainPosition.newBuilder()
                .setSinkId(position.sinkId())
                .setEpoch(position.epoch().toString())
                .setGeneration(position.generation())
                .setOrdinal(position.ordinal())
                .build();
    }

    private static ChainPosition fromProto(ProtoChainPosition proto) throws CorruptDataException {
        DescriptionEncoding.requireKnown(proto);
        return new ChainPosition(
                proto.getSinkId(),
                WriterId.parse(proto.getEpoch()),
                proto.getGeneration(),
                proto.getOrdinal());
    }

    private static ProtoWriterLine toProto(WriterLine line) {
        return ProtoWriterLine.newBuilder()
                .setTag(line.tag())
                .setIncarnation(line.incarnation())
                .build();
    }

    private static WriterLine fromProto(ProtoWriterLine proto) throws CorruptDataException {
        DescriptionEncoding.requireKnown(proto);
        return new WriterLine(proto.getTag(), proto.getIncarnation());
    }

    private static List<WriterLine> fromProto(List<ProtoWriterLine> protos)
            throws CorruptDataException {
        List<WriterLine> lines = new ArrayList<>();
        for (ProtoWriterLine proto : protos) {
            lines.add(fromProto(proto));
        }
        return lines;
    }

    private static ByteString toProto(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
    }

    private static Bytes fromProto(ByteString bytes) {
        return Bytes.takeArray(bytes.toByteArray());
    }

    private static CorruptDataException corrupt(String what, Exception cause) {
        return new CorruptDataException("expected a " + what + ": " + cause.getMessage(), cause);
    }
}
