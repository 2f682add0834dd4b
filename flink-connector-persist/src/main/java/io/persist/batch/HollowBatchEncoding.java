package io.persist.batch;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.persist.batch.proto.ProtoHollowBatch;
import io.persist.batch.proto.ProtoHollowRun;
import io.persist.batch.proto.ProtoMetaEntry;
import io.persist.batch.proto.ProtoRunMeta;
import io.persist.batch.proto.ProtoRunOrder;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.frontier.TimeDomain;
import io.persist.part.DescriptionEncoding;
import io.persist.store.PartKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Hollow batches and run blobs as protobuf. On the wire a batch is one list of parts with the
 * positions where runs begin and a shorter list of run metas; in memory it is a list of runs. What
 * is equal in memory is the same bytes: fields ascending, defaults left out, trailing default metas
 * left out, byte fields as they were read.
 */
public final class HollowBatchEncoding {
    private HollowBatchEncoding() {}

    public static Bytes encode(HollowBatch batch) {
        return Bytes.takeArray(toProto(batch).toByteArray());
    }

    public static HollowBatch decode(Bytes message) throws CorruptDataException {
        try {
            return fromProto(ProtoHollowBatch.parseFrom(message.asByteBuffer()));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("expected a hollow batch: " + e.getMessage(), e);
        }
    }

    /** Content of the blob of a {@link RunPart.Many}. */
    public static Bytes encodeRun(List<RunPart> parts) {
        ProtoHollowRun.Builder run = ProtoHollowRun.newBuilder();
        parts.forEach(part -> run.addParts(RunPartEncoding.encode(part)));
        return Bytes.takeArray(run.build().toByteArray());
    }

    /** Elements listed in the blob of a {@link RunPart.Many}. */
    public static List<RunPart> decodeRun(Bytes blob) throws CorruptDataException {
        try {
            return parts(ProtoHollowRun.parseFrom(blob.asByteBuffer()).getPartsList());
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("expected a hollow run: " + e.getMessage(), e);
        }
    }

    public static ProtoHollowBatch toProto(HollowBatch batch) {
        ProtoHollowBatch.Builder proto =
                ProtoHollowBatch.newBuilder()
                        .setDesc(DescriptionEncoding.toProto(batch.desc()))
                        .setLen(batch.len());
        int metas = batch.runs().size();
        while (metas > 0 && batch.runs().get(metas - 1).meta().equals(RunMeta.NONE)) {
            metas--;
        }
        for (int i = 0; i < batch.runs().size(); i++) {
            if (i > 0) {
                proto.addRuns(proto.getPartsCount());
            }
            Run run = batch.runs().get(i);
            run.parts().forEach(part -> proto.addParts(RunPartEncoding.encode(part)));
            if (i < metas) {
                proto.addRunMeta(toProto(run.meta()));
            }
        }
        return merge(proto, batch.unknown()).build();
    }

    public static HollowBatch fromProto(ProtoHollowBatch proto) throws CorruptDataException {
        return fromProto(proto, TimeDomain.U64);
    }

    /** {@link #fromProto(ProtoHollowBatch)} of a batch whose times are of {@code times}. */
    static HollowBatch fromProto(ProtoHollowBatch proto, TimeDomain times)
            throws CorruptDataException {
        if (!proto.hasDesc()) {
            throw new CorruptDataException("expected a hollow batch with a description");
        }
        if (proto.getLen() < 0) {
            throw new CorruptDataException(
                    "hollow batch with "
                            + Long.toUnsignedString(proto.getLen())
                            + " updates, expected below 2^63");
        }
        List<RunPart> parts = new ArrayList<>(parts(proto.getPartsList()));
        for (String key : proto.getDeprecatedKeysList()) {
            parts.add(bare(new PartKey(key)));
        }
        return new HollowBatch(
                DescriptionEncoding.description(proto.getDesc(), times),
                proto.getLen(),
                runs(proto, parts),
                fromByteString(proto.getUnknownFields().toByteString()));
    }

    private static List<Run> runs(ProtoHollowBatch proto, List<RunPart> parts)
            throws CorruptDataException {
        if (parts.isEmpty()) {
            if (proto.getRunsCount() > 0) {
                throw new CorruptDataException(
                        "hollow batch without parts, but runs " + proto.getRunsList());
            }
            return List.of();
        }
        List<Run> runs = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= proto.getRunsCount(); i++) {
            long to = i < proto.getRunsCount() ? proto.getRuns(i) : parts.size();
            if (to <= from || to > parts.size()) {
                throw new CorruptDataException(
                        "runs of a hollow batch begin at "
                                + proto.getRunsList()
                                + ", expected ascending positions between 0 and "
                                + parts.size());
            }
            RunMeta meta =
                    i < proto.getRunMetaCount() ? fromProto(proto.getRunMeta(i)) : RunMeta.NONE;
            runs.add(new Run(meta, parts.subList(from, (int) to)));
            from = (int) to;
        }
        return runs;
    }

    private static List<RunPart> parts(List<ByteString> messages) throws CorruptDataException {
        List<RunPart> parts = new ArrayList<>(messages.size());
        for (ByteString message : messages) {
            parts.add(RunPartEncoding.decode(message));
        }
        return parts;
    }

    private static RunPart.Hollow bare(PartKey key) {
        return new RunPart.Hollow(
                key,
                0,
                Bytes.EMPTY,
                null,
                null,
                null,
                new RunPart.FormatHint.None(),
                null,
                null,
                null,
                Bytes.EMPTY);
    }

    private static ProtoRunMeta toProto(RunMeta meta) {
        ProtoRunMeta.Builder proto = ProtoRunMeta.newBuilder();
        meta.order().ifPresent(order -> proto.setOrder(toProto(order)));
        meta.schema().ifPresent(id -> proto.setSchemaId(id.value()));
        meta.deprecatedSchema().ifPresent(id -> proto.setDeprecatedSchemaId(id.value()));
        meta.id().ifPresent(proto::setId);
        meta.len().ifPresent(proto::setLen);
        meta.meta()
                .forEach(
                        (key, value) ->
                                proto.addMeta(
                                        ProtoMetaEntry.newBuilder()
                                                .setKey(key)
                                                .setValue(toByteString(value))));
        return merge(proto, meta.unknown()).build();
    }

    private static RunMeta fromProto(ProtoRunMeta proto) throws CorruptDataException {
        Map<String, Bytes> meta = new TreeMap<>();
        for (ProtoMetaEntry entry : proto.getMetaList()) {
            meta.put(entry.getKey(), fromByteString(entry.getValue()));
        }
        return new RunMeta(
                Optional.ofNullable(order(proto)),
                proto.hasSchemaId()
                        ? Optional.of(new SchemaId(proto.getSchemaId()))
                        : Optional.empty(),
                proto.hasDeprecatedSchemaId()
                        ? Optional.of(new SchemaId(proto.getDeprecatedSchemaId()))
                        : Optional.empty(),
                proto.hasId() ? Optional.of(proto.getId()) : Optional.empty(),
                proto.hasLen() ? Optional.of(proto.getLen()) : Optional.empty(),
                meta,
                fromByteString(proto.getUnknownFields().toByteString()));
    }

    private static ProtoRunOrder toProto(RunOrder order) {
        return switch (order) {
            case UNORDERED -> ProtoRunOrder.UNORDERED;
            case CODEC -> ProtoRunOrder.CODEC;
            case STRUCTURED -> ProtoRunOrder.STRUCTURED;
        };
    }

    private static @Nullable RunOrder order(ProtoRunMeta proto) throws CorruptDataException {
        return switch (proto.getOrder()) {
            case UNKNOWN -> null;
            case UNORDERED -> RunOrder.UNORDERED;
            case CODEC -> RunOrder.CODEC;
            case STRUCTURED -> RunOrder.STRUCTURED;
            case UNRECOGNIZED ->
                    throw new CorruptDataException(
                            "run order " + proto.getOrderValue() + ", expected 0 to 3");
        };
    }

    /** Puts fields of a newer peer back. */
    static <B extends com.google.protobuf.Message.Builder> B merge(B builder, Bytes unknown) {
        try {
            if (!unknown.isEmpty()) {
                builder.mergeFrom(toByteString(unknown));
            }
            return builder;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("unknown fields must be a message: " + unknown, e);
        }
    }

    static ByteString toByteString(Bytes bytes) {
        return ByteString.copyFrom(bytes.asByteBuffer());
    }

    static Bytes fromByteString(ByteString bytes) {
        return Bytes.takeArray(bytes.toByteArray());
    }
}
