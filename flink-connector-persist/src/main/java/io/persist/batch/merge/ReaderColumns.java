package io.persist.batch.merge;

import io.persist.batch.BatchSchema;
import io.persist.batch.columns.PartColumns;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Migration;
import io.persist.codec.StructuredOrder;
import io.persist.codec.Vectors;
import io.persist.part.DecodeFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.Optional;

/** Makes of the keys and values of a part those that a reader works with. One thread. */
final class ReaderColumns<K, V> {
    private final BatchSchema<K, V> schema;
    private final PartForm form;
    private final DecodeFormat format;
    private final BufferAllocator allocator;

    ReaderColumns(
            BatchSchema<K, V> schema,
            PartForm form,
            DecodeFormat format,
            BufferAllocator allocator) {
        this.schema = schema;
        this.form = form;
        this.format = format;
        this.allocator = allocator;
    }

    /**
     * Columns in the reader's form and of its types. Those of {@code updates} are used up or
     * closed.
     */
    PartColumns take(Updates updates) throws CorruptDataException {
        Updates.RowColumns rows = updates.rows();
        Updates.@Nullable StructuredColumns structured = null;
        boolean complete = false;
        try {
            if (format == DecodeFormat.ROW_WITH_VALIDATE) {
                requireAlike(updates);
            }
            if (form.structured() || rows == null) {
                structured = structured(updates);
            } else if (updates.structured() != null) {
                updates.structured().keys().close();
                updates.structured().vals().close();
            }
            if (!form.rows()) {
                close(rows);
                rows = null;
            } else if (rows == null) {
                rows = encode(Objects.requireNonNull(structured), updates.count());
            }
            if (!form.structured() && structured != null) {
                structured.keys().close();
                structured.vals().close();
                structured = null;
            }
            PartColumns columns = new PartColumns(rows, structured, form.sort());
            complete = true;
            return columns;
        } finally {
            if (!complete && structured != null) {
                structured.keys().close();
                structured.vals().close();
            }
        }
    }

    private static void close(Updates.@Nullable RowColumns rows) {
        if (rows != null) {
            rows.keys().close();
            rows.vals().close();
        }
    }

    private Updates.StructuredColumns structured(Updates updates) throws CorruptDataException {
        Updates.RowColumns rows = updates.rows();
        Updates.StructuredColumns stored = updates.structured();
        if (stored != null && rows != null && format != DecodeFormat.ARROW) {
            stored.keys().close();
            stored.vals().close();
            stored = null;
        }
        FieldVector keys =
                column(
                        "k_s",
                        schema.keys(),
                        stored == null ? null : stored.keys(),
                        rows == null ? null : rows.keys());
        try {
            FieldVector vals =
                    column(
                            "v_s",
                            schema.vals(),
                            stored == null ? null : stored.vals(),
                            rows == null ? null : rows.vals());
            return new Updates.StructuredColumns(keys, vals);
        } catch (CorruptDataException | RuntimeException | Error e) {
            keys.close();
            throw e;
        }
    }

    private Updates.RowColumns encode(Updates.StructuredColumns columns, int count)
            throws CorruptDataException {
        VarBinaryVector keys =
                Vectors.encodeRows("k", schema.keys(), columns.keys(), count, allocator);
        try {
            return new Updates.RowColumns(
                    keys, Vectors.encodeRows("v", schema.vals(), columns.vals(), count, allocator));
        } catch (CorruptDataException | RuntimeException | Error e) {
            keys.close();
            throw e;
        }
    }

    /** The stored column if its type can become the codec's, else one made of the row bytes. */
    private FieldVector column(
            String name,
            Codec<?> codec,
            @Nullable FieldVector stored,
            @Nullable VarBinaryVector rows)
            throws CorruptDataException {
        Field expected = codec.structuredField(name);
        if (stored != null) {
            Field found = stored.getField();
            if (Vectors.isSameType(found, expected)) {
                return stored;
            }
            Optional<Migration> migration = Migration.between(found, expected);
            if (migration.isPresent()) {
                return migration.get().apply(stored, allocator);
            }
            if (rows == null) {
                throw new CorruptDataException(
                        "column of type " + found + ", which cannot become " + expected);
            }
            stored.close();
        }
        return Vectors.decodeRows(
                name, codec, Objects.requireNonNull(rows), rows.getValueCount(), allocator);
    }

    /** Refuses a part whose rows and columns say different things. */
    private void requireAlike(Updates updates) throws CorruptDataException {
        Updates.RowColumns rows = updates.rows();
        Updates.StructuredColumns stored = updates.structured();
        if (rows != null && stored != null) {
            requireAlike("k", schema.keys(), rows.keys(), stored.keys());
            requireAlike("v", schema.vals(), rows.vals(), stored.vals());
        }
    }

    private void requireAlike(String name, Codec<?> codec, VarBinaryVector rows, FieldVector stored)
            throws CorruptDataException {
        Field expected = codec.structuredField(name + "_s");
        if (!Vectors.isSameType(stored.getField(), expected)) {
            return; // of another schema, whose columns cannot be made of these rows
        }
        int count = rows.getValueCount();
        try (FieldVector decoded = Vectors.decodeRows(name + "_s", codec, rows, count, allocator)) {
            StructuredOrder order = StructuredOrder.of(decoded, stored);
            for (int row = 0; row < count; row++) {
                if (order.compare(row, row) != 0) {
                    throw new CorruptDataException(
                            "row "
                                    + row
                                    + ": column "
                                    + name
                                    + " and column "
                                    + name
                                    + "_s hold different values");
                }
            }
        }
    }
}
