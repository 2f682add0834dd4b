package io.persist.codec;

import io.persist.codec.proto.ProtoDataType;
import io.persist.codec.proto.ProtoEmpty;
import io.persist.codec.proto.ProtoField;
import io.persist.codec.proto.ProtoMapType;
import io.persist.codec.proto.ProtoStructType;

import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Arrow data types inside protobuf. Only the types below have a form there. */
public final class DataTypeEncoding {
    private static final ProtoEmpty EMPTY = ProtoEmpty.getDefaultInstance();

    private DataTypeEncoding() {}

    /** Encoded type of a codec's structured column, as a shard's schema registry holds it. */
    public static Bytes encodeColumnOf(Codec<?> codec) {
        return Bytes.takeArray(toProto(codec.structuredField("")).toByteArray());
    }

    /**
     * Type of {@code field}; its name and nullability are not part of it.
     *
     * @throws IllegalArgumentException if the type has no encoded form
     */
    public static ProtoDataType toProto(Field field) {
        ProtoDataType.Builder proto = ProtoDataType.newBuilder();
        ArrowType type = field.getType();
        if (type instanceof ArrowType.Struct) {
            ProtoStructType.Builder struct = proto.getStructBuilder();
            field.getChildren().forEach(child -> struct.addChildren(child(child)));
        } else if (type instanceof ArrowType.List) {
            proto.setList(child(field.getChildren().get(0)));
        } else if (type instanceof ArrowType.Map map) {
            proto.setMap(
                    ProtoMapType.newBuilder()
                            .setValue(child(field.getChildren().get(0)))
                            .setSorted(map.getKeysSorted()));
        } else if (type instanceof ArrowType.Int integer) {
            setInteger(proto, integer);
        } else if (type instanceof ArrowType.FixedSizeBinary fixed) {
            proto.setFixedBinary(fixed.getByteWidth());
        } else if (type instanceof ArrowType.Utf8) {
            proto.setString(EMPTY);
        } else if (type instanceof ArrowType.Binary) {
            proto.setBinary(EMPTY);
        } else if (type instanceof ArrowType.Bool) {
            proto.setBoolean(EMPTY);
        } else if (type instanceof ArrowType.Null) {
            proto.setNull(EMPTY);
        } else if (type.equals(floating(FloatingPointPrecision.SINGLE))) {
            proto.setFloat32(EMPTY);
        } else if (type.equals(floating(FloatingPointPrecision.DOUBLE))) {
            proto.setFloat64(EMPTY);
        } else {
            throw new IllegalArgumentException("field " + field + ": type has no encoded form");
        }
        return proto.build();
    }

    private static ProtoField child(Field field) {
        return ProtoField.newBuilder()
                .setName(field.getName())
                .setNullable(field.isNullable())
                .setDataType(toProto(field))
                .build();
    }

    private static void setInteger(ProtoDataType.Builder proto, ArrowType.Int type) {
        int signedWidth = type.getIsSigned() ? -type.getBitWidth() : type.getBitWidth();
        switch (signedWidth) {
            case -8 -> proto.setInt8(EMPTY);
            case -16 -> proto.setInt16(EMPTY);
            case -32 -> proto.setInt32(EMPTY);
            case -64 -> proto.setInt64(EMPTY);
            case 8 -> proto.setUint8(EMPTY);
            case 16 -> proto.setUint16(EMPTY);
            case 32 -> proto.setUint32(EMPTY);
            case 64 -> proto.setUint64(EMPTY);
            default -> throw new AssertionError(type);
        }
    }

    /** The type as a field of the given name. */
    public static Field fromProto(ProtoDataType type, String name, boolean nullable)
            throws CorruptDataException {
        return switch (type.getKindCase()) {
            case STRING -> leaf(name, nullable, new ArrowType.Utf8());
            case BINARY -> leaf(name, nullable, new ArrowType.Binary());
            case FIXED_BINARY -> {
                if (type.getFixedBinary() <= 0) {
                    throw new CorruptDataException(
                            "data type of '" + name + "': width " + type.getFixedBinary());
                }
                yield leaf(name, nullable, new ArrowType.FixedSizeBinary(type.getFixedBinary()));
            }
            case INT8 -> leaf(name, nullable, new ArrowType.Int(8, true));
            case INT16 -> leaf(name, nullable, new ArrowType.Int(16, true));
            case INT32 -> leaf(name, nullable, new ArrowType.Int(32, true));
            case INT64 -> leaf(name, nullable, new ArrowType.Int(64, true));
            case UINT8 -> leaf(name, nullable, new ArrowType.Int(8, false));
            case UINT16 -> leaf(name, nullable, new ArrowType.Int(16, false));
            case UINT32 -> leaf(name, nullable, new ArrowType.Int(32, false));
            case UINT64 -> leaf(name, nullable, new ArrowType.Int(64, false));
            case FLOAT32 -> leaf(name, nullable, floating(FloatingPointPrecision.SINGLE));
            case FLOAT64 -> leaf(name, nullable, floating(FloatingPointPrecision.DOUBLE));
            case BOOLEAN -> leaf(name, nullable, new ArrowType.Bool());
            case NULL -> leaf(name, nullable, new ArrowType.Null());
            case LIST ->
                    new Field(
                            name,
                            new FieldType(nullable, new ArrowType.List(), null),
                            List.of(child(type.getList())));
            case STRUCT -> struct(type.getStruct(), name, nullable);
            case MAP -> map(type.getMap(), name, nullable);
            case KIND_NOT_SET ->
                    throw new CorruptDataException("data type of '" + name + "': unknown kind");
        };
    }

    private static Field child(ProtoField field) throws CorruptDataException {
        return fromProto(field.getDataType(), field.getName(), field.getNullable());
    }

    private static Field leaf(String name, boolean nullable, ArrowType type) {
        return new Field(name, new FieldType(nullable, type, null), List.of());
    }

    private static Field struct(ProtoStructType struct, String name, boolean nullable)
            throws CorruptDataException {
        List<Field> children = new ArrayList<>(struct.getChildrenCount());
        Set<String> names = new HashSet<>();
        for (ProtoField child : struct.getChildrenList()) {
            if (!names.add(child.getName())) {
                throw new CorruptDataException(
                        "data type of '" + name + "': two fields named '" + child.getName() + "'");
            }
            children.add(child(child));
        }
        return new Field(name, new FieldType(nullable, new ArrowType.Struct(), null), children);
    }

    private static Field map(ProtoMapType map, String name, boolean nullable)
            throws CorruptDataException {
        Field entries = child(map.getValue());
        if (!(entries.getType() instanceof ArrowType.Struct) || entries.getChildren().size() != 2) {
            throw new CorruptDataException(
                    "data type of '" + name + "': map entries must be pairs, found " + entries);
        }
        ArrowType type = new ArrowType.Map(map.getSorted());
        return new Field(name, new FieldType(nullable, type, null), List.of(entries));
    }

    private static ArrowType floating(FloatingPointPrecision precision) {
        return new ArrowType.FloatingPoint(precision);
    }
}
