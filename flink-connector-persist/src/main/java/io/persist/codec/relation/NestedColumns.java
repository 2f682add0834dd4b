package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.BigEndian;
import io.persist.codec.relation.stored.Slots;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Columns of values that hold other values, in columns of their own. */
final class NestedColumns {
    private NestedColumns() {}

    /** What lists, maps and arrays share: elements that lie behind one another. */
    private abstract static class Elements extends Column {
        final Slots lists;
        final Column elements;

        /**
         * @param lists the slots that say which elements belong to which row
         */
        Elements(RelationColumn column, Slots slots, Slots lists, Column elements) {
            super(column, slots, 0);
            this.lists = lists;
            this.elements = elements;
        }

        @Override
        public final ColumnSink elementSink() {
            return elements;
        }

        @Override
        public final ColumnSource elementSource() {
            return elements;
        }

        @Override
        public int beginList(int row) {
            return lists.beginList(row);
        }

        @Override
        public int elementStart(int row) throws CorruptDataException {
            return lists.listStart(row);
        }

        @Override
        public final int elementEnd(int row) {
            return lists.listEnd(row);
        }

        final int putElements(int start, List<Datum> values) {
            int bytes = 0;
            for (int i = 0; i < values.size(); i++) {
                bytes += elements.setDatum(start + i, values.get(i));
            }
            return bytes;
        }

        final List<Datum> getElements(int row) throws CorruptDataException {
            List<Datum> values = new ArrayList<>();
            int end = elementEnd(row);
            for (int i = elementStart(row); i < end; i++) {
                values.add(elements.datum(i));
            }
            return values;
        }
    }

    /** T list. */
    static final class Lists extends Elements {
        Lists(RelationColumn column, Slots slots, Column elements) {
            super(column, slots, slots, elements);
        }

        @Override
        public int endList(int row, int count) {
            slots.endList(row, count);
            return 0;
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            return new Datum.List(getElements(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.List list) {
                int bytes = putElements(beginList(row), list.elements());
                return bytes + endList(row, list.elements().size());
            }
            throw wrongDatum(datum);
        }
    }

    /** Maps with text keys: lists of entries, ascending by the bytes of their keys. */
    static final class Maps extends Elements {
        private final Slots entries;
        private final Column keys;

        Maps(RelationColumn column, Slots slots, Column keys, Column values) {
            super(column, slots, slots, values);
            this.entries = slots.child(0);
            this.keys = keys;
        }

        @Override
        public ColumnSink keySink() {
            return keys;
        }

        @Override
        public ColumnSource keySource() {
            return keys;
        }

        @Override
        public int endList(int row, int count) {
            int start = slots.beginList(row);
            for (int i = start; i < start + count; i++) {
                entries.putStruct(i);
                if (i > start && !ascending(i)) {
                    String text = entries.child(0).getBytes(i).utf8();
                    throw illegal("key '" + text + "'", "keys must ascend, each once");
                }
            }
            slots.endList(row, count);
            return 0;
        }

        private boolean ascending(int row) {
            return entries.child(0).compareBytes(row - 1, row) < 0;
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            List<Datum.Entry> found = new ArrayList<>();
            int start = elementStart(row);
            for (int i = start; i < elementEnd(row); i++) {
                if (entries.isNull(i) || keys.isNull(i)) {
                    throw corrupt(row, "entry without a key");
                }
                Bytes key = keys.utf8(i);
                if (i > start && !ascending(i)) {
                    throw corrupt(row, "key '" + key.utf8() + "' is out of order");
                }
                found.add(new Datum.Entry(key.utf8(), elements.datum(i)));
            }
            return new Datum.Map(found);
        }

        @Override
        int setValue(int row, Datum datum) {
            if (!(datum instanceof Datum.Map map)) {
                throw wrongDatum(datum);
            }
            int start = beginList(row);
            int bytes = 0;
            for (int i = 0; i < map.entries().size(); i++) {
                Datum.Entry entry = map.entries().get(i);
                bytes += keys.setText(start + i, entry.key());
                bytes += elements.setDatum(start + i, entry.value());
            }
            return bytes + endList(row, map.entries().size());
        }
    }

    /** Arrays and int2vectors: dimensions, and the elements row-major. */
    static final class Arrays extends Elements {
        private static final int MAX_DIMENSIONS = 6;
        private static final int WIDTH = 16;

        private final Slots dims;
        private final int maxDimensions;
        private final byte[] scratch = new byte[WIDTH];

        /** Of as many dimensions as there may be. */
        static Arrays ofAny(RelationColumn column, Slots slots, Column elements) {
            return new Arrays(column, slots, elements, MAX_DIMENSIONS);
        }

        /** Of one dimension, or none. */
        static Arrays ofOne(RelationColumn column, Slots slots, Column elements) {
            return new Arrays(column, slots, elements, 1);
        }

        private Arrays(RelationColumn column, Slots slots, Column elements, int maxDimensions) {
            super(column, slots, slots.child(1), elements);
            this.dims = slots.child(0);
            this.maxDimensions = maxDimensions;
        }

        @Override
        public int endList(int row, int count) {
            int start = dims.beginList(row);
            int dimensions = count == 0 ? 0 : 1;
            if (dimensions == 1) {
                putDimension(start, 1, count);
            }
            return end(row, count, dimensions);
        }

        private void putDimension(int at, long lowerBound, long length) {
            BigEndian.putLong(scratch, 0, lowerBound ^ Long.MIN_VALUE);
            BigEndian.putLong(scratch, Long.BYTES, length);
            dims.child(0).putBytes(at, scratch, 0, WIDTH);
        }

        private int end(int row, int count, int dimensions) {
            dims.endList(row, dimensions);
            lists.endList(row, count);
            slots.putStruct(row);
            return WIDTH * dimensions;
        }

        @Override
        public int endArray(int row, int count, List<Datum.Dimension> dimensions) {
            String wrong = mismatch(count, dimensions);
            if (wrong != null) {
                throw illegal("array of " + count + " elements", wrong);
            }
            int start = dims.beginList(row);
            for (int i = 0; i < dimensions.size(); i++) {
                Datum.Dimension dimension = dimensions.get(i);
                putDimension(start + i, dimension.lowerBound(), dimension.length());
            }
            return end(row, count, dimensions.size());
        }

        private @Nullable String mismatch(int count, List<Datum.Dimension> dimensions) {
            if (dimensions.size() > maxDimensions) {
                return dimensions.size() + " dimensions, at most " + maxDimensions;
            }
            long product = dimensions.isEmpty() ? 0 : 1;
            for (int i = 0; i < dimensions.size(); i++) {
                Datum.Dimension dimension = dimensions.get(i);
                if (dimension.length() < 0 || dimension.length() > Integer.MAX_VALUE) {
                    return "dimension of length " + Long.toUnsignedString(dimension.length());
                }
                product = Math.min(product * dimension.length(), Integer.MAX_VALUE);
            }
            return product == count ? null : "dimensions " + dimensions + " are of " + product;
        }

        @Override
        public int elementStart(int row) throws CorruptDataException {
            dimensions(row);
            return super.elementStart(row);
        }

        @Override
        public List<Datum.Dimension> dimensions(int row) throws CorruptDataException {
            if (dims.isNull(row) || lists.isNull(row)) {
                throw corrupt(row, "array without dimensions or elements");
            }
            List<Datum.Dimension> dimensions = new ArrayList<>();
            for (int i = dims.listStart(row); i < dims.listEnd(row); i++) {
                if (dims.child(0).isNull(i) || dims.child(0).copyBytes(i, scratch) != WIDTH) {
                    throw corrupt(row, "no dimension at " + i);
                }
                long lower = BigEndian.getLong(scratch, 0) ^ Long.MIN_VALUE;
                dimensions.add(new Datum.Dimension(lower, BigEndian.getLong(scratch, Long.BYTES)));
            }
            int count = lists.listEnd(row) - lists.listStart(row);
            String wrong = mismatch(count, dimensions);
            if (wrong != null) {
                throw corrupt(row, "array of " + count + " elements: " + wrong);
            }
            return dimensions;
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            return new Datum.Array(dimensions(row), getElements(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Array array) {
                int bytes = putElements(beginList(row), array.elements());
                return bytes + endArray(row, array.elements().size(), array.dimensions());
            }
            throw wrongDatum(datum);
        }
    }

    /** Records of at least one field. */
    static final class Records extends Column {
        private final List<Column> fields;

        Records(RelationColumn column, Slots slots, List<Column> fields) {
            super(column, slots, fields.stream().mapToInt(Column::nullBytes).sum());
            this.fields = List.copyOf(fields);
        }

        @Override
        public ColumnSink fieldSink(int index) {
            return fields.get(index);
        }

        @Override
        public ColumnSource fieldSource(int index) {
            return fields.get(index);
        }

        @Override
        public int setRecord(int row) {
            slots.putStruct(row);
            return 0;
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            List<Datum> values = new ArrayList<>(fields.size());
            for (Column field : fields) {
                values.add(field.datum(row));
            }
            return new Datum.Record(values);
        }

        @Override
        int setValue(int row, Datum datum) {
            if (!(datum instanceof Datum.Record values)) {
                throw wrongDatum(datum);
            }
            if (values.fields().size() != fields.size()) {
                throw illegal(datum, values.fields().size() + " fields");
            }
            int bytes = 0;
            for (int i = 0; i < fields.size(); i++) {
                bytes += fields.get(i).setDatum(row, values.fields().get(i));
            }
            return bytes + setRecord(row);
        }
    }

    /** Records without fields: only whether they are null is stored. */
    static final class EmptyRecords extends Column {
        EmptyRecords(RelationColumn column, Slots slots) {
            super(column, slots, 1);
        }

        @Override
        public int setRecord(int row) {
            slots.putLong(row, 1);
            return 1;
        }

        @Override
        Datum value(int row) {
            return new Datum.Record(List.of());
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Record values && values.fields().isEmpty()) {
                return setRecord(row);
            }
            throw wrongDatum(datum);
        }
    }
}
