package io.persist.codec;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

import java.util.List;
import java.util.Random;

/** Fields and random rows of every type that persist may use. */
public final class TestVectors {
    public static final ArrowType STRUCT = new ArrowType.Struct();
    public static final ArrowType LIST = new ArrowType.List();
    public static final ArrowType UTF8 = new ArrowType.Utf8();
    public static final ArrowType BINARY = new ArrowType.Binary();
    public static final ArrowType NULL = new ArrowType.Null();
    public static final ArrowType BOOL = new ArrowType.Bool();
    public static final ArrowType INT64 = new ArrowType.Int(64, true);

    public static final List<ArrowType> LEAVES =
            List.of(
                    BOOL,
                    new ArrowType.Int(8, true),
                    new ArrowType.Int(16, true),
                    new ArrowType.Int(32, true),
                    INT64,
                    new ArrowType.Int(8, false),
                    new ArrowType.Int(16, false),
                    new ArrowType.Int(32, false),
                    new ArrowType.Int(64, false),
                    new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
                    new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
                    UTF8,
                    BINARY,
                    new ArrowType.FixedSizeBinary(8),
                    new ArrowType.FixedSizeBinary(16),
                    NULL);

    private TestVectors() {}

    public static Field nullable(String name, ArrowType type, Field... children) {
        return new Field(name, FieldType.nullable(type), List.of(children));
    }

    public static Field required(String name, ArrowType type, Field... children) {
        return new Field(name, FieldType.notNullable(type), List.of(children));
    }

    /** A type with up to {@code depth} levels of structs and lists. */
    public static Field randomField(String name, Random random, int depth) {
        boolean nullable = random.nextInt(4) != 0;
        int shape = depth == 0 ? 0 : random.nextInt(4);
        if (shape == 2) {
            Field[] children = new Field[1 + random.nextInt(4)];
            for (int i = 0; i < children.length; i++) {
                children[i] = randomField(Integer.toString(i), random, depth - 1);
            }
            return new Field(name, new FieldType(nullable, STRUCT, null), List.of(children));
        }
        if (shape == 3) {
            Field item = randomField("item", random, depth - 1);
            return new Field(name, new FieldType(nullable, LIST, null), List.of(item));
        }
        ArrowType leaf = LEAVES.get(random.nextInt(LEAVES.size()));
        boolean leafNullable = nullable || leaf.equals(NULL); // to Arrow, Null is always nullable
        return new Field(name, new FieldType(leafNullable, leaf, null), List.of());
    }

    /** Fills {@code vector} with {@code rows} random rows, nulls only where the type allows. */
    public static void fill(FieldVector vector, int rows, Random random) {
        new RandomRows(random).fill(vector, rows);
    }
}
