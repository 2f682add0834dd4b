package io.persist.part;

import com.google.protobuf.InvalidProtocolBufferException;

import io.persist.codec.CorruptDataException;
import io.persist.frontier.TimeDomain;
import io.persist.part.PartFooter.Layout;
import io.persist.part.proto.ProtoBatchFormat;
import io.persist.part.proto.ProtoBatchPartInline;

import org.jspecify.annotations.Nullable;

import java.util.Base64;

/** The footer entry {@code MZ:inline}: Base64, with padding, of a message. */
final class PartFooterEncoding {
    static final String KEY = "MZ:inline";

    private PartFooterEncoding() {}

    static String encode(PartFooter footer) {
        ProtoBatchPartInline.Builder proto =
                ProtoBatchPartInline.newBuilder()
                        .setDesc(DescriptionEncoding.toProto(footer.desc()))
                        .setIndex(footer.index());
        switch (footer.layout()) {
            case ROW -> proto.setFormat(ProtoBatchFormat.PARQUET_KVTD);
            case OLD_BOTH -> setStructured(proto, 1);
            case BOTH -> setStructured(proto, 2);
            case STRUCTURED -> setStructured(proto, 3);
        }
        return Base64.getEncoder().encodeToString(proto.build().toByteArray());
    }

    private static void setStructured(ProtoBatchPartInline.Builder proto, int migration) {
        proto.setFormat(ProtoBatchFormat.PARQUET_STRUCTURED).setStructuredMigration(migration);
    }

    static PartFooter decode(@Nullable String text, TimeDomain domain) throws CorruptDataException {
        if (text == null) {
            throw new CorruptDataException("expected a footer entry " + KEY + ", found none");
        }
        ProtoBatchPartInline proto;
        try {
            if (text.length() % 4 != 0) { // which Java's decoder would forgive
                throw new IllegalArgumentException("no padding");
            }
            proto = ProtoBatchPartInline.parseFrom(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            throw new CorruptDataException(
                    "expected Base64 of a part's metadata in footer entry "
                            + KEY
                            + ", found "
                            + text,
                    e);
        }
        return new PartFooter(
                layout(proto),
                DescriptionEncoding.footerDescription(proto.getDesc(), domain),
                proto.getIndex());
    }

    private static Layout layout(ProtoBatchPartInline proto) throws CorruptDataException {
        if (proto.getFormatValue() == ProtoBatchFormat.PARQUET_KVTD_VALUE) {
            return Layout.ROW;
        }
        if (proto.getFormatValue() != ProtoBatchFormat.PARQUET_STRUCTURED_VALUE) {
            throw new CorruptDataException(
                    "expected part format 2 or 3, found " + proto.getFormatValue());
        }
        if (proto.hasStructuredMigration()) {
            long migration = proto.getStructuredMigration();
            if (migration == 1) {
                return Layout.OLD_BOTH;
            } else if (migration == 2) {
                return Layout.BOTH;
            } else if (migration == 3) {
                return Layout.STRUCTURED;
            }
        }
        throw new CorruptDataException(
                "expected structured_migration 1, 2 or 3, found "
                        + (proto.hasStructuredMigration()
                                ? Long.toUnsignedString(proto.getStructuredMigration())
                                : "none"));
    }
}
