package io.persist.batch;

import static io.persist.batch.HollowBatchEncoding.fromByteString;
import static io.persist.batch.HollowBatchEncoding.merge;
import static io.persist.batch.HollowBatchEncoding.toByteString;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.persist.batch.proto.ProtoHollowBatchPart;
import io.persist.batch.proto.ProtoHollowRunRef;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.proto.ProtoEmpty;
import io.persist.frontier.Antichain;
import io.persist.part.DescriptionEncoding;
import io.persist.store.PartKey;

import org.jspecify.annotations.Nullable;

/** Elements of runs as protobuf: one message for blob parts, inline parts and run pointers. */
final class RunPartEncoding {
    private RunPartEncoding() {}

    /**
     * Fields in the order of the peers: ascending, but a member of a oneof where the least number
     * of that oneof would stand.
     */
    static ByteString encode(RunPart part) {
        if (part instanceof RunPart.Hollow hollow) {
            return hollow(hollow);
        }
        if (part instanceof RunPart.Inline inline) {
            return piece().setInline(toByteString(inline.updates()))
                    .build()
                    .toByteString()
                    .concat(single(inline).build().toByteString())
                    .concat(toByteString(inline.unknown()));
        }
        if (part instanceof RunPart.Many many) {
            return many(many);
        }
        throw new AssertionError(part);
    }

    private static ByteString hollow(RunPart.Hollow part) {
        ProtoHollowBatchPart.Builder upToFormat =
                piece().setKey(part.key().text())
                        .setEncodedSizeBytes(part.encodedBytes())
                        .setKeyLower(toByteString(part.keyLower()));
        ProtoHollowBatchPart.Builder rest = single(part);
        if (rest.hasTsRewrite()) {
            upToFormat.setTsRewrite(rest.getTsRewrite());
            rest.clearTsRewrite();
        }
        if (part.diffsSum() != null) {
            upToFormat.setDiffsSum(part.diffsSum());
        }
        if (part.structuredKeyLower() != null) {
            rest.setStructuredKeyLower(toByteString(part.structuredKeyLower()));
        }
        if (part.stats() != null) {
            rest.setKeyStats(toByteString(part.stats()));
        }
        return upToFormat
                .build()
                .toByteString()
                .concat(format(part.format()))
                .concat(merge(rest, part.unknown()).build().toByteString());
    }

    private static ByteString format(RunPart.FormatHint format) {
        ProtoHollowBatchPart.Builder proto = piece();
        if (format instanceof RunPart.FormatHint.Row) {
            proto.setRow(ProtoEmpty.getDefaultInstance());
        } else if (format instanceof RunPart.FormatHint.Both both) {
            proto.setRowAndColumnar(both.version());
        } else if (format instanceof RunPart.FormatHint.Structured) {
            proto.setStructured(ProtoEmpty.getDefaultInstance());
        }
        return proto.build().toByteString();
    }

    private static ByteString many(RunPart.Many part) {
        ProtoHollowRunRef.Builder ref =
                ProtoHollowRunRef.newBuilder()
                        .setKey(part.key().text())
                        .setMaxPartBytes(part.maxPartBytes());
        ProtoHollowBatchPart.Builder rest =
                piece().setEncodedSizeBytes(part.encodedBytes())
                        .setKeyLower(toByteString(part.keyLower()));
        if (part.structuredKeyLower() != null) {
            rest.setStructuredKeyLower(toByteString(part.structuredKeyLower()));
        }
        if (part.diffsSum() != null) {
            rest.setDiffsSum(part.diffsSum());
        }
        return piece().setRunRef(ref)
                .build()
                .toByteString()
                .concat(merge(rest, part.unknown()).build().toByteString());
    }

    private static ProtoHollowBatchPart.Builder single(RunPart.Single part) {
        ProtoHollowBatchPart.Builder proto = piece();
        Antichain tsRewrite = part.tsRewrite();
        if (tsRewrite != null) {
            proto.setTsRewrite(DescriptionEncoding.toProto(tsRewrite));
        }
        SchemaId schema = part.schema();
        if (schema != null) {
            proto.setSchemaId(schema.value());
        }
        SchemaId deprecated = part.deprecatedSchema();
        if (deprecated != null) {
            proto.setDeprecatedSchemaId(deprecated.value());
        }
        return proto;
    }

    private static ProtoHollowBatchPart.Builder piece() {
        return ProtoHollowBatchPart.newBuilder();
    }

    static RunPart decode(ByteString message) throws CorruptDataException {
        try {
            return fromProto(ProtoHollowBatchPart.parseFrom(message));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("expected a batch part: " + e.getMessage(), e);
        }
    }

    private static RunPart fromProto(ProtoHollowBatchPart proto) throws CorruptDataException {
        return switch (proto.getKindCase()) {
            case KEY -> hollow(proto);
            case INLINE -> inline(proto);
            case RUN_REF -> many(proto);
            case KIND_NOT_SET ->
                    throw new CorruptDataException(
                            "batch part without kind, expected key, inline or run_ref");
        };
    }

    private static RunPart.Hollow hollow(ProtoHollowBatchPart proto) throws CorruptDataException {
        return new RunPart.Hollow(
                new PartKey(proto.getKey()),
                proto.getEncodedSizeBytes(),
                fromByteString(proto.getKeyLower()),
                structuredKeyLower(proto),
                tsRewrite(proto),
                proto.hasDiffsSum() ? (Long) proto.getDiffsSum() : null,
                format(proto),
                schema(proto),
                deprecatedSchema(proto),
                proto.hasKeyStats() ? fromByteString(proto.getKeyStats()) : null,
                unknown(proto));
    }

    private static RunPart.Inline inline(ProtoHollowBatchPart proto) throws CorruptDataException {
        String stray =
                proto.getEncodedSizeBytes() != 0
                        ? "encoded_size_bytes"
                        : !proto.getKeyLower().isEmpty()
                                ? "key_lower"
                                : proto.hasKeyStats()
                                        ? "key_stats"
                                        : proto.hasDiffsSum() ? "diffs_sum" : null;
        if (stray != null) {
            throw new CorruptDataException(
                    "inline part with " + stray + ", which only parts in blob may have");
        }
        return new RunPart.Inline(
                fromByteString(proto.getInline()),
                tsRewrite(proto),
                schema(proto),
                deprecatedSchema(proto),
                unknown(proto));
    }

    private static RunPart.Many many(ProtoHollowBatchPart proto) {
        return new RunPart.Many(
                new PartKey(proto.getRunRef().getKey()),
                proto.getEncodedSizeBytes(),
                proto.getRunRef().getMaxPartBytes(),
                fromByteString(proto.getKeyLower()),
                structuredKeyLower(proto),
                proto.hasDiffsSum() ? (Long) proto.getDiffsSum() : null,
                unknown(proto));
    }

    private static RunPart.FormatHint format(ProtoHollowBatchPart proto) {
        return switch (proto.getFormatCase()) {
            case ROW -> new RunPart.FormatHint.Row();
            case ROW_AND_COLUMNAR -> new RunPart.FormatHint.Both(proto.getRowAndColumnar());
            case STRUCTURED -> new RunPart.FormatHint.Structured();
            case FORMAT_NOT_SET -> new RunPart.FormatHint.None();
        };
    }

    private static @Nullable Bytes structuredKeyLower(ProtoHollowBatchPart proto) {
        return proto.hasStructuredKeyLower() ? fromByteString(proto.getStructuredKeyLower()) : null;
    }

    private static @Nullable Antichain tsRewrite(ProtoHollowBatchPart proto)
            throws CorruptDataException {
        return proto.hasTsRewrite() ? DescriptionEncoding.antichain(proto.getTsRewrite()) : null;
    }

    private static @Nullable SchemaId schema(ProtoHollowBatchPart proto) {
        return proto.hasSchemaId() ? new SchemaId(proto.getSchemaId()) : null;
    }

    private static @Nullable SchemaId deprecatedSchema(ProtoHollowBatchPart proto) {
        return proto.hasDeprecatedSchemaId() ? new SchemaId(proto.getDeprecatedSchemaId()) : null;
    }

    /** Unknown fields, and the metadata map, which nobody may set and nobody interprets. */
    private static Bytes unknown(ProtoHollowBatchPart proto) {
        return fromByteString(
                ProtoHollowBatchPart.newBuilder()
                        .addAllMetadata(proto.getMetadataList())
                        .setUnknownFields(proto.getUnknownFields())
                        .build()
                        .toByteString());
    }
}
