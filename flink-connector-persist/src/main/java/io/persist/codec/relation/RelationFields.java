package io.persist.codec.relation;

import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

import java.util.ArrayList;
import java.util.List;

/**
 * Arrow types of relations and their columns. They depend on types alone: never on names, modifiers
 * or nullability.
 */
public final class RelationFields {
    static final String OK = "ok";
    static final String ERR = "err";

    private RelationFields() {}

    /** Type of the structured key: a struct of {@code ok} and {@code err}. */
    public static Field of(RelationDesc desc, String name) {
        return new Field(
                name,
                FieldType.notNullable(new ArrowType.Struct()),
                List.of(ok(desc), nullable(ERR, new ArrowType.Binary())));
    }

    private static Field ok(RelationDesc desc) {
        if (desc.columns().isEmpty()) {
            return nullable(OK, new ArrowType.Null());
        }
        return numbered(OK, desc.columns());
    }

    /** A struct whose fields are named by position. */
    private static Field numbered(String name, List<RelationColumn> columns) {
        List<Field> fields = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            fields.add(column(Integer.toString(i), columns.get(i).type()));
        }
        return struct(name, fields.toArray(Field[]::new));
    }

    private static Field column(String name, ScalarType type) {
        if (type instanceof ScalarType.Numeric) {
            return struct(
                    name,
                    nullable("approx", floating(FloatingPointPrecision.DOUBLE)),
                    nullable("binary", new ArrowType.Binary()));
        }
        if (type instanceof ScalarType.Array array) {
            return array(name, array.element());
        }
        if (type instanceof ScalarType.Int2Vector) {
            return array(name, new ScalarType.Int16());
        }
        if (type instanceof ScalarType.List list) {
            return list(name, column("item", list.element()));
        }
        if (type instanceof ScalarType.Map map) {
            return map(name, map.value());
        }
        if (type instanceof ScalarType.Record row) {
            return row.fields().isEmpty()
                    ? nullable(name, new ArrowType.Bool())
                    : numbered(name, row.fields());
        }
        return nullable(name, leaf(type));
    }

    private static Field array(String name, ScalarType element) {
        Field dimension = nullable("item", new ArrowType.FixedSizeBinary(16));
        return struct(name, list("dims", dimension), list("vals", column("item", element)));
    }

    private static Field map(String name, ScalarType value) {
        Field key = new Field("key", FieldType.notNullable(new ArrowType.Utf8()), List.of());
        List<Field> entry = List.of(key, column("val", value));
        FieldType required = FieldType.notNullable(new ArrowType.Struct());
        return list(name, new Field("map_entries", required, entry));
    }

    private static Field list(String name, Field item) {
        return new Field(name, FieldType.nullable(new ArrowType.List()), List.of(item));
    }

    private static Field struct(String name, Field... fields) {
        return new Field(name, FieldType.nullable(new ArrowType.Struct()), List.of(fields));
    }

    private static Field nullable(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), List.of());
    }

    private static ArrowType leaf(ScalarType type) {
        if (type instanceof ScalarType.Bool) {
            return new ArrowType.Bool();
        }
        if (type instanceof ScalarType.Text
                || type instanceof ScalarType.VarChar
                || type instanceof ScalarType.Char
                || type instanceof ScalarType.PgLegacyName
                || type instanceof ScalarType.Jsonb) {
            return new ArrowType.Utf8();
        }
        if (type instanceof ScalarType.Bytea
                || type instanceof ScalarType.Range
                || type instanceof ScalarType.MzAclItem) {
            return new ArrowType.Binary();
        }
        if (type instanceof ScalarType.Time) {
            return new ArrowType.FixedSizeBinary(8);
        }
        if (type instanceof ScalarType.Timestamp
                || type instanceof ScalarType.TimestampTz
                || type instanceof ScalarType.Interval
                || type instanceof ScalarType.Uuid
                || type instanceof ScalarType.AclItem) {
            return new ArrowType.FixedSizeBinary(16);
        }
        return number(type);
    }

    private static ArrowType number(ScalarType type) {
        if (type instanceof ScalarType.Int16) {
            return new ArrowType.Int(16, true);
        }
        if (type instanceof ScalarType.Int32 || type instanceof ScalarType.Date) {
            return new ArrowType.Int(32, true);
        }
        if (type instanceof ScalarType.Int64) {
            return new ArrowType.Int(64, true);
        }
        if (type instanceof ScalarType.PgLegacyChar) {
            return new ArrowType.Int(8, false);
        }
        if (type instanceof ScalarType.UInt16) {
            return new ArrowType.Int(16, false);
        }
        if (type instanceof ScalarType.UInt32
                || type instanceof ScalarType.Oid
                || type instanceof ScalarType.RegProc
                || type instanceof ScalarType.RegType
                || type instanceof ScalarType.RegClass) {
            return new ArrowType.Int(32, false);
        }
        if (type instanceof ScalarType.UInt64 || type instanceof ScalarType.MzTimestamp) {
            return new ArrowType.Int(64, false);
        }
        if (type instanceof ScalarType.Float32) {
            return floating(FloatingPointPrecision.SINGLE);
        }
        if (type instanceof ScalarType.Float64) {
            return floating(FloatingPointPrecision.DOUBLE);
        }
        throw new AssertionError(type);
    }

    private static ArrowType floating(FloatingPointPrecision precision) {
        return new ArrowType.FloatingPoint(precision);
    }
}
