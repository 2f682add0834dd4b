package io.persist.part.stats;

import static io.persist.part.DescriptionEncoding.requireKnown;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoEmpty;
import io.persist.part.stats.ValueStats.FixedSize;
import io.persist.part.stats.proto.ProtoAtomicBytesStats;
import io.persist.part.stats.proto.ProtoBytesStats;
import io.persist.part.stats.proto.ProtoColumnEntry;
import io.persist.part.stats.proto.ProtoDynStats;
import io.persist.part.stats.proto.ProtoFixedSizeBytesStats;
import io.persist.part.stats.proto.ProtoOptionStats;
import io.persist.part.stats.proto.ProtoPrimitiveBytesStats;
import io.persist.part.stats.proto.ProtoStructStats;

import java.util.SortedMap;

/**
 * Statistics as protobuf. Fields that are not known are refused: they may change what the others
 * mean, and whoever cannot read statistics does without.
 */
public final class StatsEncoding {
    static final ProtoEmpty EMPTY = ProtoEmpty.getDefaultInstance();

    private StatsEncoding() {}

    /** The bytes that the original would write. */
    public static Bytes encode(StructStats stats) {
        return Bytes.takeArray(toProto(stats).toByteArray());
    }

    /**
     * @throws CorruptDataException if the bytes are no statistics, or say more than is known here
     */
    public static StructStats decode(Bytes bytes) throws CorruptDataException {
        try {
            return fromProto(
                    ProtoStructStats.parseFrom(
                            UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer())));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("statistics: " + e.getMessage(), e);
        }
    }

    static int size(StructStats stats) {
        return toProto(stats).getSerializedSize();
    }

    static int size(ColumnStats stats) {
        return toProto(stats).getSerializedSize();
    }

    static int size(JsonStats.Maps stats) {
        return JsonStatsEncoding.toProto(stats).getSerializedSize();
    }

    static int size(JsonStats.Member stats) {
        return JsonStatsEncoding.toProto(stats).getSerializedSize();
    }

    private static ProtoStructStats toProto(StructStats stats) {
        ProtoStructStats.Builder proto = ProtoStructStats.newBuilder().setLen(stats.len());
        stats.columns()
                .forEach(
                        (name, column) ->
                                proto.addCols(
                                        ProtoColumnEntry.newBuilder()
                                                .setName(name)
                                                .setStats(toProto(column))));
        return proto.build();
    }

    private static ProtoDynStats toProto(ColumnStats column) {
        ProtoDynStats.Builder proto = ProtoDynStats.newBuilder();
        if (column.nulls() != null) {
            proto.setOption(ProtoOptionStats.newBuilder().setNone(column.nulls()));
        }
        ValueStats values = column.values();
        if (values instanceof StructStats struct) {
            return proto.setStruct(toProto(struct)).build();
        }
        if (values instanceof ValueStats.None) {
            return proto.setNone(EMPTY).build();
        }
        if (values instanceof ValueStats.Bounds bounds) {
            return proto.setPrimitive(BoundsEncoding.toProto(bounds)).build();
        }
        return proto.setBytes(bytesToProto(values)).build();
    }

    private static ProtoBytesStats bytesToProto(ValueStats values) {
        ProtoBytesStats.Builder proto = ProtoBytesStats.newBuilder();
        if (values instanceof ValueStats.Binaries bounds) {
            return proto.setPrimitive(bytesToProto(bounds.lower(), bounds.upper())).build();
        }
        if (values instanceof JsonStats json) {
            return proto.setJson(JsonStatsEncoding.toProto(json)).build();
        }
        if (values instanceof ValueStats.Atomics bounds) {
            return proto.setAtomic(
                            ProtoAtomicBytesStats.newBuilder()
                                    .setLower(toByteString(bounds.lower()))
                                    .setUpper(toByteString(bounds.upper())))
                    .build();
        }
        if (values instanceof ValueStats.FixedSizes bounds) {
            return proto.setFixedSize(fixedSizeToProto(bounds)).build();
        }
        throw new AssertionError(values);
    }

    private static ProtoFixedSizeBytesStats fixedSizeToProto(ValueStats.FixedSizes bounds) {
        ProtoFixedSizeBytesStats.Builder proto =
                ProtoFixedSizeBytesStats.newBuilder()
                        .setLower(toByteString(bounds.lower()))
                        .setUpper(toByteString(bounds.upper()));
        switch (bounds.type()) {
            case TIME -> proto.setPackedTime(EMPTY);
            case INTERVAL -> proto.setPackedInterval(EMPTY);
            case NUMERIC -> proto.setPackedNumeric(EMPTY);
            case UUID -> proto.setUuid(EMPTY);
            case DATE_TIME -> proto.setPackedDateTime(EMPTY);
        }
        return proto.build();
    }

    static ProtoPrimitiveBytesStats bytesToProto(Bytes lower, Bytes upper) {
        return ProtoPrimitiveBytesStats.newBuilder()
                .setLower(toByteString(lower))
                .setUpper(toByteString(upper))
                .build();
    }

    private static ByteString toByteString(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
    }

    static Bytes fromByteString(ByteString bytes) {
        return Bytes.takeArray(bytes.toByteArray());
    }

    static CorruptDataException missing(String what) {
        return new CorruptDataException("statistics: expected " + what + ", found none");
    }

    private static StructStats fromProto(ProtoStructStats proto) throws CorruptDataException {
        requireKnown(proto);
        SortedMap<String, ColumnStats> columns = StructStats.emptyColumns();
        for (ProtoColumnEntry entry : proto.getColsList()) {
            requireKnown(entry);
            columns.put(entry.getName(), fromProto(entry.getStats()));
        }
        return new StructStats(proto.getLen(), columns);
    }

    private static ColumnStats fromProto(ProtoDynStats proto) throws CorruptDataException {
        requireKnown(proto);
        requireKnown(proto.getOption());
        Long nulls = proto.hasOption() ? (Long) proto.getOption().getNone() : null;
        return switch (proto.getKindCase()) {
            case STRUCT -> new ColumnStats(nulls, fromProto(proto.getStruct()));
            case PRIMITIVE ->
                    new ColumnStats(nulls, BoundsEncoding.fromProto(proto.getPrimitive()));
            case BYTES -> new ColumnStats(nulls, fromProto(proto.getBytes()));
            case NONE -> {
                requireKnown(proto.getNone());
                yield new ColumnStats(nulls, new ValueStats.None());
            }
            case KIND_NOT_SET -> throw missing("a kind of column");
        };
    }

    private static ValueStats fromProto(ProtoBytesStats proto) throws CorruptDataException {
        requireKnown(proto);
        switch (proto.getKindCase()) {
            case PRIMITIVE -> {
                ProtoPrimitiveBytesStats bounds = proto.getPrimitive();
                requireKnown(bounds);
                return new ValueStats.Binaries(
                        fromByteString(bounds.getLower()), fromByteString(bounds.getUpper()));
            }
            case JSON -> {
                return JsonStatsEncoding.fromProto(proto.getJson());
            }
            case ATOMIC -> {
                ProtoAtomicBytesStats bounds = proto.getAtomic();
                requireKnown(bounds);
                return new ValueStats.Atomics(
                        fromByteString(bounds.getLower()), fromByteString(bounds.getUpper()));
            }
            case FIXED_SIZE -> {
                return fromProto(proto.getFixedSize());
            }
            case KIND_NOT_SET -> throw missing("a kind of bytes");
        }
        throw new AssertionError(proto.getKindCase());
    }

    private static ValueStats fromProto(ProtoFixedSizeBytesStats proto)
            throws CorruptDataException {
        requireKnown(proto);
        FixedSize type =
                switch (proto.getKindCase()) {
                    case PACKED_TIME -> FixedSize.TIME;
                    case PACKED_INTERVAL -> FixedSize.INTERVAL;
                    case PACKED_NUMERIC -> FixedSize.NUMERIC;
                    case UUID -> FixedSize.UUID;
                    case PACKED_DATE_TIME -> FixedSize.DATE_TIME;
                    case KIND_NOT_SET -> throw missing("a kind of fixed-size bytes");
                };
        return new ValueStats.FixedSizes(
                type, fromByteString(proto.getLower()), fromByteString(proto.getUpper()));
    }
}
