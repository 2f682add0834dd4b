package io.persist.batch.columns;

import io.persist.codec.Vectors;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Copies rows of vectors behind one another, into a new vector or behind the rows of an old one.
 * Columns of any type that parts have; one column at a time, ranges of rows at once.
 */
public final class Gather {
    private Gather() {}

    /** A new vector with row {@code rows[i]} of {@code source} at row i. The caller closes it. */
    public static FieldVector rows(FieldVector source, int[] rows, BufferAllocator allocator) {
        Segments segments = new Segments();
        for (int row : rows) {
            segments.add(0, row);
        }
        FieldVector target = Vectors.create(source.getField(), allocator);
        try {
            append(target, new FieldVector[] {source}, segments);
            return target;
        } catch (RuntimeException | Error e) {
            target.close();
            throw e;
        }
    }

    /** Copies all rows of {@code source} behind those of {@code target}, of the same type. */
    static void append(FieldVector target, FieldVector source) {
        append(target, new FieldVector[] {source}, Segments.of(0, source.getValueCount()));
    }

    /**
     * Copies rows behind those of {@code target}.
     *
     * @param sources vectors of the same type as the target
     */
    static void append(FieldVector target, FieldVector[] sources, Segments segments) {
        append(target, target.getValueCount(), sources, segments);
    }

    /**
     * @param at where the first row goes
     */
    private static void append(
            FieldVector target, int at, FieldVector[] sources, Segments segments) {
        int end = Math.addExact(at, segments.rows());
        if (target instanceof BaseVariableWidthVector bytes) {
            while (bytes.getValueCapacity() < end) {
                bytes.reallocValidityAndOffsetBuffers();
            }
            bytes.setLastSet(end - 1); // or else all offsets are written twice
        }
        target.setValueCount(end); // makes room
        if (target instanceof NullVector || at == end) {
            return;
        }
        if (target instanceof StructVector struct) {
            appendFields(struct, at, sources, segments);
        } else if (target instanceof ListVector list) { // maps too
            appendElements(list, at, sources, segments);
        } else if (target instanceof BaseVariableWidthVector bytes) {
            appendBytes(bytes, at, sources, segments);
        } else if (target instanceof BitVector bits) {
            copyBits(bits.getDataBuffer(), at, dataBuffers(sources), segments);
        } else if (target instanceof BaseFixedWidthVector fixed) {
            appendFixed(fixed, at, sources, segments);
        } else {
            throw new IllegalArgumentException("cannot copy " + target.getField());
        }
        ArrowBuf[] valid = new ArrowBuf[sources.length];
        for (int i = 0; i < sources.length; i++) {
            valid[i] = sources[i].getValidityBuffer();
        }
        copyBits(target.getValidityBuffer(), at, valid, segments);
    }

    private static void appendFields(
            StructVector target, int at, FieldVector[] sources, Segments segments) {
        FieldVector[] children = new FieldVector[sources.length];
        for (int child = 0; child < target.size(); child++) {
            for (int i = 0; i < sources.length; i++) {
                children[i] = (FieldVector) ((StructVector) sources[i]).getChildByOrdinal(child);
            }
            append((FieldVector) target.getChildByOrdinal(child), at, children, segments);
        }
    }

    private static void appendElements(
            ListVector target, int at, FieldVector[] sources, Segments segments) {
        ArrowBuf offsets = target.getOffsetBuffer();
        FieldVector[] elements = new FieldVector[sources.length];
        for (int i = 0; i < sources.length; i++) {
            elements[i] = ((ListVector) sources[i]).getDataVector();
        }
        Segments below = new Segments();
        int elementsAt = offsets.getInt(4L * at);
        int row = at;
        for (int s = 0; s < segments.count(); s++) {
            ListVector source = (ListVector) sources[segments.source(s)];
            int end = segments.from(s) + segments.length(s);
            if (source.getNullCount() == 0) {
                addElements(source, segments.from(s), end, segments.source(s), below);
                copyOffsets(
                        source.getOffsetBuffer(),
                        segments.from(s),
                        segments.length(s),
                        offsets,
                        row);
                row += segments.length(s);
                continue;
            }
            for (int from = segments.from(s); from < end; from++) {
                // What may lie below a null list is left behind.
                int before = below.rows();
                if (!source.isNull(from)) {
                    addElements(source, from, from + 1, segments.source(s), below);
                }
                offsets.setInt(4L * (row + 1), offsets.getInt(4L * row) + below.rows() - before);
                row++;
            }
        }
        target.setLastSet(row - 1);
        append(target.getDataVector(), elementsAt, elements, below);
    }

    private static void addElements(
            ListVector list, int from, int end, int source, Segments elements) {
        int first = list.getOffsetBuffer().getInt(4L * from);
        int length = list.getOffsetBuffer().getInt(4L * end) - first;
        if (length > 0) {
            elements.add(source, first, length);
        }
    }

    private static void appendBytes(
            BaseVariableWidthVector target, int at, FieldVector[] sources, Segments segments) {
        ArrowBuf offsets = target.getOffsetBuffer();
        int dataAt = offsets.getInt(4L * at);
        int row = at;
        for (int s = 0; s < segments.count(); s++) {
            ArrowBuf from = sources[segments.source(s)].getOffsetBuffer();
            copyOffsets(from, segments.from(s), segments.length(s), offsets, row);
            row += segments.length(s);
        }
        int dataEnd = offsets.getInt(4L * row);
        if (target.getDataBuffer().capacity() < dataEnd) {
            target.reallocDataBuffer(dataEnd);
        }
        ArrowBuf data = target.getDataBuffer();
        long to = dataAt;
        for (int s = 0; s < segments.count(); s++) {
            FieldVector source = sources[segments.source(s)];
            ArrowBuf from = source.getOffsetBuffer();
            int first = from.getInt(4L * segments.from(s));
            int length = from.getInt(4L * (segments.from(s) + segments.length(s))) - first;
            if (length > 0) {
                data.setBytes(to, source.getDataBuffer(), first, length);
                to += length;
            }
        }
        target.setLastSet(row - 1);
        target.setValueCount(row); // moves the end of the data
    }

    /** Continues the offsets of {@code to}. */
    private static void copyOffsets(ArrowBuf from, int first, int count, ArrowBuf to, int at) {
        int shift = to.getInt(4L * at) - from.getInt(4L * first);
        for (int i = 1; i <= count; i++) {
            to.setInt(4L * (at + i), Math.addExact(from.getInt(4L * (first + i)), shift));
        }
    }

    private static void appendFixed(
            BaseFixedWidthVector target, int at, FieldVector[] sources, Segments segments) {
        int width = target.getTypeWidth();
        ArrowBuf data = target.getDataBuffer();
        ArrowBuf[] from = dataBuffers(sources);
        long to = (long) at * width;
        for (int s = 0; s < segments.count(); s++) {
            ArrowBuf source = from[segments.source(s)];
            long first = (long) segments.from(s) * width;
            long length = (long) segments.length(s) * width;
            if (length == Long.BYTES) {
                data.setLong(to, source.getLong(first));
            } else {
                data.setBytes(to, source, first, length);
            }
            to += length;
        }
    }

    private static ArrowBuf[] dataBuffers(FieldVector[] sources) {
        ArrowBuf[] buffers = new ArrowBuf[sources.length];
        for (int i = 0; i < sources.length; i++) {
            buffers[i] = sources[i].getDataBuffer();
        }
        return buffers;
    }

    /** Copies single bits. Those of {@code to} behind the last one come out cleared. */
    private static void copyBits(ArrowBuf to, int at, ArrowBuf[] sources, Segments segments) {
        int bit = at & 7;
        long toByte = at >> 3;
        int pending = bit == 0 ? 0 : to.getByte(toByte) & ((1 << bit) - 1);
        for (int s = 0; s < segments.count(); s++) {
            ArrowBuf source = sources[segments.source(s)];
            int end = segments.from(s) + segments.length(s);
            for (int row = segments.from(s); row < end; row++) {
                if (bit == 0 && end - row >= 8) {
                    toByte = copyBytes(to, toByte, source, row, end);
                    row += (end - row) & ~7;
                    if (row == end) {
                        break;
                    }
                }
                pending |= ((source.getByte(row >> 3) >> (row & 7)) & 1) << bit;
                if (++bit == 8) {
                    to.setByte(toByte++, pending);
                    pending = 0;
                    bit = 0;
                }
            }
        }
        if (bit > 0) {
            to.setByte(toByte, pending);
        }
    }

    /** Copies bits, eight at a time as long as there are as many; returns the next byte to set. */
    private static long copyBytes(ArrowBuf to, long toByte, ArrowBuf source, int from, int end) {
        int shift = from & 7;
        long fromByte = from >> 3;
        long next = toByte;
        for (int left = end - from; left >= 8; left -= 8) {
            int bits = (source.getByte(fromByte) & 0xff) >>> shift;
            if (shift > 0) {
                bits |= source.getByte(fromByte + 1) << (8 - shift);
            }
            to.setByte(next, bits);
            fromByte++;
            next++;
        }
        return next;
    }
}
