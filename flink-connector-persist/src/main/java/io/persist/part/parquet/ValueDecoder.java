package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.Type;
import org.jspecify.annotations.Nullable;

/** Decodes the values of the data pages of one column chunk. Not thread safe. */
final class ValueDecoder {
    private final SchemaNode leaf;
    private final Limits limits;
    private final ValueBuffer values;
    private @Nullable ValueBuffer dictionary;
    private int[] indexes = new int[0];

    ValueDecoder(SchemaNode leaf, Limits limits) {
        this.leaf = leaf;
        this.limits = limits;
        this.values = newBuffer();
    }

    private ValueBuffer newBuffer() {
        return new ValueBuffer(leaf.physical() == Type.BOOLEAN ? 1 : leaf.width());
    }

    /** All values decoded so far. */
    ValueBuffer values() {
        return values;
    }

    void readDictionary(Slice page, int count) throws CorruptDataException {
        if (dictionary != null || leaf.physical() == Type.BOOLEAN) {
            throw page.corrupt("no second dictionary, and none of booleans", "one");
        }
        ValueBuffer read = newBuffer();
        plain(page, count, read);
        dictionary = read;
    }

    void readValues(Slice page, Encoding encoding, int count) throws CorruptDataException {
        if (count == 0) {
            return;
        }
        Type type = leaf.physicalOrThrow();
        boolean integer = type == Type.INT32 || type == Type.INT64;
        boolean fits =
                switch (encoding) {
                    case PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY -> true;
                    case RLE -> type == Type.BOOLEAN;
                    case DELTA_BINARY_PACKED -> integer;
                    case DELTA_LENGTH_BYTE_ARRAY -> type == Type.BYTE_ARRAY;
                    case DELTA_BYTE_ARRAY ->
                            type == Type.BYTE_ARRAY || type == Type.FIXED_LEN_BYTE_ARRAY;
                    case BYTE_STREAM_SPLIT -> leaf.width() > 0;
                    case BIT_PACKED -> false;
                };
        if (!fits) {
            throw page.corrupt("an encoding of " + type + " values", encoding);
        }
        if (values.width() > 0) {
            limits.checkColumnBytes(page, values.dataSize() + (long) count * values.width());
        }
        switch (encoding) {
            case PLAIN -> plain(page, count, values);
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> indexed(page, count);
            case RLE -> booleanRuns(page, count);
            case DELTA_BINARY_PACKED -> DeltaDecoder.fixed(page, type, count, values);
            case DELTA_LENGTH_BYTE_ARRAY -> DeltaDecoder.byteArrays(page, count, values);
            case DELTA_BYTE_ARRAY -> DeltaDecoder.prefixed(page, count, values, limits);
            case BYTE_STREAM_SPLIT -> split(page, count);
            case BIT_PACKED -> throw new AssertionError(encoding);
        }
    }

    private void plain(Slice page, int count, ValueBuffer out) throws CorruptDataException {
        if (leaf.physical() == Type.BOOLEAN) {
            Slice bits = page.take((int) ((count + 7L) / 8), "booleans");
            byte[] target = out.data().reserve(count);
            int at = out.data().size();
            for (int i = 0; i < count; i++) {
                target[at + i] = (byte) (bits.array()[bits.position() + (i >> 3)] >> (i & 7) & 1);
            }
            out.data().advance(count);
            out.added(count);
        } else if (leaf.width() > 0) {
            long size = (long) count * leaf.width();
            if (size > page.remaining()) {
                throw page.corrupt(size + " bytes of values", page.remaining());
            }
            out.data().write(page.array(), page.position(), (int) size);
            page.skip((int) size, "values");
            out.added(count);
        } else {
            plainByteArrays(page, count, out);
        }
        if (page.remaining() > 0) {
            throw page.corrupt("the end of the page", page.remaining() + " more bytes");
        }
    }

    private void plainByteArrays(Slice page, int count, ValueBuffer out)
            throws CorruptDataException {
        if (4L * count > page.remaining()) {
            throw page.corrupt(count + " byte arrays", page.remaining() + " bytes");
        }
        limits.checkColumnBytes(page, out.dataSize() + (long) page.remaining());
        byte[] source = page.array();
        for (int i = 0; i < count; i++) {
            int length = page.readInt("length of a byte array");
            int from = page.position();
            page.skip(length, "a byte array");
            out.add(source, from, length);
        }
    }

    private void indexed(Slice page, int count) throws CorruptDataException {
        ValueBuffer distinct = dictionary;
        if (distinct == null) {
            throw page.corrupt("a dictionary page before dictionary indexes", "none");
        }
        if (indexes.length < count) {
            indexes = new int[count];
        }
        int width = page.readByte("bit width of dictionary indexes");
        RunLengthDecoder.decode(page, width, indexes, 0, count, "dictionary indexes");
        long bytes = values.dataSize();
        for (int i = 0; i < count; i++) {
            int index = indexes[i];
            if (index < 0 || index >= distinct.count()) {
                throw page.corrupt(
                        "an index into a dictionary of " + distinct.count(),
                        Integer.toUnsignedString(index));
            }
            bytes += distinct.length(index);
        }
        limits.checkColumnBytes(page, bytes);
        values.data().reserve((int) (bytes - values.dataSize()));
        byte[] source = distinct.array();
        for (int i = 0; i < count; i++) {
            values.add(source, distinct.start(indexes[i]), distinct.length(indexes[i]));
        }
    }

    private void booleanRuns(Slice page, int count) throws CorruptDataException {
        int length = page.readInt("length of boolean runs");
        Slice runs = page.take(length, "boolean runs");
        int[] decoded = new int[count];
        RunLengthDecoder.decode(runs, 1, decoded, 0, count, "booleans");
        for (int value : decoded) {
            values.data().write(value);
        }
        values.added(count);
    }

    private void split(Slice page, int count) throws CorruptDataException {
        int width = leaf.width();
        if ((long) count * width != page.remaining()) {
            throw page.corrupt(count + " split values of " + width + " bytes", page.remaining());
        }
        byte[] source = page.array();
        byte[] target = values.data().reserve(count * width);
        int at = values.data().size();
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < width; k++) {
                target[at++] = source[page.position() + k * count + i];
            }
        }
        values.data().advance(count * width);
        values.added(count);
    }
}
