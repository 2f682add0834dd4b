package io.persist.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;

import io.persist.codec.proto.ProtoArrayData;
import io.persist.codec.proto.ProtoBooleanBuffer;
import io.persist.codec.proto.ProtoBuffer;
import io.persist.codec.proto.ProtoDataType;
import io.persist.codec.proto.ProtoEmpty;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Random;

class ArrayDataEncodingTest {
    private static Bytes hex(String spaced) {
        return Bytes.fromHex(spaced.replace(" ", ""));
    }

    private static VarCharVector texts(BufferAllocator allocator, String... texts) {
        VarCharVector vector =
                (VarCharVector)
                        Vectors.create(TestVectors.required("t", TestVectors.UTF8), allocator);
        for (int i = 0; i < texts.length; i++) {
            vector.setSafe(i, texts[i].getBytes(StandardCharsets.UTF_8));
        }
        vector.setValueCount(texts.length);
        return vector;
    }

    @Test
    void workedExamplesOfTextAndUnit() {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector keys = texts(allocator, "1", "2", "3");
                VarCharVector vals = texts(allocator, "one", "two", "three");
                VarCharVector empty = texts(allocator, "", "");
                FieldVector unit =
                        Vectors.create(TestVectors.required("v", TestVectors.NULL), allocator)) {
            unit.setValueCount(3);
            assertThat(ArrayDataEncoding.encode(keys, 0, 3))
                    .isEqualTo(
                            hex(
                                    "0a020a00 1003 22120a10 00000000 01000000 02000000 03000000"
                                            + " 2205 0a03 313233"));
            assertThat(ArrayDataEncoding.encode(vals, 0, 3))
                    .isEqualTo(
                            hex(
                                    "0a020a00 1003 22120a10 00000000 03000000 06000000 0b000000"
                                            + " 220d 0a0b 6f6e6574776f7468726565"));
            assertThat(ArrayDataEncoding.encode(empty, 0, 2))
                    .isEqualTo(hex("0a020a00 1002 220e0a0c 00000000 00000000 00000000 2200"));
            assertThat(ArrayDataEncoding.encode(unit, 0, 3)).isEqualTo(hex("0a03 820100 1003"));
        }
    }

    @Test
    void workedExamplesOfBooleansAndStruct() {
        Field structOfA =
                TestVectors.required(
                        "s", TestVectors.STRUCT, TestVectors.nullable("a", TestVectors.INT64));
        try (BufferAllocator allocator = new RootAllocator();
                BitVector bits =
                        (BitVector)
                                Vectors.create(
                                        TestVectors.nullable("b", TestVectors.BOOL), allocator);
                StructVector struct = (StructVector) Vectors.create(structOfA, allocator)) {
            bits.setSafe(0, 1);
            bits.setSafe(1, 0);
            bits.setSafe(2, 1);
            bits.setNull(2);
            bits.setValueCount(3);
            struct.setIndexDefined(0);
            ((BigIntVector) struct.getChild("a")).setSafe(0, 5);
            struct.setValueCount(1);
            assertThat(ArrayDataEncoding.encode(bits, 0, 3))
                    .isEqualTo(hex("0a026a00 1003 22030a0105 3207 0a030a0103 1003"));
            assertThat(ArrayDataEncoding.encode(struct, 0, 1))
                    .isEqualTo(
                            hex(
                                    "0a0d520b0a090a016110011a022a00 1001"
                                            + " 2a0e 1001 220a0a08 0500000000000000"));
        }
    }

    @Property(seed = "20261124", tries = 300)
    void roundTripsAnyTypeAndAnyRange(@ForAll long seed) throws CorruptDataException {
        Random random = new Random(seed);
        Field field = TestVectors.randomField("x", random, 3);
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(field, allocator)) {
            int rows = random.nextInt(20);
            TestVectors.fill(vector, rows, random);
            int from = random.nextInt(rows + 1);
            int count = random.nextInt(rows - from + 1);
            Bytes whole = ArrayDataEncoding.encode(vector, 0, rows);
            Bytes range = ArrayDataEncoding.encode(vector, from, count);
            try (FieldVector copy = ArrayDataEncoding.decode(whole, "x", allocator);
                    FieldVector slice = ArrayDataEncoding.decode(range, "x", allocator)) {
                assertThat(copy.getField().getChildren()).isEqualTo(field.getChildren());
                assertThat(ArrayDataEncoding.encode(copy, 0, rows)).isEqualTo(whole);
                assertThat(ArrayDataEncoding.encode(copy, from, count)).isEqualTo(range);
                assertThat(ArrayDataEncoding.encode(slice, 0, count)).isEqualTo(range);
                assertThat(GoodBytes.of(slice)).isEqualTo(GoodBytes.of(vector, from, count));
                StructuredOrder order = StructuredOrder.of(slice, vector);
                for (int i = 0; i < count; i++) {
                    assertThat(order.compare(i, from + i)).isZero();
                }
            }
        }
    }

    @Property(seed = "20261124", tries = 3000)
    void damagedBytesAreRefusedOrAnotherValidArray(@ForAll long seed) {
        Random random = new Random(seed);
        Field field = TestVectors.randomField("x", random, 3);
        try (BufferAllocator allocator = new RootAllocator(64 << 20);
                FieldVector vector = Vectors.create(field, allocator)) {
            int rows = random.nextInt(20);
            TestVectors.fill(vector, rows, random);
            byte[] bytes = ArrayDataEncoding.encode(vector, 0, rows).toArray();
            int kept = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Bytes damaged = Bytes.takeArray(bytes, 0, kept);
            try (FieldVector decoded = ArrayDataEncoding.decode(damaged, "x", allocator)) {
                ArrayDataEncoding.encode(decoded, 0, decoded.getValueCount());
            } catch (CorruptDataException e) {
                assertThat(e).hasMessageContaining("x");
            }
        }
    }

    @Test
    void booleansMayBeginAtABitOffset() throws CorruptDataException {
        ProtoArrayData proto =
                booleans().setLength(5).setOffset(3).addBuffers(buffer(0b1010_1000)).build();
        try (BufferAllocator allocator = new RootAllocator();
                BitVector bits = (BitVector) ArrayDataEncoding.fromProto(proto, "b", allocator)) {
            assertThat(new int[] {bits.get(0), bits.get(1), bits.get(2), bits.get(3), bits.get(4)})
                    .containsExactly(1, 0, 1, 0, 1);
        }
    }

    @Test
    void validityBeginsAtTheFirstRowWhateverTheOffset() throws CorruptDataException {
        ProtoArrayData proto =
                booleans()
                        .setLength(2)
                        .setOffset(6)
                        .addBuffers(buffer(0b1100_0000))
                        .setNulls(
                                ProtoBooleanBuffer.newBuilder()
                                        .setBuffer(buffer(0b10))
                                        .setLength(2))
                        .build();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector bits = ArrayDataEncoding.fromProto(proto, "b", allocator)) {
            assertThat(bits.isNull(0)).isTrue();
            assertThat(((BitVector) bits).get(1)).isEqualTo(1);
        }
    }

    private static ProtoArrayData.Builder booleans() {
        return ProtoArrayData.newBuilder()
                .setDataType(
                        ProtoDataType.newBuilder().setBoolean(ProtoEmpty.getDefaultInstance()));
    }

    private static ProtoBuffer buffer(int... bytes) {
        byte[] data = new byte[bytes.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) bytes[i];
        }
        return ProtoBuffer.newBuilder().setData(ByteString.copyFrom(data)).build();
    }

    @Test
    void refusesBrokenArraysAndNamesTheFault() {
        refuses(booleans().setLength(9).addBuffers(buffer(1)), "buffer 0 of 1 bytes, expected 2");
        refuses(booleans().setLength(1), "0 buffers and 0 children, expected 1 and 0");
        refuses(booleans().setLength(-1).addBuffers(buffer(1)), "length 18446744073709551615");
        refuses(
                booleans()
                        .setLength(1)
                        .addBuffers(buffer(1))
                        .setNulls(ProtoBooleanBuffer.newBuilder().setLength(1)),
                "validity of 1 bits in 0 bytes, expected 1");
        refuses(ProtoArrayData.newBuilder().setLength(1), "no data type");
        refuses(
                text().setLength(1)
                        .addBuffers(buffer(0, 0, 0, 0, 1, 0, 0, 0))
                        .addBuffers(buffer(0xff)),
                "row 0 is not UTF-8");
        refuses(
                text().setLength(1)
                        .addBuffers(buffer(0, 0, 0, 0, 2, 0, 0, 0))
                        .addBuffers(buffer(1)),
                "offsets up to 2 into 1 bytes");
        refuses(
                text().setLength(1)
                        .addBuffers(buffer(1, 0, 0, 0, 0, 0, 0, 0))
                        .addBuffers(buffer(1)),
                "offset 0 of row 1 after 1");
    }

    @Test
    void refusesNullsWhereNoneMayBe() {
        Field required =
                TestVectors.required(
                        "s", TestVectors.STRUCT, TestVectors.required("a", TestVectors.BOOL));
        ProtoArrayData.Builder child =
                ProtoArrayData.newBuilder()
                        .setLength(1)
                        .addBuffers(buffer(0))
                        .setNulls(
                                ProtoBooleanBuffer.newBuilder().setBuffer(buffer(0)).setLength(1));
        refuses(
                ProtoArrayData.newBuilder()
                        .setDataType(DataTypeEncoding.toProto(required))
                        .setLength(1)
                        .addChildren(child),
                "array 'x.a': null at row 0");
    }

    @Test
    void claimsOfManyRowsCostNoMemory() {
        Field empty = TestVectors.required("s", TestVectors.STRUCT);
        refuses(
                ProtoArrayData.newBuilder()
                        .setDataType(DataTypeEncoding.toProto(empty))
                        .setLength(Integer.MAX_VALUE - 1),
                "message far too small");
    }

    private static ProtoArrayData.Builder text() {
        return ProtoArrayData.newBuilder()
                .setDataType(ProtoDataType.newBuilder().setString(ProtoEmpty.getDefaultInstance()));
    }

    private static void refuses(ProtoArrayData.Builder proto, String message) {
        try (BufferAllocator allocator = new RootAllocator(1 << 20)) {
            assertThatThrownBy(() -> ArrayDataEncoding.fromProto(proto.build(), "x", allocator))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void namesOfListElementsAndLegacyMapsSurvive() throws CorruptDataException {
        Field entries =
                TestVectors.required(
                        "map_entries",
                        TestVectors.STRUCT,
                        TestVectors.required("key", TestVectors.UTF8),
                        TestVectors.nullable("val", TestVectors.INT64));
        for (Field field :
                new Field[] {
                    TestVectors.nullable("m", new ArrowType.Map(true), entries),
                    TestVectors.nullable("m", TestVectors.LIST, entries)
                }) {
            try (BufferAllocator allocator = new RootAllocator();
                    FieldVector vector = Vectors.create(field, allocator)) {
                TestVectors.fill(vector, 10, new Random(1));
                assertThat(vector.getField()).isEqualTo(field);
                Bytes bytes = ArrayDataEncoding.encode(vector, 0, 10);
                try (FieldVector copy = ArrayDataEncoding.decode(bytes, "m", allocator)) {
                    assertThat(copy.getField()).isEqualTo(field);
                    assertThat(ArrayDataEncoding.encode(copy, 0, 10)).isEqualTo(bytes);
                }
            }
        }
    }
}
