package io.persist.codec;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

import java.util.List;

/** Nothing, stored as nothing. Its column is of type Null, which is nullable by nature. */
final class UnitCodec implements Codec<Unit> {
    @Override
    public String name() {
        return "()";
    }

    @Override
    public Bytes schema() {
        return Bytes.EMPTY;
    }

    @Override
    public Field structuredField(String name) {
        return new Field(name, FieldType.notNullable(new ArrowType.Null()), List.of());
    }

    @Override
    public Bytes encode(Unit value) {
        return Bytes.EMPTY;
    }

    @Override
    public Unit decode(Bytes row) throws CorruptDataException {
        if (!row.isEmpty()) {
            throw new CorruptDataException("a unit has no bytes, found " + row);
        }
        return Unit.UNIT;
    }

    @Override
    public ColumnAppender<Unit> appender(FieldVector vector) {
        if (!(vector instanceof NullVector)) {
            throw new IllegalArgumentException("codec () writes Null, not " + vector.getField());
        }
        return new ColumnAppender<>() {
            @Override
            public int append(int row, Unit value) {
                return 0;
            }

            @Override
            public void finish(int rowCount) {
                vector.setValueCount(rowCount);
            }
        };
    }

    @Override
    public ColumnReader<Unit> reader(FieldVector vector) throws CorruptDataException {
        if (!(vector instanceof NullVector)) {
            throw new CorruptDataException("codec () reads Null, found " + vector.getField());
        }
        return row -> Unit.UNIT;
    }

    @Override
    public StatsKind.Struct keyStatistics() {
        return new StatsKind.Struct(List.of());
    }
}
