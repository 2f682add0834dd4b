package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.Updates.RowColumns;
import io.persist.part.Updates.StructuredColumns;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** Updates, files and comparisons for the tests of parts. */
final class PartTests {
    static final Description USER =
            new Description(Antichain.minimum(), Antichain.empty(), Antichain.minimum());

    private PartTests() {}

    /** The worked example of docs/format.md, with both forms of keys and values. */
    static Updates example(BufferAllocator allocator) {
        return strings(
                allocator,
                List.of("1", "2", "3"),
                List.of("one", "two", "three"),
                List.of(1L, 2L, 3L),
                List.of(1L, 1L, 1L));
    }

    static Updates strings(
            BufferAllocator allocator,
            List<String> keys,
            List<String> vals,
            List<Long> times,
            List<Long> diffs) {
        return new Updates(
                new RowColumns(binary(allocator, keys), binary(allocator, vals)),
                new StructuredColumns(text(allocator, keys), text(allocator, vals)),
                longs(allocator, times),
                longs(allocator, diffs));
    }

    static BigIntVector longs(BufferAllocator allocator, List<Long> values) {
        BigIntVector vector = new BigIntVector("n", allocator);
        vector.allocateNew(Math.max(1, values.size()));
        for (int i = 0; i < values.size(); i++) {
            vector.set(i, values.get(i));
        }
        vector.setValueCount(values.size());
        return vector;
    }

    static VarBinaryVector binary(BufferAllocator allocator, List<String> values) {
        VarBinaryVector vector = new VarBinaryVector("b", allocator);
        vector.allocateNew();
        for (int i = 0; i < values.size(); i++) {
            vector.setSafe(i, values.get(i).getBytes(StandardCharsets.UTF_8));
        }
        vector.setValueCount(values.size());
        return vector;
    }

    static VarCharVector text(BufferAllocator allocator, List<String> values) {
        VarCharVector vector = new VarCharVector("s", allocator);
        vector.allocateNew();
        for (int i = 0; i < values.size(); i++) {
            vector.setSafe(i, values.get(i).getBytes(StandardCharsets.UTF_8));
        }
        vector.setValueCount(values.size());
        return vector;
    }

    /** A copy of some of the updates. */
    static Updates piece(Updates updates, int from, int count, BufferAllocator allocator)
            throws CorruptDataException {
        RowColumns rows = updates.rows();
        StructuredColumns structured = updates.structured();
        return new Updates(
                rows == null
                        ? null
                        : new RowColumns(
                                (VarBinaryVector) piece(rows.keys(), from, count, allocator),
                                (VarBinaryVector) piece(rows.vals(), from, count, allocator)),
                structured == null
                        ? null
                        : new StructuredColumns(
                                piece(structured.keys(), from, count, allocator),
                                piece(structured.vals(), from, count, allocator)),
                (BigIntVector) piece(updates.times(), from, count, allocator),
                (BigIntVector) piece(updates.diffs(), from, count, allocator));
    }

    private static FieldVector piece(
            FieldVector vector, int from, int count, BufferAllocator allocator)
            throws CorruptDataException {
        return ArrayDataEncoding.decode(
                ArrayDataEncoding.encode(vector, from, count), vector.getName(), allocator);
    }

    static void assertSame(Updates actual, Updates expected) {
        assertSame(actual.times(), expected.times());
        assertSame(actual.diffs(), expected.diffs());
        RowColumns rows = actual.rows();
        RowColumns expectedRows = expected.rows();
        assertThat(rows == null).isEqualTo(expectedRows == null);
        if (rows != null && expectedRows != null) {
            assertSame(rows.keys(), expectedRows.keys());
            assertSame(rows.vals(), expectedRows.vals());
        }
        StructuredColumns structured = actual.structured();
        StructuredColumns expectedStructured = expected.structured();
        assertThat(structured == null).isEqualTo(expectedStructured == null);
        if (structured != null && expectedStructured != null) {
            assertSame(structured.keys(), expectedStructured.keys());
            assertSame(structured.vals(), expectedStructured.vals());
        }
    }

    /** Equal types (names of the columns aside) and values; nulls below nulls do not count. */
    static void assertSame(FieldVector actual, FieldVector expected) {
        assertThat(actual.getField().getType()).isEqualTo(expected.getField().getType());
        assertThat(actual.getField().getChildren()).isEqualTo(expected.getField().getChildren());
        assertThat(actual.getValueCount()).isEqualTo(expected.getValueCount());
        for (int i = 0; i < actual.getValueCount(); i++) {
            Object found = value(actual, i);
            if (!Objects.deepEquals(found, value(expected, i))) {
                assertThat(found).as("row %d", i).isEqualTo(value(expected, i));
            }
        }
    }

    private static Object value(ValueVector vector, int row) {
        if (vector instanceof NullVector || vector.isNull(row)) {
            return "null";
        }
        Object value = vector.getObject(row);
        if (value instanceof byte[] bytes) {
            return Bytes.takeArray(bytes);
        } else if (value instanceof Float f) {
            return Float.floatToRawIntBits(f);
        } else if (value instanceof Double d) {
            return Double.doubleToRawLongBits(d);
        } else if (vector instanceof org.apache.arrow.vector.complex.StructVector struct) {
            List<Object> fields = new ArrayList<>();
            struct.getChildrenFromFields().forEach(f -> fields.add(value(f, row)));
            return fields;
        } else if (vector instanceof org.apache.arrow.vector.complex.ListVector list) {
            List<Object> items = new ArrayList<>();
            for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
                items.add(value(list.getDataVector(), i));
            }
            return items;
        }
        return value.toString();
    }

    static Bytes base64(String text) {
        return Bytes.takeArray(Base64.getMimeDecoder().decode(text));
    }
}
