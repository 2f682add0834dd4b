package io.persist.codec;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes vectors that keep the names of list elements, empty or of row bytes. Arrow's own factory
 * renames them, and a column with other names is of another type to our peers.
 */
public final class Vectors {
    private Vectors() {}

    /**
     * An empty vector of exactly this type. The caller closes it.
     *
     * @throws IllegalArgumentException if two fields of a struct have the same name, or a list or
     *     map has not exactly one child
     */
    public static FieldVector create(Field field, BufferAllocator allocator) {
        // Arrow's constructors make and allocate the children they are told of; we add them later.
        Field childless = new Field(field.getName(), field.getFieldType(), List.of());
        FieldVector vector;
        if (field.getType() instanceof ArrowType.Struct) {
            vector = new NamedStruct(childless, allocator);
        } else if (field.getType() instanceof ArrowType.List) {
            vector = new NamedList(childless, allocator);
        } else if (field.getType() instanceof ArrowType.Map) {
            vector = new NamedMap(childless, allocator);
        } else {
            return field.createVector(allocator);
        }
        vector.initializeChildrenFromFields(field.getChildren());
        return vector;
    }

    /** Whether values of either type, whatever the column is called, are stored alike. */
    public static boolean isSameType(Field one, Field other) {
        return one.getType().equals(other.getType())
                && one.getChildren().equals(other.getChildren());
    }

    /**
     * The structured column of the first {@code count} values of {@code rows}. The caller closes
     * it.
     *
     * @throws CorruptDataException if one of them does not decode; nothing is left allocated
     */
    public static FieldVector decodeRows(
            String name, Codec<?> codec, VarBinaryVector rows, int count, BufferAllocator allocator)
            throws CorruptDataException {
        FieldVector column = create(codec.structuredField(name), allocator);
        try {
            decodeRows(codec.unpromising(), rows, count, column);
            return column;
        } catch (CorruptDataException | RuntimeException | Error e) {
            column.close();
            throw e;
        }
    }

    private static <T> void decodeRows(
            Codec<T> codec, VarBinaryVector rows, int count, FieldVector column)
            throws CorruptDataException {
        ColumnAppender<T> appender = codec.appender(column);
        for (int row = 0; row < count; row++) {
            T value = codec.decode(Bytes.takeArray(rows.get(row)));
            try {
                appender.append(row, value);
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException("row " + row + ": " + e.getMessage(), e);
            }
        }
        appender.finish(count);
    }

    /**
     * The row bytes of the first {@code count} values of {@code column}, which is of the codec's
     * type. The caller closes it.
     *
     * @throws CorruptDataException if one of them does not decode; nothing is left allocated
     */
    public static VarBinaryVector encodeRows(
            String name, Codec<?> codec, FieldVector column, int count, BufferAllocator allocator)
            throws CorruptDataException {
        VarBinaryVector rows = new VarBinaryVector(name, allocator);
        try {
            encodeRows(codec.unpromising(), column, count, rows);
            return rows;
        } catch (CorruptDataException | RuntimeException | Error e) {
            rows.close();
            throw e;
        }
    }

    private static <T> void encodeRows(
            Codec<T> codec, FieldVector column, int count, VarBinaryVector rows)
            throws CorruptDataException {
        ColumnReader<T> reader = codec.reader(column);
        for (int row = 0; row < count; row++) {
            T value = reader.value(row);
            try {
                rows.setSafe(row, codec.encode(value).toArray());
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException("row " + row + ": " + e.getMessage(), e);
            }
        }
        rows.setValueCount(count);
    }

    /** A copy of the bytes at {@code row}, whatever its validity. */
    static byte[] bytes(BaseVariableWidthVector vector, int row) {
        long from = vector.getOffsetBuffer().getInt(4L * row) & 0xffffffffL;
        byte[] bytes = new byte[vector.getValueLength(row)];
        vector.getDataBuffer().getBytes(from, bytes);
        return bytes;
    }

    private static Field onlyChild(List<Field> children) {
        if (children.size() != 1) {
            throw new IllegalArgumentException("list of " + children.size() + " element types");
        }
        return children.get(0);
    }

    /** Makes its children with {@link Vectors#create}. */
    private static final class NamedStruct extends StructVector {
        NamedStruct(Field field, BufferAllocator allocator) {
            super(field, allocator, null);
        }

        @Override
        public void initializeChildrenFromFields(List<Field> children) {
            Set<String> names = new HashSet<>();
            for (Field child : children) {
                if (!names.add(child.getName())) {
                    throw new IllegalArgumentException("two fields named " + child.getName());
                }
            }
            for (Field child : children) {
                putChild(child.getName(), create(child, getAllocator()));
            }
        }
    }

    /** Makes its elements with {@link Vectors#create}. */
    private static final class NamedList extends ListVector {
        NamedList(Field field, BufferAllocator allocator) {
            super(field, allocator, null);
        }

        @Override
        public void initializeChildrenFromFields(List<Field> children) {
            replaceDataVector(create(onlyChild(children), getAllocator()));
            field = new Field(field.getName(), field.getFieldType(), children);
        }
    }

    /** Makes its entries with {@link Vectors#create}. */
    private static final class NamedMap extends MapVector {
        NamedMap(Field field, BufferAllocator allocator) {
            super(field, allocator, null);
        }

        @Override
        public void initializeChildrenFromFields(List<Field> children) {
            replaceDataVector(create(onlyChild(children), getAllocator()));
            field = new Field(field.getName(), field.getFieldType(), children);
        }
    }
}
