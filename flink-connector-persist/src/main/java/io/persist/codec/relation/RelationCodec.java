package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.ColumnAppender;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StatsKind;
import io.persist.codec.relation.stored.Cell;
import io.persist.codec.relation.stored.Slots;
import io.persist.codec.relation.stored.SourceDataEncoding;
import io.persist.codec.relation.stored.VectorSlots;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Rows of a relation, held in Java as the mapping says. Appending a row to vectors allocates
 * nothing beyond them; making row bytes allocates little more than the bytes.
 */
public final class RelationCodec<R> implements Codec<R> {
    public static final String NAME = "protobuf[SourceData]";

    private final RelationDesc desc;
    private final RowMapping<R> mapping;
    private final Bytes schema;

    /** The form used last, for the next call: it is costly to make. Null while in use. */
    private final AtomicReference<@Nullable RowForm> idle = new AtomicReference<>();

    /** What {@link #unpromising} made, so that it is made once. Publishes an immutable codec. */
    private volatile @Nullable RelationCodec<SourceData> unpromising;

    private RelationCodec(RelationDesc desc, RowMapping<R> mapping) {
        this.desc = desc;
        this.mapping = mapping;
        this.schema = RelationDescEncoding.encode(desc);
        this.idle.set(new RowForm());
    }

    /**
     * @throws IllegalArgumentException if a column is of a type that has no values, a range of text
     *     say; the message names column and type
     */
    public static RelationCodec<SourceData> of(RelationDesc desc) {
        return of(desc, new SourceDataMapping());
    }

    /**
     * @throws IllegalArgumentException if a column is of a type that has no values, a range of text
     *     say; the message names column and type
     */
    public static <R> RelationCodec<R> of(RelationDesc desc, RowMapping<R> mapping) {
        return new RelationCodec<>(desc, mapping);
    }

    public RelationDesc desc() {
        return desc;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Bytes schema() {
        return schema;
    }

    @Override
    public Field structuredField(String name) {
        return RelationFields.of(desc, name);
    }

    @Override
    public StatsKind.Struct keyStatistics() {
        return RelationStats.of(desc);
    }

    @Override
    public Codec<SourceData> unpromising() {
        RelationCodec<SourceData> made = unpromising;
        if (made == null) {
            made = of(desc.withoutPromises());
            unpromising = made;
        }
        return made;
    }

    @Override
    public Bytes encode(R value) {
        RowForm form = takeForm();
        try {
            return form.encode(value);
        } finally {
            idle.set(form);
        }
    }

    @Override
    public R decode(Bytes row) throws CorruptDataException {
        RowForm form = takeForm();
        try {
            return form.decode(row);
        } finally {
            idle.set(form);
        }
    }

    private RowForm takeForm() {
        RowForm form = idle.getAndSet(null);
        return form != null ? form : new RowForm();
    }

    @Override
    public ColumnAppender<R> appender(FieldVector vector) {
        if (!hasType(vector)) {
            throw new IllegalArgumentException(
                    "relation of type " + structuredField("k") + " into " + vector.getField());
        }
        return new Appender((StructVector) vector);
    }

    @Override
    public ColumnReader<R> reader(FieldVector vector) throws CorruptDataException {
        if (!hasType(vector)) {
            throw new CorruptDataException(
                    "relation of type "
                            + structuredField(vector.getName())
                            + ", found "
                            + vector.getField());
        }
        return new Reader((StructVector) vector);
    }

    private boolean hasType(FieldVector vector) {
        Field field = structuredField(vector.getName());
        return vector instanceof StructVector
                && vector.getField().getChildren().equals(field.getChildren());
    }

    private List<Column> columnsOver(FieldVector ok) {
        List<Column> columns = new ArrayList<>(desc.columns().size());
        for (int i = 0; i < desc.columns().size(); i++) {
            FieldVector vector = ok.getChildrenFromFields().get(i);
            columns.add(Columns.over(desc.columns().get(i), VectorSlots.of(vector)));
        }
        return columns;
    }

    /** One row between row bytes and Java. One thread. */
    private final class RowForm {
        private final SourceDataEncoding encoding = new SourceDataEncoding();
        private final List<Cell> cells = new ArrayList<>();
        private final RowWriter<R> writer;
        private final RowReader<R> reader;

        RowForm() {
            List<Column> columns = new ArrayList<>();
            for (RelationColumn column : desc.columns()) {
                Cell cell = Columns.cell(column);
                cells.add(cell);
                columns.add(Columns.over(column, cell));
            }
            writer = mapping.writer(List.copyOf(columns));
            reader = mapping.reader(List.copyOf(columns));
        }

        Bytes encode(R value) {
            Bytes error = mapping.errorOf(value);
            if (error != null) {
                return SourceDataEncoding.encodeError(error);
            }
            writer.write(0, value);
            return encoding.encode(cells);
        }

        R decode(Bytes row) throws CorruptDataException {
            Bytes error = encoding.decode(row, cells);
            return error == null ? reader.read(0) : mapping.error(error);
        }
    }

    /** Writes rows into a struct of {@code ok} and {@code err}, exactly one of which is valid. */
    private final class Appender implements ColumnAppender<R> {
        private final StructVector root;
        private final @Nullable StructVector ok; // null: a relation without columns
        private final Slots err;
        private final List<Column> columns;
        private final RowWriter<R> writer;

        Appender(StructVector root) {
            this.root = root;
            FieldVector okVector = root.getChildrenFromFields().get(0);
            this.ok = okVector instanceof StructVector struct ? struct : null;
            this.err = VectorSlots.of(root.getChildrenFromFields().get(1));
            this.columns = columnsOver(okVector);
            this.writer = mapping.writer(List.copyOf(columns));
        }

        @Override
        public int append(int row, R value) {
            Bytes error = mapping.errorOf(value);
            root.setIndexDefined(row);
            if (error != null) {
                return appendError(row, error);
            }
            int bytes = writer.write(row, value);
            if (ok != null) {
                ok.setIndexDefined(row);
            }
            err.setNull(row);
            return bytes;
        }

        private int appendError(int row, Bytes error) {
            int bytes = error.length();
            for (Column column : columns) {
                bytes += column.clear(row);
            }
            if (ok != null) {
                ok.setNull(row);
            }
            err.putBytes(row, error.toArray(), 0, error.length());
            return bytes;
        }

        @Override
        public void finish(int rowCount) {
            root.setValueCount(rowCount);
        }
    }

    private final class Reader implements ColumnReader<R> {
        private final @Nullable FieldVector ok; // null: a relation without columns
        private final Slots err;
        private final List<Column> columns;
        private final RowReader<R> reader;

        Reader(StructVector root) {
            FieldVector okVector = root.getChildrenFromFields().get(0);
            this.ok = okVector instanceof StructVector ? okVector : null;
            this.err = VectorSlots.of(root.getChildrenFromFields().get(1));
            this.columns = columnsOver(okVector);
            this.reader = mapping.reader(List.copyOf(columns));
        }

        @Override
        public R value(int row) throws CorruptDataException {
            boolean isError = !err.isNull(row);
            if (ok != null && ok.isNull(row) != isError && !isMigratedError(row)) {
                throw new CorruptDataException(
                        "row " + row + (isError ? ": both" : ": neither") + " a row and an error");
            }
            return isError ? mapping.error(err.getBytes(row)) : reader.read(row);
        }

        /** An error from when the relation had no columns: they are all null now. */
        private boolean isMigratedError(int row) {
            return !err.isNull(row) && columns.stream().allMatch(column -> column.isNull(row));
        }
    }
}
