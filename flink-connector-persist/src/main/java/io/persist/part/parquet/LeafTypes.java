package io.persist.part.parquet;

import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.IntType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.NullType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Type;
import org.jspecify.annotations.Nullable;

/** The leaf types of parts: Arrow to Parquet, and back from files without an Arrow schema. */
final class LeafTypes {
    private LeafTypes() {}

    /**
     * @throws IllegalArgumentException if parts have no form for the field's type
     */
    static Type physical(Field field) {
        ArrowType type = field.getType();
        if (type instanceof ArrowType.Null) {
            return Type.INT32;
        } else if (type instanceof ArrowType.Bool) {
            return Type.BOOLEAN;
        } else if (type instanceof ArrowType.Int integer) {
            return integer.getBitWidth() == 64 ? Type.INT64 : Type.INT32;
        } else if (type instanceof ArrowType.FloatingPoint floating
                && floating.getPrecision() != FloatingPointPrecision.HALF) {
            return floating.getPrecision() == FloatingPointPrecision.DOUBLE
                    ? Type.DOUBLE
                    : Type.FLOAT;
        } else if (type instanceof ArrowType.Utf8 || type instanceof ArrowType.Binary) {
            return Type.BYTE_ARRAY;
        } else if (type instanceof ArrowType.FixedSizeBinary) {
            return Type.FIXED_LEN_BYTE_ARRAY;
        }
        throw new IllegalArgumentException(
                "field " + field.getName() + " is of type " + type + ", which parts do not hold");
    }

    /** Bytes of a Parquet value; 0 for booleans and byte arrays. */
    static int width(Field field, Type physical) {
        return switch (physical) {
            case INT32, FLOAT -> 4;
            case INT64, DOUBLE -> 8;
            case FIXED_LEN_BYTE_ARRAY ->
                    ((ArrowType.FixedSizeBinary) field.getType()).getByteWidth();
            case BOOLEAN, BYTE_ARRAY, INT96 -> 0;
        };
    }

    /** Sets type, length and annotation of a leaf. */
    static void describe(SchemaNode leaf, SchemaElement element) {
        element.setType(leaf.physicalOrThrow());
        ArrowType type = leaf.field().getType();
        if (type instanceof ArrowType.Null) {
            element.setLogicalType(LogicalType.UNKNOWN(new NullType()));
        } else if (type instanceof ArrowType.Utf8) {
            element.setConverted_type(ConvertedType.UTF8);
            element.setLogicalType(LogicalType.STRING(new StringType()));
        } else if (type instanceof ArrowType.FixedSizeBinary fixed) {
            element.setType_length(fixed.getByteWidth());
        } else if (type instanceof ArrowType.Int integer
                && (!integer.getIsSigned() || integer.getBitWidth() < 32)) {
            int bits = integer.getBitWidth();
            element.setConverted_type(converted(bits, integer.getIsSigned()));
            element.setLogicalType(
                    LogicalType.INTEGER(new IntType((byte) bits, integer.getIsSigned())));
        }
    }

    private static ConvertedType converted(int bits, boolean signed) {
        return switch (bits) {
            case 8 -> signed ? ConvertedType.INT_8 : ConvertedType.UINT_8;
            case 16 -> signed ? ConvertedType.INT_16 : ConvertedType.UINT_16;
            case 32 -> signed ? ConvertedType.INT_32 : ConvertedType.UINT_32;
            default -> signed ? ConvertedType.INT_64 : ConvertedType.UINT_64;
        };
    }

    /** The Arrow type of a leaf in a file, or null if it is none of those that parts hold. */
    static @Nullable ArrowType arrowType(SchemaElement element) {
        LogicalType logical = element.getLogicalType();
        ConvertedType converted = element.getConverted_type();
        if (logical != null && logical.isSetUNKNOWN()) {
            return ArrowType.Null.INSTANCE;
        }
        boolean annotated = logical != null || converted != null;
        return switch (element.getType()) {
            case BOOLEAN -> annotated ? null : ArrowType.Bool.INSTANCE;
            case INT32 -> annotated ? integer(logical, converted, 32) : signed(32);
            case INT64 -> annotated ? integer(logical, converted, 64) : signed(64);
            case FLOAT -> annotated ? null : floating(FloatingPointPrecision.SINGLE);
            case DOUBLE -> annotated ? null : floating(FloatingPointPrecision.DOUBLE);
            case BYTE_ARRAY -> annotated ? text(logical, converted) : ArrowType.Binary.INSTANCE;
            case FIXED_LEN_BYTE_ARRAY ->
                    (annotated && (logical == null || !logical.isSetUUID()))
                                    || element.getType_length() <= 0
                            ? null
                            : new ArrowType.FixedSizeBinary(element.getType_length());
            case INT96 -> null;
        };
    }

    private static ArrowType signed(int bits) {
        return new ArrowType.Int(bits, true);
    }

    private static ArrowType floating(FloatingPointPrecision precision) {
        return new ArrowType.FloatingPoint(precision);
    }

    private static @Nullable ArrowType integer(
            @Nullable LogicalType logical, @Nullable ConvertedType converted, int physicalBits) {
        int bits;
        boolean signed;
        if (logical != null) {
            if (!logical.isSetINTEGER()) {
                return null;
            }
            bits = logical.getINTEGER().getBitWidth();
            signed = logical.getINTEGER().isIsSigned();
        } else {
            if (converted == null
                    || converted.getValue() < ConvertedType.UINT_8.getValue()
                    || converted.getValue() > ConvertedType.INT_64.getValue()) {
                return null;
            }
            // UINT_8, _16, _32, _64, then INT_8 and so on.
            int ordinal = converted.getValue() - ConvertedType.UINT_8.getValue();
            bits = 8 << (ordinal % 4);
            signed = ordinal >= 4;
        }
        boolean fits = physicalBits == 64 ? bits == 64 : bits == 8 || bits == 16 || bits == 32;
        return fits ? new ArrowType.Int(bits, signed) : null;
    }

    private static @Nullable ArrowType text(
            @Nullable LogicalType logical, @Nullable ConvertedType converted) {
        boolean text =
                logical != null
                        ? logical.isSetSTRING() || logical.isSetJSON()
                        : converted == ConvertedType.UTF8 || converted == ConvertedType.JSON;
        if (text) {
            return ArrowType.Utf8.INSTANCE;
        }
        boolean bytes =
                logical != null
                        ? logical.isSetENUM() || logical.isSetBSON()
                        : converted == ConvertedType.ENUM || converted == ConvertedType.BSON;
        return bytes ? ArrowType.Binary.INSTANCE : null;
    }
}
