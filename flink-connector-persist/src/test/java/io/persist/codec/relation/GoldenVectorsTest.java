package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.codec.CorruptDataException;
import io.persist.codec.DataTypeEncoding;
import io.persist.codec.Vectors;
import io.persist.codec.proto.ProtoArrayData;
import io.persist.codec.proto.ProtoBooleanBuffer;
import io.persist.codec.proto.ProtoBuffer;
import io.persist.testing.GoldenShards;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import java.util.stream.Collectors;

/** The original client's bytes for values of every type. */
class GoldenVectorsTest {
    private static JsonNode vectors() {
        return GoldenShards.vectors();
    }

    private static RelationDesc desc(JsonNode type) throws CorruptDataException {
        return RelationDescEncoding.decode(Bytes.fromHex(type.get("schema").textValue()));
    }

    @Test
    void descriptionsAndArrowTypesOfAllTypes() throws CorruptDataException {
        JsonNode vectors = vectors();
        assertThat(vectors).hasSize(44);
        for (JsonNode type : vectors) {
            RelationDesc desc = desc(type);
            assertThat(desc.original()).isEqualTo(Bytes.EMPTY);
            assertThat(RelationDescEncoding.encode(desc).hex())
                    .isEqualTo(type.get("schema").textValue());
            assertThat(desc.columns()).hasSize(1);
            assertThat(desc.columns().get(0).type().sqlName())
                    .isEqualTo(type.get("type").textValue());
            Field field = RelationFields.of(desc, "k");
            assertThat(typeText(field)).isEqualTo(type.get("arrow").textValue());
            assertThat(DataTypeEncoding.fromProto(DataTypeEncoding.toProto(field), "k", false))
                    .isEqualTo(field);
        }
    }

    @Test
    void valuesEncodeToTheSameBytesAndDecodeFromThem()
            throws CorruptDataException, JsonProcessingException {
        int count = 0;
        for (JsonNode type : vectors()) {
            RelationCodec<SourceData> codec = RelationCodec.of(desc(type));
            for (JsonNode value : type.get("values")) {
                String proto = value.get("proto").textValue();
                JsonNode column = new ObjectMapper().readTree(value.get("column").textValue());
                SourceData row = codec.decode(Bytes.fromHex(proto));
                String what = type.get("type").textValue() + " " + value.get("datum").textValue();
                assertThat(codec.encode(row).hex()).as(what).isEqualTo(proto);
                ProtoArrayData ours = columnOf(codec, row);
                assertThat(withoutValidity(ours)).as(what).isEqualTo(withoutTypes(column));
                assertThat(rowOf(codec, ours)).as(what).isEqualTo(row);
                count++;
            }
        }
        assertThat(count).isEqualTo(GoldenShards.isComplete() ? 497 : 255);
    }

    /** The only column's Arrow buffers after appending the row. */
    private static ProtoArrayData columnOf(RelationCodec<SourceData> codec, SourceData row) {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k"), allocator)) {
            ColumnAppender<SourceData> appender = codec.appender(vector);
            appender.append(0, row);
            appender.finish(1);
            return ArrayDataEncoding.toProto(vector).getChildren(0).getChildren(0);
        }
    }

    /** The row read from a column with the given Arrow buffers. */
    private static SourceData rowOf(RelationCodec<SourceData> codec, ProtoArrayData column)
            throws CorruptDataException {
        ByteString twoZeroOffsets = ByteString.copyFrom(new byte[8]);
        ProtoBuffer none =
                ProtoBuffer.newBuilder().setData(ByteString.copyFrom(new byte[1])).build();
        ProtoArrayData.Builder err =
                ProtoArrayData.newBuilder()
                        .setLength(1)
                        .addBuffers(ProtoBuffer.newBuilder().setData(twoZeroOffsets))
                        .addBuffers(ProtoBuffer.newBuilder())
                        .setNulls(ProtoBooleanBuffer.newBuilder().setBuffer(none).setLength(1));
        ProtoArrayData key =
                ProtoArrayData.newBuilder()
                        .setDataType(DataTypeEncoding.toProto(codec.structuredField("k")))
                        .setLength(1)
                        .addChildren(ProtoArrayData.newBuilder().setLength(1).addChildren(column))
                        .addChildren(err)
                        .build();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = ArrayDataEncoding.fromProto(key, "k", allocator)) {
            return codec.reader(vector).value(0);
        }
    }

    /** The golden columns leave it out. */
    private static ProtoArrayData withoutValidity(ProtoArrayData column) {
        ProtoArrayData.Builder proto = column.toBuilder().clearNulls();
        for (int i = 0; i < column.getChildrenCount(); i++) {
            proto.setChildren(i, withoutValidity(column.getChildren(i)));
        }
        return proto.build();
    }

    private static ProtoArrayData withoutTypes(JsonNode column) {
        ProtoArrayData.Builder proto =
                ProtoArrayData.newBuilder().setLength(column.get("len").longValue());
        for (JsonNode buffer : column.get("buffers")) {
            byte[] bytes = Bytes.fromHex(buffer.textValue()).toArray();
            proto.addBuffers(ProtoBuffer.newBuilder().setData(ByteString.copyFrom(bytes)));
        }
        for (JsonNode child : column.get("children")) {
            proto.addChildren(withoutTypes(child));
        }
        return proto.build();
    }

    /** The type as the original's debug output. */
    private static String typeText(Field field) {
        ArrowType type = field.getType();
        String children =
                field.getChildren().stream()
                        .map(GoldenVectorsTest::fieldText)
                        .collect(Collectors.joining(", "));
        if (type instanceof ArrowType.Struct) {
            return "Struct([" + children + "])";
        }
        if (type instanceof ArrowType.List) {
            return "List(" + children + ")";
        }
        if (type instanceof ArrowType.Int integer) {
            return (integer.getIsSigned() ? "Int" : "UInt") + integer.getBitWidth();
        }
        if (type instanceof ArrowType.FixedSizeBinary fixed) {
            return "FixedSizeBinary(" + fixed.getByteWidth() + ")";
        }
        if (type instanceof ArrowType.FloatingPoint floating) {
            return switch (floating.getPrecision()) {
                case HALF -> "Float16";
                case SINGLE -> "Float32";
                case DOUBLE -> "Float64";
            };
        }
        if (type instanceof ArrowType.Bool) {
            return "Boolean";
        }
        return type instanceof ArrowType.Utf8 ? "Utf8" : "Binary";
    }

    /** It leaves out the name {@code item} and {@code nullable: false}. */
    private static String fieldText(Field field) {
        String name = field.getName().equals("item") ? "" : "name: \"" + field.getName() + "\", ";
        String nullable = field.isNullable() ? ", nullable: true" : "";
        return "Field { " + name + "data_type: " + typeText(field) + nullable + " }";
    }
}
