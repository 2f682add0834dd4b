package io.persist.part.stats;

import static io.persist.part.DescriptionEncoding.requireKnown;

import io.persist.codec.CorruptDataException;
import io.persist.part.stats.proto.ProtoJsonMapElementStats;
import io.persist.part.stats.proto.ProtoJsonMapStats;
import io.persist.part.stats.proto.ProtoJsonStats;
import io.persist.part.stats.proto.ProtoPrimitiveBytesStats;
import io.persist.part.stats.proto.ProtoPrimitiveStats;

import java.util.ArrayList;
import java.util.List;

/** Statistics of JSON. */
final class JsonStatsEncoding {
    private JsonStatsEncoding() {}

    static ProtoJsonStats toProto(JsonStats stats) {
        ProtoJsonStats.Builder proto = ProtoJsonStats.newBuilder();
        if (stats instanceof JsonStats.Simple simple) {
            switch (simple) {
                case NONE -> proto.setNone(StatsEncoding.EMPTY);
                case MIXED -> proto.setMixed(StatsEncoding.EMPTY);
                case NULLS -> proto.setJsonNulls(StatsEncoding.EMPTY);
                case LISTS -> proto.setLists(StatsEncoding.EMPTY);
            }
            return proto.build();
        }
        if (stats instanceof JsonStats.Bools bounds) {
            return proto.setBools(bounds(new ValueStats.Bools(bounds.lower(), bounds.upper())))
                    .build();
        }
        if (stats instanceof JsonStats.Texts bounds) {
            return proto.setStrings(bounds(new ValueStats.Texts(bounds.lower(), bounds.upper())))
                    .build();
        }
        if (stats instanceof JsonStats.Numbers bounds) {
            return proto.setNumerics(StatsEncoding.bytesToProto(bounds.lower(), bounds.upper()))
                    .build();
        }
        if (stats instanceof JsonStats.Maps maps) {
            return proto.setMaps(toProto(maps)).build();
        }
        throw new AssertionError(stats);
    }

    private static ProtoPrimitiveStats bounds(ValueStats.Bounds bounds) {
        return BoundsEncoding.toProto(bounds);
    }

    static ProtoJsonMapStats toProto(JsonStats.Maps maps) {
        ProtoJsonMapStats.Builder proto = ProtoJsonMapStats.newBuilder();
        maps.members().forEach(member -> proto.addElements(toProto(member)));
        return proto.build();
    }

    static ProtoJsonMapElementStats toProto(JsonStats.Member member) {
        return ProtoJsonMapElementStats.newBuilder()
                .setName(member.key())
                .setLen(member.len())
                .setStats(toProto(member.values()))
                .build();
    }

    /** A kind that is not set means any, as to the original. */
    static JsonStats fromProto(ProtoJsonStats proto) throws CorruptDataException {
        requireKnown(proto);
        switch (proto.getKindCase()) {
            case NONE -> {
                requireKnown(proto.getNone());
                return JsonStats.Simple.NONE;
            }
            case MIXED, KIND_NOT_SET -> {
                requireKnown(proto.getMixed());
                return JsonStats.Simple.MIXED;
            }
            case JSON_NULLS -> {
                requireKnown(proto.getJsonNulls());
                return JsonStats.Simple.NULLS;
            }
            case LISTS -> {
                requireKnown(proto.getLists());
                return JsonStats.Simple.LISTS;
            }
            case BOOLS, STRINGS -> {
                return bounded(proto);
            }
            case NUMERICS -> {
                ProtoPrimitiveBytesStats bounds = proto.getNumerics();
                requireKnown(bounds);
                return new JsonStats.Numbers(
                        StatsEncoding.fromByteString(bounds.getLower()),
                        StatsEncoding.fromByteString(bounds.getUpper()));
            }
            case MAPS -> {
                return fromProto(proto.getMaps());
            }
        }
        throw new AssertionError(proto.getKindCase());
    }

    private static JsonStats bounded(ProtoJsonStats proto) throws CorruptDataException {
        boolean bools = proto.hasBools();
        ValueStats.Bounds bounds =
                BoundsEncoding.fromProto(bools ? proto.getBools() : proto.getStrings());
        if (bools && bounds instanceof ValueStats.Bools b) {
            return new JsonStats.Bools(b.lower(), b.upper());
        }
        if (!bools && bounds instanceof ValueStats.Texts b) {
            return new JsonStats.Texts(b.lower(), b.upper());
        }
        throw new CorruptDataException(
                "statistics: expected bounds of JSON "
                        + (bools ? "booleans" : "strings")
                        + ", found "
                        + bounds);
    }

    private static JsonStats.Maps fromProto(ProtoJsonMapStats proto) throws CorruptDataException {
        requireKnown(proto);
        List<JsonStats.Member> members = new ArrayList<>(proto.getElementsCount());
        for (ProtoJsonMapElementStats element : proto.getElementsList()) {
            requireKnown(element);
            members.add(
                    new JsonStats.Member(
                            element.getName(), element.getLen(), fromProto(element.getStats())));
        }
        return new JsonStats.Maps(members);
    }
}
