package io.persist.codec;

import static io.persist.codec.TestVectors.BINARY;
import static io.persist.codec.TestVectors.INT64;
import static io.persist.codec.TestVectors.LIST;
import static io.persist.codec.TestVectors.NULL;
import static io.persist.codec.TestVectors.STRUCT;
import static io.persist.codec.TestVectors.UTF8;
import static io.persist.codec.TestVectors.nullable;
import static io.persist.codec.TestVectors.required;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class MigrationTest {
    private static final Field A = nullable("a", INT64);
    private static final Field B = nullable("b", UTF8);
    private static final Field C = nullable("c", BINARY);

    private static Field struct(Field... fields) {
        return nullable("s", STRUCT, fields);
    }

    private static void refused(Field old, Field now) {
        assertThat(Migration.between(old, now)).as("%s to %s", old, now).isEmpty();
    }

    private static Migration allowed(Field old, Field now) {
        return Migration.between(old, now).orElseThrow();
    }

    @Test
    void equalTypesNeedNothing() {
        assertThat(allowed(struct(A, B), struct(A, B)).isNoOp()).isTrue();
        assertThat(allowed(nullable("x", UTF8), required("y", UTF8)).isNoOp()).isTrue();
        assertThat(allowed(nullable("x", LIST, A), nullable("x", LIST, A)).isNoOp()).isTrue();
        refused(nullable("x", UTF8), nullable("x", BINARY));
        refused(nullable("x", UTF8), struct(A));
        refused(struct(A), nullable("x", UTF8));
        refused(
                nullable("x", new ArrowType.FixedSizeBinary(8)),
                nullable("x", new ArrowType.FixedSizeBinary(16)));
    }

    @Test
    void fieldsAreAddedAtTheEndOnlyAndNullable() {
        assertThat(allowed(struct(A), struct(A, B)).dropsData()).isFalse();
        refused(struct(A), struct(B, A));
        refused(struct(A), struct(A, required("b", UTF8)));
        refused(struct(A, B), struct(B, A));
        refused(struct(A), struct(nullable("a", UTF8)));
    }

    @Test
    void fieldsMayBeDropped() {
        assertThat(allowed(struct(A, B), struct(B)).dropsData()).isTrue();
        assertThat(allowed(struct(A, B), struct(B, C)).dropsData()).isTrue();
        Field outer = struct(struct(A));
        assertThat(allowed(outer, struct(nullable("s", NULL))).dropsData()).isTrue();
        refused(struct(required("s", STRUCT, A)), struct(nullable("s", NULL)));
    }

    @Test
    void nullabilityMayOnlyBeAdded() {
        Field requiredA = required("a", INT64);
        assertThat(allowed(struct(requiredA), struct(A)).isNoOp()).isFalse();
        refused(struct(A), struct(requiredA));
        // Together with a change of type only if that adds nullability, too.
        Field inner = required("i", STRUCT, requiredA);
        allowed(struct(inner), struct(nullable("i", STRUCT, A)));
        refused(struct(inner), struct(nullable("i", STRUCT, requiredA, B)));
        allowed(struct(inner), struct(required("i", STRUCT, requiredA, B)));
        allowed(nullable("l", LIST, requiredA), nullable("l", LIST, A));
        refused(nullable("l", LIST, A), nullable("l", LIST, requiredA));
    }

    @Test
    void nullBecomesStructOfNullableFields() {
        Field none = nullable("s", NULL);
        assertThat(allowed(none, struct(A, B)).dropsData()).isFalse();
        refused(none, struct(required("a", INT64)));
        try (BufferAllocator allocator = new RootAllocator()) {
            FieldVector vector = Vectors.create(none, allocator);
            vector.setValueCount(3);
            try (FieldVector now = allowed(none, struct(A, B)).apply(vector, allocator)) {
                assertThat(now.getField()).isEqualTo(struct(A, B));
                assertThat(now.getValueCount()).isEqualTo(3);
                assertThat(now.getNullCount()).isZero();
                assertThat(now.getChildrenFromFields())
                        .allSatisfy(child -> assertThat(child.getNullCount()).isEqualTo(3));
            }
        }
    }

    @Test
    void elementsOfListsMigrate() {
        Field old = nullable("l", LIST, nullable("item", STRUCT, A));
        Field now = nullable("l", LIST, nullable("item", STRUCT, A, B));
        try (BufferAllocator allocator = new RootAllocator()) {
            FieldVector vector = Vectors.create(old, allocator);
            TestVectors.fill(vector, 50, new Random(7));
            List<Object> before = firstFields((ListVector) vector);
            try (FieldVector migrated = allowed(old, now).apply(vector, allocator)) {
                assertThat(migrated.getField()).isEqualTo(now);
                assertThat(firstFields((ListVector) migrated)).isEqualTo(before);
                FieldVector added =
                        ((ListVector) migrated).getDataVector().getChildrenFromFields().get(1);
                assertThat(added.getNullCount()).isEqualTo(added.getValueCount());
            }
        }
    }

    /** Per row: null, or the first field of each element. */
    private static List<Object> firstFields(ListVector list) {
        StructVector elements = (StructVector) list.getDataVector();
        List<Object> rows = new ArrayList<>();
        for (int row = 0; row < list.getValueCount(); row++) {
            List<Object> values = new ArrayList<>();
            int end = list.isNull(row) ? 0 : list.getElementEndIndex(row);
            for (int i = list.getElementStartIndex(row); i < end; i++) {
                values.add(
                        elements.isNull(i) ? "none" : elements.getChildByOrdinal(0).getObject(i));
            }
            rows.add(list.isNull(row) ? "null" : values);
        }
        return rows;
    }

    @Test
    void legacyMapsBecomeLists() throws CorruptDataException {
        Field entries =
                required("map_entries", STRUCT, required("key", UTF8), nullable("val", INT64));
        Field map = nullable("m", new ArrowType.Map(true), entries);
        Field list = nullable("m", LIST, entries);
        refused(list, map);
        refused(map, nullable("m", new ArrowType.Map(false), entries));
        try (BufferAllocator allocator = new RootAllocator()) {
            FieldVector vector = Vectors.create(map, allocator);
            TestVectors.fill(vector, 20, new Random(3));
            Bytes before = ArrayDataEncoding.encode(vector, 0, 20);
            try (FieldVector migrated = allowed(map, list).apply(vector, allocator)) {
                assertThat(migrated.getField()).isEqualTo(list);
                Bytes after = ArrayDataEncoding.encode(migrated, 0, 20);
                try (FieldVector a = ArrayDataEncoding.decode(before, "m", allocator);
                        FieldVector b = ArrayDataEncoding.decode(after, "m", allocator)) {
                    for (int row = 0; row < 20; row++) {
                        assertThat(String.valueOf(b.getObject(row)))
                                .isEqualTo(String.valueOf(a.getObject(row)));
                    }
                }
            }
        }
    }

    @Property(seed = "20261124", tries = 200)
    void rowsSurviveAddedFieldsInTheSameOrder(@ForAll long seed) {
        Random random = new Random(seed);
        Field[] fields = new Field[1 + random.nextInt(4)];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = TestVectors.randomField(Integer.toString(i), random, 2);
        }
        Field[] more = Arrays.copyOf(fields, fields.length + 1);
        more[fields.length] = nullable("new", LIST, A);
        Field old = required("k", STRUCT, fields);
        Field now = required("k", STRUCT, more);
        try (BufferAllocator allocator = new RootAllocator()) {
            FieldVector vector = Vectors.create(old, allocator);
            int rows = random.nextInt(30);
            TestVectors.fill(vector, rows, random);
            int[] compared = compareAll(StructuredOrder.of(vector, vector), rows);
            Bytes[] columns = new Bytes[fields.length];
            for (int i = 0; i < fields.length; i++) {
                FieldVector column = vector.getChildrenFromFields().get(i);
                columns[i] = ArrayDataEncoding.encode(column, 0, rows);
            }
            Migration migration = Migration.between(old, now).orElseThrow();
            try (FieldVector migrated = migration.apply(vector, allocator)) {
                assertThat(migrated.getField()).isEqualTo(now);
                for (int i = 0; i < fields.length; i++) {
                    FieldVector column = migrated.getChildrenFromFields().get(i);
                    assertThat(ArrayDataEncoding.encode(column, 0, rows)).isEqualTo(columns[i]);
                }
                assertThat(compareAll(StructuredOrder.of(migrated, migrated), rows))
                        .isEqualTo(compared);
            }
        }
    }

    private static int[] compareAll(StructuredOrder order, int rows) {
        int[] compared = new int[rows * rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < rows; j++) {
                compared[i * rows + j] = Integer.signum(order.compare(i, j));
            }
        }
        return compared;
    }
}
