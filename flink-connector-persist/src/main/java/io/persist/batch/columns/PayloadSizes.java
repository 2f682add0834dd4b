package io.persist.batch.columns;

import io.persist.codec.GoodBytes;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Adds up the payload (see {@link GoodBytes}) of single rows, one column after the other. */
final class PayloadSizes {
    private final Selection selection;
    private final int from;
    private final long[] sizes;

    /**
     * @param sizes to which the payloads of the updates from {@code from} on are added
     */
    PayloadSizes(Selection selection, int from, long[] sizes) {
        this.selection = selection;
        this.from = from;
        this.sizes = sizes;
    }

    /**
     * Adds what differs from row to row.
     *
     * @param sources the column in each of the selection's parts
     * @return what every row has besides
     */
    long add(FieldVector[] sources) {
        FieldVector first = sources[0];
        if (first instanceof NullVector) {
            return 0;
        }
        if (first instanceof BitVector) {
            return 1;
        }
        if (first instanceof BaseFixedWidthVector fixed) {
            return fixed.getTypeWidth();
        }
        if (first instanceof BaseVariableWidthVector) {
            addBytes(sources);
            return 0;
        }
        if (first instanceof ListVector) {
            addElements(sources);
            return 0;
        }
        if (first instanceof StructVector struct) {
            long each = 0;
            FieldVector[] children = new FieldVector[sources.length];
            for (int child = 0; child < struct.size(); child++) {
                for (int i = 0; i < sources.length; i++) {
                    children[i] =
                            (FieldVector) ((StructVector) sources[i]).getChildByOrdinal(child);
                }
                each += add(children);
            }
            return each;
        }
        throw new IllegalArgumentException("unknown payload of " + first.getField());
    }

    private void addBytes(FieldVector[] sources) {
        ArrowBuf[] offsets = new ArrowBuf[sources.length];
        for (int i = 0; i < sources.length; i++) {
            offsets[i] = sources[i].getOffsetBuffer();
        }
        for (int i = 0; i < sizes.length; i++) {
            ArrowBuf of = offsets[selection.source(from + i)];
            long at = 4L * selection.row(from + i);
            sizes[i] += of.getInt(at + 4) - of.getInt(at);
        }
    }

    private void addElements(FieldVector[] sources) {
        for (int i = 0; i < sizes.length; i++) {
            ListVector list = (ListVector) sources[selection.source(from + i)];
            int row = selection.row(from + i);
            int first = list.getElementStartIndex(row);
            sizes[i] +=
                    GoodBytes.of(list.getDataVector(), first, list.getElementEndIndex(row) - first);
        }
    }
}
