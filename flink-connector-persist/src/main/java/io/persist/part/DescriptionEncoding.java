package io.persist.part;

import com.google.protobuf.Message;

import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;
import io.persist.part.proto.ProtoU64Antichain;
import io.persist.part.proto.ProtoU64Description;

import java.util.Set;

/**
 * Frontiers and descriptions as protobuf. The messages are the same bytes in a part's footer and in
 * state, but an absent frontier is read differently: in a footer it is {@code [0]}, in state an
 * error. An empty frontier is therefore always written as a present, empty message.
 */
public final class DescriptionEncoding {
    private DescriptionEncoding() {}

    public static ProtoU64Antichain toProto(Antichain frontier) {
        ProtoU64Antichain.Builder proto = ProtoU64Antichain.newBuilder();
        for (long element : frontier.elements()) {
            proto.addElements(element);
        }
        return proto.build();
    }

    public static ProtoU64Description toProto(Description desc) {
        return ProtoU64Description.newBuilder()
                .setLower(toProto(desc.lower()))
                .setUpper(toProto(desc.upper()))
                .setSince(toProto(desc.since()))
                .build();
    }

    /**
     * The frontier of {@code u64} times of a present message. They are totally ordered, so of
     * several elements only the least counts.
     *
     * @throws CorruptDataException if it has a field that this build does not know
     */
    public static Antichain antichain(ProtoU64Antichain proto) throws CorruptDataException {
        return antichain(proto, TimeDomain.U64);
    }

    private static Antichain antichain(ProtoU64Antichain proto, TimeDomain domain)
            throws CorruptDataException {
        requireKnown(proto);
        return proto.getElementsCount() == 1 && domain == TimeDomain.U64
                ? Antichain.of(proto.getElements(0))
                : Antichain.of(
                        domain,
                        proto.getElementsList().stream().mapToLong(Long::longValue).toArray());
    }

    /**
     * A description in state.
     *
     * @throws CorruptDataException if a frontier is absent, or there is an unknown field
     */
    public static Description description(ProtoU64Description proto) throws CorruptDataException {
        return description(proto, TimeDomain.U64);
    }

    /** {@link #description(ProtoU64Description)} of another domain. */
    public static Description description(ProtoU64Description proto, TimeDomain domain)
            throws CorruptDataException {
        requireKnown(proto);
        if (!proto.hasLower() || !proto.hasUpper() || !proto.hasSince()) {
            throw new CorruptDataException(
                    "expected a description with lower, upper and since, found one without "
                            + (!proto.hasLower()
                                    ? "lower"
                                    : !proto.hasUpper() ? "upper" : "since"));
        }
        return new Description(
                antichain(proto.getLower(), domain),
                antichain(proto.getUpper(), domain),
                antichain(proto.getSince(), domain));
    }

    /** A description in a Parquet footer, where an absent frontier is {@code [0]}. */
    static Description footerDescription(ProtoU64Description proto, TimeDomain domain)
            throws CorruptDataException {
        requireKnown(proto);
        return new Description(
                proto.hasLower() ? antichain(proto.getLower(), domain) : Antichain.minimum(),
                proto.hasUpper() ? antichain(proto.getUpper(), domain) : Antichain.minimum(),
                proto.hasSince() ? antichain(proto.getSince(), domain) : Antichain.minimum());
    }

    /**
     * For messages whose values are computed with and written anew, so that an unknown field would
     * be lost.
     *
     * @throws CorruptDataException naming the field
     */
    public static void requireKnown(Message proto) throws CorruptDataException {
        Set<Integer> unknown = proto.getUnknownFields().asMap().keySet();
        if (!unknown.isEmpty()) {
            throw new CorruptDataException(
                    "expected only fields of "
                            + proto.getDescriptorForType().getName()
                            + " that this build knows, found field "
                            + unknown.iterator().next()
                            + ": a newer version wrote it; use a build that supports it");
        }
    }
}
