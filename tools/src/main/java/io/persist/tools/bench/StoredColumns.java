package io.persist.tools.bench;

import io.persist.batch.columns.PartBuffer;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

import java.util.ArrayList;
import java.util.List;

/**
 * What the columns of a data set's parts hold, on the heap, ready for parquet-java: whoever writes
 * these need not know how values are encoded.
 *
 * @param schema as our parts have it
 * @param leaves in the order of the schema
 */
record StoredColumns(MessageType schema, List<StoredLeaf> leaves) {
    /** Takes the columns of all rows as one part. */
    static <K, V> StoredColumns of(DataSet<K, V> data) {
        try (BufferAllocator allocator = new RootAllocator();
                PartBuffer<K, V> buffer =
                        new PartBuffer<>(
                                data.keyCodec(),
                                data.valCodec(),
                                PartFormat.STRUCTURED,
                                allocator)) {
            for (int row = 0; row < data.size(); row++) {
                buffer.add(data.key(row), data.val(row), DataSet.time(row), 1);
            }
            try (Updates updates = buffer.takeUpdates()) {
                return of(updates);
            }
        }
    }

    /** The same with keys and values as the strings that they are in the data set. */
    StoredColumns fromStrings(DataSet<String, String> data) {
        List<StoredLeaf> texts = new ArrayList<>(leaves.subList(0, 2));
        texts.add(new StoredLeaf.Texts(data.rows()));
        texts.add(new StoredLeaf.Texts(data.vals()));
        return new StoredColumns(schema, texts);
    }

    private static StoredColumns of(Updates updates) {
        Updates.StructuredColumns structured = updates.structured();
        if (structured == null) {
            throw new AssertionError("no structured columns");
        }
        List<StoredLeaf> leaves = new ArrayList<>();
        byte[] defined = new byte[updates.count()];
        MessageType schema =
                new MessageType(
                        "part",
                        add("t", updates.times(), false, 0, defined, leaves),
                        add("d", updates.diffs(), false, 0, defined, leaves),
                        add("k_s", structured.keys(), false, 0, defined, leaves),
                        add("v_s", structured.vals(), false, 0, defined, leaves));
        return new StoredColumns(schema, leaves);
    }

    /**
     * Adds the leaves of a field and returns its type.
     *
     * @param depth definition level of a value of the parent
     * @param levels those of the parent, by row
     */
    private static Type add(
            String name,
            FieldVector vector,
            boolean nullable,
            int depth,
            byte[] levels,
            List<StoredLeaf> leaves) {
        int own = nullable ? depth + 1 : depth;
        byte[] ownLevels = levels;
        if (nullable) {
            ownLevels = levels.clone();
            for (int row = 0; row < levels.length; row++) {
                ownLevels[row] += (byte) (levels[row] == depth && !vector.isNull(row) ? 1 : 0);
            }
        }
        Type.Repetition repetition = nullable ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
        if (vector instanceof StructVector struct) {
            List<Type> fields = new ArrayList<>();
            for (FieldVector child : struct.getChildrenFromFields()) {
                boolean childNullable = child.getField().isNullable();
                fields.add(add(child.getName(), child, childNullable, own, ownLevels, leaves));
            }
            return Types.buildGroup(repetition).addFields(fields.toArray(Type[]::new)).named(name);
        }
        leaves.add(leaf(vector, own, ownLevels));
        return leafType(vector, repetition, name);
    }

    private static Type leafType(FieldVector vector, Type.Repetition repetition, String name) {
        if (vector instanceof FixedSizeBinaryVector fixed) {
            return Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
                    .length(fixed.getByteWidth())
                    .named(name);
        }
        if (vector instanceof VarCharVector) {
            return Types.primitive(PrimitiveTypeName.BINARY, repetition)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name);
        }
        if (vector instanceof NullVector) {
            return Types.primitive(PrimitiveTypeName.INT32, repetition)
                    .as(LogicalTypeAnnotation.unknownType())
                    .named(name);
        }
        PrimitiveTypeName type =
                vector instanceof BigIntVector
                        ? PrimitiveTypeName.INT64
                        : vector instanceof Float8Vector
                                ? PrimitiveTypeName.DOUBLE
                                : vector instanceof BitVector
                                        ? PrimitiveTypeName.BOOLEAN
                                        : PrimitiveTypeName.BINARY;
        return Types.primitive(type, repetition).named(name);
    }

    private static StoredLeaf leaf(FieldVector vector, int level, byte[] levels) {
        int count = levels.length;
        if (vector instanceof BigIntVector longs) {
            long[] values = new long[count];
            for (int row = 0; row < count; row++) {
                values[row] = levels[row] == level ? longs.get(row) : 0;
            }
            return new StoredLeaf.Longs(level, levels, values);
        }
        if (vector instanceof Float8Vector doubles) {
            double[] values = new double[count];
            for (int row = 0; row < count; row++) {
                values[row] = levels[row] == level ? doubles.get(row) : 0;
            }
            return new StoredLeaf.Doubles(level, levels, values);
        }
        if (vector instanceof BitVector bits) {
            boolean[] values = new boolean[count];
            for (int row = 0; row < count; row++) {
                values[row] = levels[row] == level && bits.get(row) != 0;
            }
            return new StoredLeaf.Booleans(level, levels, values);
        }
        if (vector instanceof NullVector) {
            return new StoredLeaf.Zeros(level);
        }
        int[] offsets = new int[count + 1];
        for (int row = 0; row < count; row++) {
            offsets[row + 1] = Math.addExact(offsets[row], width(vector, row));
        }
        byte[] bytes = new byte[offsets[count]];
        vector.getDataBuffer().getBytes(0, bytes);
        return new StoredLeaf.ByteArrays(level, levels, offsets, bytes);
    }

    private static int width(FieldVector vector, int row) {
        if (vector instanceof FixedSizeBinaryVector fixed) {
            return fixed.getByteWidth();
        }
        if (vector instanceof BaseVariableWidthVector bytes) {
            return bytes.getValueLength(row);
        }
        throw new AssertionError("unexpected " + vector.getField());
    }
}
