package io.persist.codec;

import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Writes random rows into vectors of any type. Values are drawn from few, so that some repeat. */
final class RandomRows {
    private static final String[] TEXTS = {"", "a", "ab", "b", "é", "\uffff", "\ud83d\udd74"};

    private final Random random;

    RandomRows(Random random) {
        this.random = random;
    }

    void fill(FieldVector vector, int rows) {
        vector.allocateNew();
        for (int row = 0; row < rows; row++) {
            write(vector, row, false);
        }
        vector.setValueCount(rows);
    }

    private void write(FieldVector vector, int row, boolean parentNull) {
        boolean isNull = parentNull || (vector.getField().isNullable() && random.nextInt(4) == 0);
        if (vector instanceof StructVector struct) {
            if (isNull) {
                struct.setNull(row);
            } else {
                struct.setIndexDefined(row);
            }
            for (FieldVector child : struct.getChildrenFromFields()) {
                write(child, row, isNull);
            }
        } else if (vector instanceof ListVector list) {
            list.startNewValue(row);
            int count = isNull ? 0 : random.nextInt(3);
            for (int i = 0; i < count; i++) {
                write(list.getDataVector(), list.getElementStartIndex(row) + i, false);
            }
            list.endValue(row, count);
            if (isNull) {
                list.setNull(row);
            }
        } else if (vector instanceof BaseVariableWidthVector leaf) {
            byte[] bytes = isNull ? new byte[0] : text(vector instanceof VarCharVector);
            leaf.setSafe(row, bytes, 0, bytes.length);
            if (isNull) {
                leaf.setNull(row);
            }
        } else if (!(vector instanceof NullVector)) {
            writeFixed((BaseFixedWidthVector) vector, row, isNull);
        }
    }

    private byte[] text(boolean utf8) {
        return utf8
                ? TEXTS[random.nextInt(TEXTS.length)].getBytes(StandardCharsets.UTF_8)
                : new byte[] {(byte) (random.nextInt(3) * 100)};
    }

    private void writeFixed(BaseFixedWidthVector vector, int row, boolean isNull) {
        vector.setNull(row); // grows the buffers
        if (isNull) {
            return;
        }
        BitVectorHelper.setBit(vector.getValidityBuffer(), row);
        if (vector instanceof BitVector bits) {
            bits.set(row, random.nextInt(2));
            return;
        }
        int width = vector.getTypeWidth();
        for (int i = 0; i < width; i++) {
            int value = i == 0 || i == width - 1 ? random.nextInt(4) * 85 : 0;
            vector.getDataBuffer().setByte((long) row * width + i, value);
        }
    }
}
