package io.persist.part;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StructuredOrder;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

/**
 * The least key of a part whose keys come in pieces: row bytes, or structured keys. Keeps a copy of
 * it, allocated as the keys are; the caller closes it. One thread at a time.
 */
public final class LeastKey implements AutoCloseable {
    private @Nullable FieldVector least;

    /** Adds keys in any order, all of one type. */
    public void add(FieldVector keys) {
        if (keys.getValueCount() == 0) {
            return;
        }
        int row = KeyLowerEncoding.leastRow(keys, StructuredOrder.of(keys, keys));
        if (least == null || StructuredOrder.of(keys, least).compare(row, 0) < 0) {
            keep(keys, row);
        }
    }

    /** Adds keys that are in structured order, as are those before and after them. */
    public void addSorted(FieldVector keys) {
        if (least == null && keys.getValueCount() > 0) {
            keep(keys, 0);
        }
    }

    private void keep(FieldVector keys, int row) {
        FieldVector copy;
        try {
            copy =
                    ArrayDataEncoding.decode(
                            ArrayDataEncoding.encode(keys, row, 1),
                            keys.getName(),
                            keys.getAllocator());
        } catch (CorruptDataException e) {
            throw new IllegalStateException("a key could not be copied", e);
        }
        close();
        least = copy;
    }

    /** As {@link KeyLowerEncoding#ofRows} of all keys, which were row bytes. */
    public Bytes rowBound() {
        return least instanceof VarBinaryVector row ? KeyLowerEncoding.ofRows(row) : Bytes.EMPTY;
    }

    /** As {@link KeyLowerEncoding#ofColumn} of all keys. */
    public @Nullable Bytes columnBound(int maxBytes) {
        return least == null ? null : KeyLowerEncoding.ofSortedColumn(least, maxBytes);
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (least != null) {
            least.close();
            least = null;
        }
    }
}
