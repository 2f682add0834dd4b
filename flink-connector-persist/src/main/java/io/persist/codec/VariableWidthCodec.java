package io.persist.codec;

import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

import java.util.List;

/** A codec whose structured column holds the row bytes themselves, as Utf8 or Binary. */
abstract class VariableWidthCodec<T> implements Codec<T> {
    private final String name;
    private final ArrowType type;

    VariableWidthCodec(String name, ArrowType type) {
        this.name = name;
        this.type = type;
    }

    abstract byte[] toBytes(T value);

    /** Stores values one after the other in a vector; may keep memory from one to the next. */
    interface Putter<T> {
        /** Returns the number of bytes. */
        int put(int row, T value);
    }

    abstract Putter<T> putter(BytesWriter target);

    abstract T fromBytes(Bytes row) throws CorruptDataException;

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Bytes schema() {
        return Bytes.EMPTY;
    }

    @Override
    public final Field structuredField(String fieldName) {
        return new Field(fieldName, FieldType.notNullable(type), List.of());
    }

    @Override
    public final Bytes encode(T value) {
        return Bytes.takeArray(toBytes(value));
    }

    @Override
    public final T decode(Bytes row) throws CorruptDataException {
        return fromBytes(row);
    }

    @Override
    public final ColumnAppender<T> appender(FieldVector vector) {
        if (!(vector instanceof BaseVariableWidthVector target)
                || !vector.getField().getType().equals(type)) {
            throw new IllegalArgumentException(
                    "codec " + name + " writes " + type + ", not " + vector.getField());
        }
        Putter<T> putter = putter(new BytesWriter(target));
        return new ColumnAppender<>() {
            @Override
            public int append(int row, T value) {
                return putter.put(row, value);
            }

            @Override
            public void finish(int rowCount) {
                target.setValueCount(rowCount);
            }
        };
    }

    @Override
    public final ColumnReader<T> reader(FieldVector vector) throws CorruptDataException {
        if (!(vector instanceof BaseVariableWidthVector source)
                || !vector.getField().getType().equals(type)) {
            throw new CorruptDataException(
                    "codec " + name + " reads " + type + ", found " + vector.getField());
        }
        return row -> {
            if (source.isNull(row)) {
                throw new CorruptDataException("null at row " + row + " of a " + name + " column");
            }
            return fromBytes(Bytes.takeArray(Vectors.bytes(source, row)));
        };
    }
}
