package io.persist.batch.merge;

import io.persist.batch.RunPart;
import io.persist.batch.columns.PartColumns;
import io.persist.batch.columns.SortedPart;
import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;

/**
 * Lower bounds of keys, as metadata states them, in the form that merges compare. A bound that
 * cannot be used is as good as none.
 */
final class KeyBounds {
    private static final Logger LOG = LoggerFactory.getLogger(KeyBounds.class);

    private final Field keyType;
    private final PartColumns.Sort sort;
    private final BufferAllocator allocator;

    /**
     * @param keyType of the keys that are sorted by
     */
    KeyBounds(Field keyType, PartColumns.Sort sort, BufferAllocator allocator) {
        this.keyType = keyType;
        this.sort = sort;
        this.allocator = allocator;
    }

    /** Bound of the first key below {@code part}; null if it is not known. The caller closes it. */
    @Nullable SortedPart of(RunPart part, int slot) {
        FieldVector key = sort == PartColumns.Sort.ROWS ? rows(part) : column(part);
        if (key == null) {
            return null;
        }
        try {
            return SortedPart.bound(key, keyType, slot);
        } catch (RuntimeException | Error e) {
            key.close();
            throw e;
        }
    }

    private @Nullable FieldVector rows(RunPart part) {
        Bytes lower = Bytes.EMPTY;
        if (part instanceof RunPart.Hollow hollow) {
            lower = hollow.keyLower();
        } else if (part instanceof RunPart.Many many) {
            lower = many.keyLower();
        }
        if (lower.isEmpty()) {
            return null;
        }
        VarBinaryVector key = new VarBinaryVector("k", allocator);
        key.setSafe(0, lower.toArray());
        key.setValueCount(1);
        return key;
    }

    private @Nullable FieldVector column(RunPart part) {
        Bytes lower = null;
        if (part instanceof RunPart.Hollow hollow) {
            lower = hollow.structuredKeyLower();
        } else if (part instanceof RunPart.Many many) {
            lower = many.structuredKeyLower();
        }
        if (lower == null) {
            return null;
        }
        FieldVector key;
        try {
            key = ArrayDataEncoding.decode(lower, "lower bound", allocator);
        } catch (CorruptDataException e) {
            LOG.warn("lower bound of {} ignored: {}", part, e.getMessage());
            return null;
        }
        if (key.getValueCount() != 1 || !isBegin(key.getField(), keyType)) {
            LOG.warn(
                    "lower bound of {} ignored: {} rows of type {}, expected one of {}",
                    part,
                    key.getValueCount(),
                    key.getField(),
                    keyType);
            key.close();
            return null;
        }
        return key;
    }

    /** Whether {@code bound} is of the type, or of one whose structs lack trailing fields. */
    private static boolean isBegin(Field bound, Field type) {
        if (!bound.getType().equals(type.getType())) {
            return false;
        }
        List<Field> boundFields = bound.getChildren();
        List<Field> fields = type.getChildren();
        boolean isStruct = type.getType() instanceof ArrowType.Struct;
        if (isStruct ? boundFields.size() > fields.size() : boundFields.size() != fields.size()) {
            return false;
        }
        for (int i = 0; i < boundFields.size(); i++) {
            Field boundField = boundFields.get(i);
            Field field = fields.get(i);
            if ((isStruct && !boundField.getName().equals(field.getName()))
                    || !isBegin(boundField, field)) {
                return false;
            }
        }
        return true;
    }
}
