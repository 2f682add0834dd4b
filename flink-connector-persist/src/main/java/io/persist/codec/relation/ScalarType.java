package io.persist.codec.relation;

import org.jspecify.annotations.Nullable;

import java.util.stream.Collectors;

/**
 * The type of a column, a record field or an element. Elements of arrays, lists and maps may always
 * be null.
 *
 * <p>Every kind of the wire format is here, so that every description can be read and written.
 */
public sealed interface ScalarType {
    /** The type as SQL spells it, with its modifiers; for messages. */
    String sqlName();

    /** The type that is stored alike and takes every value that can be stored so. */
    default ScalarType withoutPromises() {
        return this;
    }

    record Bool() implements ScalarType {
        @Override
        public String sqlName() {
            return "bool";
        }
    }

    record Int16() implements ScalarType {
        @Override
        public String sqlName() {
            return "int2";
        }
    }

    record Int32() implements ScalarType {
        @Override
        public String sqlName() {
            return "int4";
        }
    }

    record Int64() implements ScalarType {
        @Override
        public String sqlName() {
            return "int8";
        }
    }

    record UInt16() implements ScalarType {
        @Override
        public String sqlName() {
            return "uint2";
        }
    }

    record UInt32() implements ScalarType {
        @Override
        public String sqlName() {
            return "uint4";
        }
    }

    record UInt64() implements ScalarType {
        @Override
        public String sqlName() {
            return "uint8";
        }
    }

    record Float32() implements ScalarType {
        @Override
        public String sqlName() {
            return "float4";
        }
    }

    record Float64() implements ScalarType {
        @Override
        public String sqlName() {
            return "float8";
        }
    }

    record Date() implements ScalarType {
        @Override
        public String sqlName() {
            return "date";
        }
    }

    record Time() implements ScalarType {
        @Override
        public String sqlName() {
            return "time";
        }
    }

    record Interval() implements ScalarType {
        @Override
        public String sqlName() {
            return "interval";
        }
    }

    record PgLegacyChar() implements ScalarType {
        @Override
        public String sqlName() {
            return "\"char\"";
        }
    }

    record PgLegacyName() implements ScalarType {
        @Override
        public String sqlName() {
            return "name";
        }
    }

    record Bytea() implements ScalarType {
        @Override
        public String sqlName() {
            return "bytea";
        }
    }

    record Text() implements ScalarType {
        @Override
        public String sqlName() {
            return "text";
        }
    }

    record Jsonb() implements ScalarType {
        @Override
        public String sqlName() {
            return "jsonb";
        }
    }

    record Uuid() implements ScalarType {
        @Override
        public String sqlName() {
            return "uuid";
        }
    }

    record Oid() implements ScalarType {
        @Override
        public String sqlName() {
            return "oid";
        }
    }

    record RegProc() implements ScalarType {
        @Override
        public String sqlName() {
            return "regproc";
        }
    }

    record RegType() implements ScalarType {
        @Override
        public String sqlName() {
            return "regtype";
        }
    }

    record RegClass() implements ScalarType {
        @Override
        public String sqlName() {
            return "regclass";
        }
    }

    record Int2Vector() implements ScalarType {
        @Override
        public String sqlName() {
            return "int2vector";
        }
    }

    record MzTimestamp() implements ScalarType {
        @Override
        public String sqlName() {
            return "mz_timestamp";
        }
    }

    record MzAclItem() implements ScalarType {
        @Override
        public String sqlName() {
            return "mz_aclitem";
        }
    }

    record AclItem() implements ScalarType {
        @Override
        public String sqlName() {
            return "aclitem";
        }
    }

    /**
     * A decimal of at most 39 digits.
     *
     * @param maxScale largest number of fractional digits; null: any. A precision is not part of
     *     the type
     */
    record Numeric(@Nullable Integer maxScale) implements ScalarType {
        @Override
        public String sqlName() {
            return maxScale == null ? "numeric" : "numeric(39," + maxScale + ")";
        }

        @Override
        public ScalarType withoutPromises() {
            return new Numeric(null);
        }
    }

    /**
     * A string stored without trailing white space.
     *
     * @param length largest number of code points; null: any, and nothing is stripped
     */
    record Char(@Nullable Integer length) implements ScalarType {
        @Override
        public String sqlName() {
            return limited("char", length);
        }

        @Override
        public ScalarType withoutPromises() {
            return new Char(null);
        }
    }

    /**
     * @param maxLength largest number of code points; null: any
     */
    record VarChar(@Nullable Integer maxLength) implements ScalarType {
        @Override
        public String sqlName() {
            return limited("varchar", maxLength);
        }

        @Override
        public ScalarType withoutPromises() {
            return new VarChar(null);
        }
    }

    /**
     * @param precision fractional digits of a second, 0 to 6; null: 6
     */
    record Timestamp(@Nullable Integer precision) implements ScalarType {
        @Override
        public String sqlName() {
            return limited("timestamp", precision);
        }

        @Override
        public ScalarType withoutPromises() {
            return new Timestamp(null);
        }
    }

    /**
     * @param precision fractional digits of a second, 0 to 6; null: 6
     */
    record TimestampTz(@Nullable Integer precision) implements ScalarType {
        @Override
        public String sqlName() {
            return limited("timestamptz", precision);
        }

        @Override
        public ScalarType withoutPromises() {
            return new TimestampTz(null);
        }
    }

    /** Rectangular, of any number of dimensions. */
    record Array(ScalarType element) implements ScalarType {
        @Override
        public String sqlName() {
            return element.sqlName() + "[]";
        }

        @Override
        public ScalarType withoutPromises() {
            return new Array(element.withoutPromises());
        }
    }

    record List(ScalarType element, @Nullable CatalogItemId customId) implements ScalarType {
        @Override
        public String sqlName() {
            return element.sqlName() + " list";
        }

        @Override
        public ScalarType withoutPromises() {
            return new List(element.withoutPromises(), customId);
        }
    }

    /** Keys are text. */
    record Map(ScalarType value, @Nullable CatalogItemId customId) implements ScalarType {
        @Override
        public String sqlName() {
            return "map[text=>" + value.sqlName() + "]";
        }

        @Override
        public ScalarType withoutPromises() {
            return new Map(value.withoutPromises(), customId);
        }
    }

    @SuppressWarnings("JavaLangClash") // SQL's word, and always qualified
    record Record(java.util.List<RelationColumn> fields, @Nullable CatalogItemId customId)
            implements ScalarType {
        public Record {
            fields = java.util.List.copyOf(fields);
        }

        @Override
        public String sqlName() {
            return fields.stream()
                    .map(f -> f.name() + ": " + f.type().sqlName() + (f.nullable() ? "?" : ""))
                    .collect(Collectors.joining(", ", "record(", ")"));
        }

        @Override
        public ScalarType withoutPromises() {
            return new Record(
                    fields.stream().map(RelationColumn::withoutPromises).toList(), customId);
        }
    }

    record Range(ScalarType element) implements ScalarType {
        @Override
        public String sqlName() {
            return "range(" + element.sqlName() + ")";
        }

        @Override
        public ScalarType withoutPromises() {
            return new Range(element.withoutPromises());
        }
    }

    /** Names a declared type in the catalog of the system that wrote the description. */
    record CatalogItemId(Kind kind, long id) {
        /** What sort of object it is. */
        public enum Kind {
            SYSTEM,
            USER,
            TRANSIENT,
            INTROSPECTION_SOURCE_INDEX
        }
    }

    private static String limited(String name, @Nullable Integer limit) {
        return limit == null ? name : name + "(" + limit + ")";
    }
}
