package io.persist.part.stats;

import static io.persist.part.DescriptionEncoding.requireKnown;

import io.persist.codec.CorruptDataException;
import io.persist.part.stats.ValueStats.IntegerType;
import io.persist.part.stats.proto.ProtoPrimitiveStats;
import io.persist.part.stats.proto.ProtoPrimitiveStats.LowerCase;
import io.persist.part.stats.proto.ProtoPrimitiveStats.UpperCase;

/** Bounds of booleans, numbers and text: two fields of the same type. */
final class BoundsEncoding {
    /** From the number of a lower bound to that of the upper bound of the same type. */
    private static final int UPPER_AFTER_LOWER = 13;

    private BoundsEncoding() {}

    static ProtoPrimitiveStats toProto(ValueStats.Bounds bounds) {
        ProtoPrimitiveStats.Builder proto = ProtoPrimitiveStats.newBuilder();
        if (bounds instanceof ValueStats.Bools b) {
            return proto.setLowerBool(b.lower()).setUpperBool(b.upper()).build();
        }
        if (bounds instanceof ValueStats.Integers b) {
            return integers(b);
        }
        if (bounds instanceof ValueStats.Floats b) {
            return proto.setLowerF32(b.lower()).setUpperF32(b.upper()).build();
        }
        if (bounds instanceof ValueStats.Doubles b) {
            return proto.setLowerF64(b.lower()).setUpperF64(b.upper()).build();
        }
        if (bounds instanceof ValueStats.Texts b) {
            return proto.setLowerString(b.lower()).setUpperString(b.upper()).build();
        }
        throw new AssertionError(bounds);
    }

    private static ProtoPrimitiveStats integers(ValueStats.Integers bounds) {
        ProtoPrimitiveStats.Builder proto = ProtoPrimitiveStats.newBuilder();
        int lower = (int) bounds.lower();
        int upper = (int) bounds.upper();
        switch (bounds.type()) {
            case U8 -> proto.setLowerU8(lower).setUpperU8(upper);
            case U16 -> proto.setLowerU16(lower).setUpperU16(upper);
            case U32 -> proto.setLowerU32(lower).setUpperU32(upper);
            case U64 -> proto.setLowerU64(bounds.lower()).setUpperU64(bounds.upper());
            case I8 -> proto.setLowerI8(lower).setUpperI8(upper);
            case I16 -> proto.setLowerI16(lower).setUpperI16(upper);
            case I32 -> proto.setLowerI32(lower).setUpperI32(upper);
            case I64 -> proto.setLowerI64(bounds.lower()).setUpperI64(bounds.upper());
        }
        return proto.build();
    }

    static ValueStats.Bounds fromProto(ProtoPrimitiveStats proto) throws CorruptDataException {
        requireKnown(proto);
        requireSameType(proto);
        return switch (proto.getLowerCase()) {
            case LOWER_BOOL -> new ValueStats.Bools(proto.getLowerBool(), proto.getUpperBool());
            case LOWER_U8 -> narrow(IntegerType.U8, proto.getLowerU8(), proto.getUpperU8());
            case LOWER_U16 -> narrow(IntegerType.U16, proto.getLowerU16(), proto.getUpperU16());
            case LOWER_U32 -> narrow(IntegerType.U32, proto.getLowerU32(), proto.getUpperU32());
            case LOWER_U64 -> integers(IntegerType.U64, proto.getLowerU64(), proto.getUpperU64());
            case LOWER_I8 -> integers(IntegerType.I8, proto.getLowerI8(), proto.getUpperI8());
            case LOWER_I16 -> integers(IntegerType.I16, proto.getLowerI16(), proto.getUpperI16());
            case LOWER_I32 -> integers(IntegerType.I32, proto.getLowerI32(), proto.getUpperI32());
            case LOWER_I64 -> integers(IntegerType.I64, proto.getLowerI64(), proto.getUpperI64());
            case LOWER_F32 -> new ValueStats.Floats(proto.getLowerF32(), proto.getUpperF32());
            case LOWER_F64 -> new ValueStats.Doubles(proto.getLowerF64(), proto.getUpperF64());
            case LOWER_STRING ->
                    new ValueStats.Texts(proto.getLowerString(), proto.getUpperString());
            case LOWER_NOT_SET -> throw StatsEncoding.missing("a lower bound");
        };
    }

    private static void requireSameType(ProtoPrimitiveStats proto) throws CorruptDataException {
        LowerCase lower = proto.getLowerCase();
        UpperCase upper = proto.getUpperCase();
        if (upper == UpperCase.UPPER_NOT_SET) {
            throw StatsEncoding.missing("an upper bound");
        }
        if (lower != LowerCase.LOWER_NOT_SET
                && upper.getNumber() - lower.getNumber() != UPPER_AFTER_LOWER) {
            throw new CorruptDataException(
                    "statistics: expected bounds of one type, found " + lower + " and " + upper);
        }
    }

    /** Of unsigned integers in the bits of signed ones. */
    private static ValueStats.Integers narrow(IntegerType type, int lower, int upper)
            throws CorruptDataException {
        return integers(type, Integer.toUnsignedLong(lower), Integer.toUnsignedLong(upper));
    }

    private static ValueStats.Integers integers(IntegerType type, long lower, long upper)
            throws CorruptDataException {
        if (!type.holds(lower) || !type.holds(upper)) {
            throw new CorruptDataException(
                    "statistics: expected bounds of type "
                            + type
                            + ", found "
                            + lower
                            + " and "
                            + upper);
        }
        return new ValueStats.Integers(type, lower, upper);
    }
}
