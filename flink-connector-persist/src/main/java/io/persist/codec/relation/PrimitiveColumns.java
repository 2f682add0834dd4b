package io.persist.codec.relation;

/** Columns of booleans, integers and floats: every Java value has a stored form. */
final class PrimitiveColumns {
    private PrimitiveColumns() {}

    static final class Bools extends Column {
        Bools(RelationColumn column, Slots slots) {
            super(column, slots, 1);
        }

        @Override
        public int setBool(int row, boolean value) {
            slots.putLong(row, value ? 1 : 0);
            return 1;
        }

        @Override
        public boolean bool(int row) {
            return slots.getLong(row) != 0;
        }

        @Override
        Datum datum(int row) {
            return new Datum.Bool(bool(row));
        }

        @Override
        int setDatum(int row, Datum datum) {
            if (datum instanceof Datum.Bool typed) {
                return setBool(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    static final class Int16s extends Column {
        Int16s(RelationColumn column, Slots slots) {
            super(column, slots, Short.BYTES);
        }

        @Override
        public int setInt16(int row, short value) {
            slots.putLong(row, value);
            return Short.BYTES;
        }

        @Override
        public short int16(int row) {
            return (short) slots.getLong(row);
        }

        @Override
        Datum datum(int row) {
            return new Datum.Int16(int16(row));
        }

        @Override
        int setDatum(int row, Datum datum) {
            if (datum instanceof Datum.Int16 typed) {
                return setInt16(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    static final class Int32s extends Column {
        Int32s(RelationColumn column, Slots slots) {
            super(column, slots, Integer.BYTES);
        }

        @Override
        public int setInt32(int row, int value) {
            slots.putLong(row, value);
            return Integer.BYTES;
        }

        @Override
        public int int32(int row) {
            return (int) slots.getLong(row);
        }

        @Override
        Datum datum(int row) {
            return new Datum.Int32(int32(row));
        }

        @Override
        int setDatum(int row, Datum datum) {
            if (datum instanceof Datum.Int32 typed) {
                return setInt32(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    static final class Int64s extends Column {
        Int64s(RelationColumn column, Slots slots) {
            super(column, slots, Long.BYTES);
        }

        @Override
        public int setInt64(int row, long value) {
            slots.putLong(row, value);
            return Long.BYTES;
        }

        @Override
        public long int64(int row) {
            return slots.getLong(row);
        }

        @Override
        Datum datum(int row) {
            return new Datum.Int64(int64(row));
        }

        @Override
        int setDatum(int row, Datum datum) {
            if (datum instanceof Datum.Int64 typed) {
                return setInt64(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    static final class Float32s extends Column {
        Float32s(RelationColumn column, Slots slots) {
            super(column, slots, Float.BYTES);
        }

        @Override
        public int setFloat32(int row, float value) {
            slots.putLong(row, Float.floatToIntBits(value));
            return Float.BYTES;
        }

        @Override
        public float float32(int row) {
            return Float.intBitsToFloat((int) slots.getLong(row));
        }

        @Override
        Datum datum(int row) {
            return new Datum.Float32(float32(row));
        }

        @Override
        int setDatum(int row, Datum datum) {
            if (datum instanceof Datum.Float32 typed) {
                return setFloat32(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    static final class Float64s extends Column {
        Float64s(RelationColumn column, Slots slots) {
            super(column, slots, Double.BYTES);
        }

        @Override
        public int setFloat64(int row, double value) {
            slots.putLong(row, Double.doubleToLongBits(value));
            return Double.BYTES;
        }

        @Override
        public double float64(int row) {
            return Double.longBitsToDouble(slots.getLong(row));
        }

        @Override
        Datum datum(int row) {
            return new Datum.Float64(float64(row));
        }

        @Override
        int setDatum(int row, Datum datum) {
            if (datum instanceof Datum.Float64 typed) {
                return setFloat64(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }
}
