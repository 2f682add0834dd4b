package io.persist.part;

import com.google.protobuf.Message;

import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
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
        return frontier.isEmpty()
                ? ProtoU64Antichain.getDefaultInstance()
                : ProtoU64Antichain.newBuilder().addElements(frontier.element()).build();
    }

    public static ProtoU64Description toProto(Description desc) {
        return ProtoU64Description.newBuilder()
                .setLower(toProto(desc.lower()))
                .setUpper(toProto(desc.upper()))
                .setSince(toProto(desc.since()))
                .build();
    }

    /**
     * The frontier of a present message. Times are totally ordered, so of several elements only the
     * least counts.
     *
     * @throws CorruptDataException if it has a field that this build does not know
     */
    public static Antichain antichain(ProtoU64Antichain proto) throws CorruptDataException {
        requireKnown(proto);
        Antichain frontier = Antichain.empty();
        for (int i = 0; i < proto.getElementsCount(); i++) {
            frontier = frontier.meet(Antichain.of(proto.getElements(i)));
        }
        return frontier;
    }

    /**
     * A description in state.
     *
     * @throws CorruptDataException if a frontier is absent, or there is an unknown field
     */
    public static Description description(ProtoU64Description proto) throws CorruptDataException {
        requireKnown(proto);
        if (!proto.hasLower() || !proto.hasUpper() || !proto.hasSince()) {
            throw new CorruptDataException(
                    "expected a description with lower, upper and since, found one without "
                            + (!proto.hasLower()
                                    ? "lower"
                                    : !proto.hasUpper() ? "upper" : "since"));
        }
        return new Description(
                antichain(proto.getLower()),
                antichain(proto.getUpper()),
                antichain(proto.getSince()));
    }

    /** A description in a Parquet footer, where an absent frontier is {@code [0]}. */
    static Description footerDescription(ProtoU64Description proto) throws CorruptDataException {
        requireKnown(proto);
        return new Description(
                proto.hasLower() ? antichain(proto.getLower()) : Antichain.minimum(),
                proto.hasUpper() ? antichain(proto.getUpper()) : Antichain.minimum(),
                proto.hasSince() ? antichain(proto.getSince()) : Antichain.minimum());
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
