package io.persist.codec.relation;

import io.persist.codec.relation.stored.Slots;

/** Columns of booleans, integers and floats: nearly every Java value has a stored form. */
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
        Datum value(int row) {
            return new Datum.Bool(bool(row));
        }

        @Override
        int setValue(int row, Datum datum) {
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
        Datum value(int row) {
            return new Datum.Int16(int16(row));
        }

        @Override
        int setValue(int row, Datum datum) {
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
        Datum value(int row) {
            return new Datum.Int32(int32(row));
        }

        @Override
        int setValue(int row, Datum datum) {
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
        Datum value(int row) {
            return new Datum.Int64(int64(row));
        }

        @Override
        int setValue(int row, Datum datum) {
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
        Datum value(int row) {
            return new Datum.Float32(float32(row));
        }

        @Override
        int setValue(int row, Datum datum) {
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
        Datum value(int row) {
            return new Datum.Float64(float64(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Float64 typed) {
                return setFloat64(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    /** "char". */
    static final class UInt8s extends Column {
        UInt8s(RelationColumn column, Slots slots) {
            super(column, slots, Byte.BYTES);
        }

        @Override
        public int setUInt8(int row, int value) {
            if (value < 0 || value > 0xff) {
                throw illegal(value, "not within 0 and 255");
            }
            slots.putLong(row, value);
            return Byte.BYTES;
        }

        @Override
        public int uint8(int row) {
            return (int) (slots.getLong(row) & 0xff);
        }

        @Override
        Datum value(int row) {
            return new Datum.UInt8(uint8(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.UInt8 typed) {
                return setUInt8(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    static final class UInt16s extends Column {
        UInt16s(RelationColumn column, Slots slots) {
            super(column, slots, Short.BYTES);
        }

        @Override
        public int setUInt16(int row, int value) {
            if (value < 0 || value > 0xffff) {
                throw illegal(value, "not within 0 and 65535");
            }
            slots.putLong(row, value);
            return Short.BYTES;
        }

        @Override
        public int uint16(int row) {
            return (int) (slots.getLong(row) & 0xffff);
        }

        @Override
        Datum value(int row) {
            return new Datum.UInt16(uint16(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.UInt16 typed) {
                return setUInt16(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    /** uint4 and the kinds of oids. */
    static final class UInt32s extends Column {
        UInt32s(RelationColumn column, Slots slots) {
            super(column, slots, Integer.BYTES);
        }

        @Override
        public int setUInt32(int row, long value) {
            if (value < 0 || value > 0xffffffffL) {
                throw illegal(value, "not within 0 and 4294967295");
            }
            slots.putLong(row, value);
            return Integer.BYTES;
        }

        @Override
        public long uint32(int row) {
            return slots.getLong(row) & 0xffffffffL;
        }

        @Override
        Datum value(int row) {
            return new Datum.UInt32(uint32(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.UInt32 typed) {
                return setUInt32(row, typed.value());
            }
            throw wrongDatum(datum);
        }
    }

    static final class UInt64s extends Column {
        UInt64s(RelationColumn column, Slots slots) {
            super(column, slots, Long.BYTES);
        }

        @Override
        public int setUInt64(int row, long bits) {
            slots.putLong(row, bits);
            return Long.BYTES;
        }

        @Override
        public long uint64(int row) {
            return slots.getLong(row);
        }

        @Override
        Datum value(int row) {
            return new Datum.UInt64(uint64(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.UInt64 typed) {
                return setUInt64(row, typed.bits());
            }
            throw wrongDatum(datum);
        }
    }

    static final class MzTimestamps extends Column {
        MzTimestamps(RelationColumn column, Slots slots) {
            super(column, slots, Long.BYTES);
        }

        @Override
        public int setUInt64(int row, long bits) {
            slots.putLong(row, bits);
            return Long.BYTES;
        }

        @Override
        public long uint64(int row) {
            return slots.getLong(row);
        }

        @Override
        Datum value(int row) {
            return new Datum.MzTimestamp(uint64(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.MzTimestamp typed) {
                return setUInt64(row, typed.bits());
            }
            throw wrongDatum(datum);
        }
    }
}
