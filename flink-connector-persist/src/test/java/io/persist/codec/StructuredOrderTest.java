package io.persist.codec;

import static io.persist.codec.TestVectors.INT64;
import static io.persist.codec.TestVectors.LIST;
import static io.persist.codec.TestVectors.STRUCT;
import static io.persist.codec.TestVectors.UTF8;
import static io.persist.codec.TestVectors.nullable;
import static io.persist.codec.TestVectors.required;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Random;

class StructuredOrderTest {
    private static final long[] ASCENDING_DOUBLES = {
        0xfff8000000000000L, // -NaN
        0xfff0000000000000L, // -infinity
        0xbff0000000000000L, // -1
        0x8000000000000000L, // -0
        0x0000000000000000L,
        0x0000000000000001L,
        0x3ff0000000000000L,
        0x7ff0000000000000L,
        0x7ff8000000000000L
    };

    @Test
    void floatsAreInTotalOrderAndNullsLast() {
        try (BufferAllocator allocator = new RootAllocator();
                Float8Vector doubles = new Float8Vector("d", allocator);
                Float4Vector floats = new Float4Vector("f", allocator)) {
            int count = ASCENDING_DOUBLES.length;
            doubles.allocateNew(count + 1);
            floats.allocateNew(count + 1);
            int[] bits = {
                0xffc00000,
                0xff800000,
                0xbf800000,
                0x80000000,
                0,
                1,
                0x3f800000,
                0x7f800000,
                0x7fc00000
            };
            for (int i = 0; i < count; i++) {
                doubles.set(i, 0);
                doubles.getDataBuffer().setLong(8L * i, ASCENDING_DOUBLES[i]);
                floats.set(i, 0);
                floats.getDataBuffer().setInt(4L * i, bits[i]);
            }
            doubles.setValueCount(count + 1);
            floats.setValueCount(count + 1);
            assertAscending(doubles);
            assertAscending(floats);
        }
    }

    private static void assertAscending(FieldVector vector) {
        StructuredOrder order = StructuredOrder.of(vector, vector);
        for (int i = 0; i < vector.getValueCount(); i++) {
            for (int j = 0; j < vector.getValueCount(); j++) {
                assertThat(Integer.signum(order.compare(i, j))).isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @Property(seed = "20261124")
    void stringsCompareAsUtf8(@ForAll @Size(10) java.util.List<String> texts) {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector vector = new VarCharVector("t", allocator)) {
            for (int i = 0; i < texts.size(); i++) {
                vector.setSafe(i, texts.get(i).getBytes(StandardCharsets.UTF_8));
            }
            vector.setValueCount(texts.size());
            StructuredOrder order = StructuredOrder.of(vector, vector);
            for (int i = 0; i < texts.size(); i++) {
                for (int j = 0; j < texts.size(); j++) {
                    int expected = Bytes.utf8(texts.get(i)).compareTo(Bytes.utf8(texts.get(j)));
                    assertThat(Integer.signum(order.compare(i, j)))
                            .isEqualTo(Integer.signum(expected));
                }
            }
        }
    }

    @Property(seed = "20261124")
    void integersCompareByValueAndUnsignedOnesUnsigned(
            @ForAll long left, @ForAll long right, @ForAll boolean signed) {
        for (int width : new int[] {8, 16, 32, 64}) {
            Field field = required("i", new ArrowType.Int(width, signed));
            try (BufferAllocator allocator = new RootAllocator();
                    FieldVector vector = Vectors.create(field, allocator)) {
                vector.setInitialCapacity(2);
                vector.allocateNew();
                vector.setValueCount(2);
                org.apache.arrow.vector.BitVectorHelper.setBit(vector.getValidityBuffer(), 0);
                org.apache.arrow.vector.BitVectorHelper.setBit(vector.getValidityBuffer(), 1);
                for (int i = 0; i < width / 8; i++) {
                    vector.getDataBuffer().setByte(i, (byte) (left >> (8 * i)));
                    vector.getDataBuffer().setByte(width / 8 + i, (byte) (right >> (8 * i)));
                }
                int drop = 64 - width;
                int expected =
                        signed
                                ? Long.compare(left << drop, right << drop)
                                : Long.compareUnsigned(left << drop, right << drop);
                assertThat(Integer.signum(StructuredOrder.of(vector, vector).compare(0, 1)))
                        .isEqualTo(Integer.signum(expected));
            }
        }
    }

    @Property(seed = "20261124", tries = 200)
    void isATotalOrderOfAnyType(@ForAll long seed) {
        Random random = new Random(seed);
        Field field = TestVectors.randomField("x", random, 3);
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(field, allocator)) {
            TestVectors.fill(vector, 12, random);
            StructuredOrder order = StructuredOrder.of(vector, vector);
            for (int i = 0; i < 12; i++) {
                assertThat(order.compare(i, i)).isZero();
                for (int j = 0; j < 12; j++) {
                    int ij = order.compare(i, j);
                    assertThat(Integer.signum(order.compare(j, i))).isEqualTo(-Integer.signum(ij));
                    boolean same =
                            ArrayDataEncoding.encode(vector, i, 1)
                                    .equals(ArrayDataEncoding.encode(vector, j, 1));
                    assertThat(ij == 0).isEqualTo(same);
                    for (int k = 0; k < 12; k++) {
                        if (ij <= 0 && order.compare(j, k) <= 0) {
                            assertThat(order.compare(i, k)).isLessThanOrEqualTo(0);
                        }
                    }
                }
            }
        }
    }

    @Test
    void aStructThatIsAPrefixOfTheOtherIsLessOnTies() {
        Field one = required("s", STRUCT, nullable("0", INT64));
        Field two = required("s", STRUCT, nullable("0", INT64), nullable("1", UTF8));
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector shorter = Vectors.create(one, allocator);
                FieldVector longer = Vectors.create(two, allocator)) {
            for (FieldVector vector : new FieldVector[] {shorter, longer}) {
                ((BigIntVector) vector.getChildrenFromFields().get(0)).setSafe(0, 1);
                ((org.apache.arrow.vector.complex.StructVector) vector).setIndexDefined(0);
                vector.setValueCount(1);
            }
            assertThat(StructuredOrder.of(shorter, longer).compare(0, 0)).isNegative();
            assertThat(StructuredOrder.of(longer, shorter).compare(0, 0)).isPositive();
        }
    }

    @Test
    void otherTypesAreRefused() {
        refused(nullable("a", UTF8), nullable("a", INT64));
        refused(
                nullable("a", LIST, nullable("i", UTF8)),
                nullable("a", LIST, nullable("i", INT64)));
        refused(
                nullable("a", STRUCT, nullable("0", UTF8)),
                nullable("a", STRUCT, nullable("1", UTF8)));
        Field half = nullable("a", new ArrowType.FloatingPoint(FloatingPointPrecision.HALF));
        refused(half, half);
    }

    private static void refused(Field left, Field right) {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector l = Vectors.create(left, allocator);
                FieldVector r = Vectors.create(right, allocator)) {
            assertThatThrownBy(() -> StructuredOrder.of(l, r))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
