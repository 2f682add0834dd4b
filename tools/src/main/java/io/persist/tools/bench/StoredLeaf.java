package io.persist.tools.bench;

import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;

/** A leaf column on the heap: definition levels and values by row. */
@SuppressWarnings("ArrayRecordComponent") // data, and never compared
sealed interface StoredLeaf {
    /** Writes one row. */
    void write(int row, ColumnWriter column);

    record Longs(int level, byte[] levels, long[] values) implements StoredLeaf {
        @Override
        public void write(int row, ColumnWriter column) {
            if (levels[row] == level) {
                column.write(values[row], 0, level);
            } else {
                column.writeNull(0, levels[row]);
            }
        }
    }

    record Doubles(int level, byte[] levels, double[] values) implements StoredLeaf {
        @Override
        public void write(int row, ColumnWriter column) {
            if (levels[row] == level) {
                column.write(values[row], 0, level);
            } else {
                column.writeNull(0, levels[row]);
            }
        }
    }

    record Booleans(int level, byte[] levels, boolean[] values) implements StoredLeaf {
        @Override
        public void write(int row, ColumnWriter column) {
            if (levels[row] == level) {
                column.write(values[row], 0, level);
            } else {
                column.writeNull(0, levels[row]);
            }
        }
    }

    /** A column that is always null, as parts store it. */
    record Zeros(int level) implements StoredLeaf {
        @Override
        public void write(int row, ColumnWriter column) {
            column.write(0, 0, level);
        }
    }

    record ByteArrays(int level, byte[] levels, int[] offsets, byte[] bytes) implements StoredLeaf {
        @Override
        public void write(int row, ColumnWriter column) {
            if (levels[row] == level) {
                int from = offsets[row];
                int length = offsets[row + 1] - from;
                column.write(Binary.fromConstantByteArray(bytes, from, length), 0, level);
            } else {
                column.writeNull(0, levels[row]);
            }
        }
    }

    /** Texts as a program has them, which parquet-java encodes itself. */
    record Texts(String[] values) implements StoredLeaf {
        @Override
        public void write(int row, ColumnWriter column) {
            column.write(Binary.fromString(values[row]), 0, 0);
        }
    }
}
