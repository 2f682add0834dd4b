package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.relation.stored.Cell;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Descriptions of all types, nested at random, and rows that fit them. */
public final class RandomRelations {
    private static final int LONG_TEXT = 200;

    private static final List<ScalarType> TYPES =
            List.of(
                    new ScalarType.Bool(),
                    new ScalarType.Int16(),
                    new ScalarType.Int32(),
                    new ScalarType.Int64(),
                    new ScalarType.Float32(),
                    new ScalarType.Float64(),
                    new ScalarType.Numeric(null),
                    new ScalarType.Text(),
                    new ScalarType.VarChar(LONG_TEXT),
                    new ScalarType.Char(null),
                    new ScalarType.Bytea(),
                    new ScalarType.Date(),
                    new ScalarType.Time(),
                    new ScalarType.Timestamp(null),
                    new ScalarType.TimestampTz(null),
                    new ScalarType.PgLegacyChar(),
                    new ScalarType.PgLegacyName(),
                    new ScalarType.UInt16(),
                    new ScalarType.UInt32(),
                    new ScalarType.UInt64(),
                    new ScalarType.Oid(),
                    new ScalarType.RegProc(),
                    new ScalarType.RegType(),
                    new ScalarType.RegClass(),
                    new ScalarType.MzTimestamp(),
                    new ScalarType.Interval(),
                    new ScalarType.Uuid(),
                    new ScalarType.Jsonb(),
                    new ScalarType.AclItem(),
                    new ScalarType.MzAclItem(),
                    new ScalarType.Int2Vector(),
                    new ScalarType.Range(new ScalarType.Int32()),
                    new ScalarType.Range(new ScalarType.Int64()),
                    new ScalarType.Range(new ScalarType.Date()),
                    new ScalarType.Range(new ScalarType.Timestamp(null)),
                    new ScalarType.Range(new ScalarType.TimestampTz(null)),
                    new ScalarType.Range(new ScalarType.Numeric(null)));

    private static final int MAX_DEPTH = 3;

    /** What columns hold: a little less than years -4713 to 262142. */
    private static final long FIRST_SECOND = -210_000_000_000L;

    private static final long LAST_SECOND = 8_200_000_000_000L;

    private static final List<Numeric> SPECIAL = List.of(Numeric.Special.values());

    private RandomRelations() {}

    public static RelationDesc desc(Random random) {
        List<RelationColumn> columns = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            ScalarType type = type(random, MAX_DEPTH);
            columns.add(new RelationColumn("c" + i, type, random.nextBoolean()));
        }
        return RelationDesc.of(columns);
    }

    public static SourceData row(RelationDesc desc, Random random) {
        if (random.nextInt(10) == 0) {
            return new SourceData.Error(bytes(random));
        }
        List<Datum> datums = new ArrayList<>();
        for (RelationColumn column : desc.columns()) {
            boolean isNull = column.nullable() && random.nextInt(4) == 0;
            datums.add(isNull ? Datum.NULL : datum(column.type(), random));
        }
        return new SourceData.Row(datums);
    }

    private static ScalarType type(Random random, int depth) {
        switch (depth == 0 ? 9 : random.nextInt(9)) {
            case 0 -> {
                return new ScalarType.List(type(random, depth - 1), null);
            }
            case 1 -> {
                return new ScalarType.Map(type(random, depth - 1), null);
            }
            case 2 -> {
                ScalarType element = type(random, depth - 1);
                return element instanceof ScalarType.Array
                        ? element
                        : new ScalarType.Array(element);
            }
            case 3 -> {
                List<RelationColumn> fields = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    ScalarType type = type(random, depth - 1);
                    fields.add(new RelationColumn("f" + i, type, random.nextBoolean()));
                }
                return new ScalarType.Record(fields, null);
            }
            default -> {
                return TYPES.get(random.nextInt(TYPES.size()));
            }
        }
    }

    private static Datum nullOr(ScalarType type, boolean nullable, Random random) {
        return nullable && random.nextInt(4) == 0 ? Datum.NULL : datum(type, random);
    }

    private static List<Datum> elements(ScalarType type, int count, Random random) {
        List<Datum> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(nullOr(type, true, random));
        }
        return elements;
    }

    private static Datum nested(ScalarType type, Random random) {
        if (type instanceof ScalarType.List list) {
            return new Datum.List(elements(list.element(), random.nextInt(4), random));
        }
        if (type instanceof ScalarType.Array array) {
            int rows = random.nextInt(3);
            int width = 1 + random.nextInt(2);
            List<Datum.Dimension> dimensions =
                    rows == 0
                            ? List.of()
                            : List.of(
                                    new Datum.Dimension(random.nextInt(5) - 2L, rows),
                                    new Datum.Dimension(1, width));
            return new Datum.Array(dimensions, elements(array.element(), rows * width, random));
        }
        if (type instanceof ScalarType.Int2Vector) {
            List<Datum> elements = List.of(new Datum.Int16((short) random.nextInt()), Datum.NULL);
            return new Datum.Array(List.of(new Datum.Dimension(1, 2)), elements);
        }
        if (type instanceof ScalarType.Map map) {
            SortedMap<Bytes, Datum.Entry> entries = new TreeMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                String key = text(random);
                Datum value = nullOr(map.value(), true, random);
                entries.put(Bytes.utf8(key), new Datum.Entry(key, value));
            }
            return new Datum.Map(List.copyOf(entries.values()));
        }
        if (type instanceof ScalarType.Record row) {
            return new Datum.Record(
                    row.fields().stream()
                            .map(f -> nullOr(f.type(), f.nullable(), random))
                            .toList());
        }
        return scalar(type, random);
    }

    private static Datum scalar(ScalarType type, Random random) {
        if (type instanceof ScalarType.PgLegacyChar) {
            return new Datum.UInt8(random.nextInt(256));
        }
        if (type instanceof ScalarType.UInt16) {
            return new Datum.UInt16(random.nextInt(65_536));
        }
        if (type instanceof ScalarType.UInt32
                || type instanceof ScalarType.Oid
                || type instanceof ScalarType.RegProc
                || type instanceof ScalarType.RegType
                || type instanceof ScalarType.RegClass) {
            return new Datum.UInt32(random.nextInt() & 0xffffffffL);
        }
        if (type instanceof ScalarType.UInt64) {
            return new Datum.UInt64(random.nextLong());
        }
        if (type instanceof ScalarType.MzTimestamp) {
            return new Datum.MzTimestamp(random.nextLong());
        }
        if (type instanceof ScalarType.Interval) {
            return new Datum.Interval(random.nextInt(), random.nextInt(), random.nextLong());
        }
        if (type instanceof ScalarType.Uuid) {
            return new Datum.Uuid(new UUID(random.nextLong(), random.nextLong()));
        }
        if (type instanceof ScalarType.Jsonb) {
            return new Datum.Jsonb(json(random, 3));
        }
        if (type instanceof ScalarType.AclItem) {
            return new Datum.AclItem(random.nextInt(100), random.nextInt(100), random.nextInt(16));
        }
        if (type instanceof ScalarType.MzAclItem) {
            Datum.Role user = new Datum.Role(Datum.Role.Kind.USER, random.nextLong());
            return new Datum.MzAclItem(new Datum.Role(Datum.Role.Kind.PUBLIC, 0), user, 0x300);
        }
        if (type instanceof ScalarType.Range range) {
            return range(range.element(), random);
        }
        return new Datum.Text(text(random));
    }

    private static Datum range(ScalarType element, Random random) {
        int from = random.nextInt(100);
        int to = from + 2 + random.nextInt(100);
        Datum lower = bound(element, from);
        Datum upper = bound(element, to);
        return switch (random.nextInt(4)) {
            case 0 -> new Datum.Range(null);
            case 1 ->
                    new Datum.Range(
                            new Datum.Bounds(Datum.Bound.NONE, new Datum.Bound(upper, false)));
            default ->
                    new Datum.Range(
                            new Datum.Bounds(
                                    new Datum.Bound(lower, true), new Datum.Bound(upper, false)));
        };
    }

    private static Datum bound(ScalarType element, int value) {
        if (element instanceof ScalarType.Int32) {
            return new Datum.Int32(value);
        } else if (element instanceof ScalarType.Int64) {
            return new Datum.Int64(value * 10_000_000_000L);
        } else if (element instanceof ScalarType.Date) {
            return new Datum.Date(value);
        } else if (element instanceof ScalarType.Timestamp) {
            return new Datum.Timestamp(value, 0);
        } else if (element instanceof ScalarType.TimestampTz) {
            return new Datum.TimestampTz(value, 1000);
        }
        return new Datum.Numeric(Numeric.of(BigDecimal.valueOf(value, 1)));
    }

    /** Spelled as it is stored. */
    private static String json(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> "null";
            case 1 -> random.nextBoolean() ? "true" : "false";
            case 2 -> "-" + (1 + random.nextInt(99)) + ".5";
            case 3 -> "\"a\\\"\u00e9\\u0001" + "x".repeat(random.nextInt(130)) + "\"";
            case 4 -> number(random);
            case 5 -> "[" + json(random, depth - 1) + "," + json(random, depth - 1) + "]";
            default -> object(random, depth - 1);
        };
    }

    private static String number(Random random) {
        BigDecimal number =
                new BigDecimal(new BigInteger(random.nextInt(129), random), random.nextInt(40));
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    /** Keys ascend by their bytes. */
    private static String object(Random random, int depth) {
        List<String> members = new ArrayList<>();
        for (String key : List.of("", "a", "ab", "b", "\u00e9", "\uffff", "\ud83d\ude00")) {
            if (random.nextInt(3) == 0) {
                members.add("\"" + key + "\":" + json(random, depth));
            }
        }
        return "{" + String.join(",", members) + "}";
    }

    private static Datum datum(ScalarType type, Random random) {
        if (type instanceof ScalarType.Bool) {
            return new Datum.Bool(random.nextBoolean());
        }
        if (type instanceof ScalarType.Int16) {
            return new Datum.Int16((short) random.nextInt());
        }
        if (type instanceof ScalarType.Int32) {
            return new Datum.Int32(random.nextInt() >> random.nextInt(32));
        }
        if (type instanceof ScalarType.Int64) {
            return new Datum.Int64(random.nextLong() >> random.nextInt(64));
        }
        if (type instanceof ScalarType.Float32) {
            return new Datum.Float32(Float.intBitsToFloat(random.nextInt()));
        }
        if (type instanceof ScalarType.Float64) {
            return new Datum.Float64(Double.longBitsToDouble(random.nextLong()));
        }
        if (type instanceof ScalarType.Numeric) {
            return new Datum.Numeric(numeric(random));
        }
        if (type instanceof ScalarType.Bytea) {
            return new Datum.Bytea(bytes(random));
        }
        if (type instanceof ScalarType.Date) {
            return new Datum.Date(random.nextInt(40_000_000) - 2_000_000);
        }
        if (type instanceof ScalarType.Time) {
            return new Datum.Time(random.nextInt(86_400), random.nextInt(1_000_000_000));
        }
        if (type instanceof ScalarType.Timestamp || type instanceof ScalarType.TimestampTz) {
            return timestamp(type, random);
        }
        return nested(type, random);
    }

    private static Datum timestamp(ScalarType type, Random random) {
        long seconds = random.nextLong(FIRST_SECOND, LAST_SECOND);
        int nanos = random.nextInt(1_000_000) * 1000;
        return type instanceof ScalarType.Timestamp
                ? new Datum.Timestamp(seconds, nanos)
                : new Datum.TimestampTz(seconds, nanos);
    }

    static Numeric numeric(Random random) {
        if (random.nextInt(10) == 0) {
            return SPECIAL.get(random.nextInt(SPECIAL.size()));
        }
        BigInteger unscaled = new BigInteger(random.nextInt(129), random);
        BigInteger signed = random.nextBoolean() ? unscaled : unscaled.negate();
        return Numeric.of(new BigDecimal(signed, random.nextInt(40)));
    }

    static byte[] packed(Numeric value) {
        RelationColumn column = new RelationColumn("n", new ScalarType.Numeric(null), false);
        Cell cell = Columns.cell(column);
        Columns.over(column, cell).setDatum(0, new Datum.Numeric(value));
        return cell.getBytes(0).toArray();
    }

    private static Bytes bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(random.nextInt(20) == 0 ? 300 : 5)];
        random.nextBytes(bytes);
        if (random.nextInt(20) == 0) {
            Arrays.fill(bytes, (byte) 0xff);
        }
        return Bytes.takeArray(bytes);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(20) == 0 ? LONG_TEXT : 6); i > 0; i--) {
            int[] alphabet = {0, 'a', ' ', 0x7f, 0xe9, 0x800, 0xffff, 0x10000, 0x1f574, 0x10ffff};
            text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
        }
        return text.toString();
    }
}
