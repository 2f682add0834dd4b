package io.persist.part.filter;

import io.persist.codec.Bytes;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.Numeric;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.codec.relation.stored.PackedNumeric;
import io.persist.part.stats.ValueStats;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Conditions on rows of columns that compare, and an independent reading of them. */
public final class RandomConditions {
    public static final RelationDesc DESC =
            RelationDesc.of(
                    List.of(
                            new RelationColumn("b", new ScalarType.Bool(), true),
                            new RelationColumn("i", new ScalarType.Int32(), true),
                            new RelationColumn("l", new ScalarType.Int64(), false),
                            new RelationColumn("u", new ScalarType.UInt64(), true),
                            new RelationColumn("f", new ScalarType.Float64(), true),
                            new RelationColumn("n", new ScalarType.Numeric(null), true),
                            new RelationColumn("t", new ScalarType.Text(), true),
                            new RelationColumn("y", new ScalarType.Bytea(), false)));

    private static final List<Numeric> SPECIAL = List.of(Numeric.Special.values());
    private static final List<Condition.Operator> OPERATORS = List.of(Condition.Operator.values());

    private RandomConditions() {}

    /** Whether a row is of interest, null for unknown. */
    public interface Reading {
        @Nullable Boolean of(List<Datum> row);
    }

    /** A condition, and what it means. */
    public record Case(Condition condition, Reading reading) {
        /** Whether a query with this condition must see a key. */
        public boolean wants(SourceData key) {
            return !(key instanceof SourceData.Row row)
                    || Boolean.TRUE.equals(reading.of(row.datums()));
        }
    }

    public static SourceData key(Random random) {
        if (random.nextInt(40) == 0) {
            return new SourceData.Error(Bytes.utf8("error"));
        }
        List<Datum> datums = new ArrayList<>();
        for (RelationColumn column : DESC.columns()) {
            datums.add(
                    column.nullable() && random.nextInt(4) == 0
                            ? Datum.NULL
                            : value(column.name(), random));
        }
        return new SourceData.Row(datums);
    }

    private static Datum value(String column, Random random) {
        return switch (column) {
            case "b" -> new Datum.Bool(random.nextBoolean());
            case "i" -> new Datum.Int32(random.nextInt(7) - 3);
            case "l" -> new Datum.Int64(random.nextLong() >> random.nextInt(64));
            case "u" -> new Datum.UInt64(random.nextLong() >> random.nextInt(64));
            case "f" -> new Datum.Float64(FLOATS.get(random.nextInt(FLOATS.size())));
            case "n" -> new Datum.Numeric(numeric(random));
            case "t" -> new Datum.Text(text(random));
            default -> new Datum.Bytea(Bytes.utf8(text(random)));
        };
    }

    private static final List<Double> FLOATS =
            List.of(
                    0.0,
                    -0.0,
                    1.5,
                    -2.5,
                    Double.NaN,
                    Double.longBitsToDouble(0xfff8000000000000L),
                    Double.POSITIVE_INFINITY,
                    Double.NEGATIVE_INFINITY,
                    1e300);

    private static Numeric numeric(Random random) {
        return random.nextInt(12) == 0
                ? SPECIAL.get(random.nextInt(SPECIAL.size()))
                : Numeric.of(BigDecimal.valueOf(random.nextInt(2000) - 1000L, random.nextInt(4)));
    }

    /** Some too long for bounds, some that sort apart from UTF-16. */
    private static String text(Random random) {
        String common = random.nextBoolean() ? "" : "x".repeat(98);
        String[] tails = {"", "a", "abc", "zz", "\uffee", "\ud83d\ude00", "abcabcabc"};
        return common + tails[random.nextInt(tails.length)];
    }

    public static Case random(Random random, int depth) {
        switch (depth == 0 ? 3 : random.nextInt(5)) {
            case 0 -> {
                Case one = random(random, depth - 1);
                Case two = random(random, depth - 1);
                return new Case(
                        Condition.and(one.condition(), two.condition()),
                        row -> and(one.reading().of(row), two.reading().of(row)));
            }
            case 1 -> {
                Case one = random(random, depth - 1);
                Case two = random(random, depth - 1);
                return new Case(
                        Condition.or(one.condition(), two.condition()),
                        row -> or(one.reading().of(row), two.reading().of(row)));
            }
            case 2 -> {
                Case one = random(random, depth - 1);
                return new Case(Condition.not(one.condition()), row -> not(one.reading().of(row)));
            }
            default -> {
                return leaf(random);
            }
        }
    }

    private static @Nullable Boolean not(@Nullable Boolean one) {
        return one == null ? null : Boolean.valueOf(!one);
    }

    private static @Nullable Boolean and(@Nullable Boolean one, @Nullable Boolean two) {
        if (Boolean.FALSE.equals(one) || Boolean.FALSE.equals(two)) {
            return false;
        }
        return (one == null || two == null) ? null : Boolean.TRUE;
    }

    private static @Nullable Boolean or(@Nullable Boolean one, @Nullable Boolean two) {
        return not(and(not(one), not(two)));
    }

    private static Case leaf(Random random) {
        int at = random.nextInt(DESC.columns().size());
        String column = DESC.columns().get(at).name();
        if (random.nextInt(4) == 0) {
            boolean isNull = random.nextBoolean();
            return new Case(
                    isNull ? Condition.isNull(column) : Condition.isNotNull(column),
                    row -> (row.get(at) instanceof Datum.Null) == isNull);
        }
        Condition.Operator operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
        Datum value = value(column, random);
        return new Case(
                Condition.compare(column, operator, literal(value)),
                row -> {
                    if (row.get(at) instanceof Datum.Null) {
                        return null;
                    }
                    int order = compare(row.get(at), value);
                    return switch (operator) {
                        case EQUAL -> order == 0;
                        case LESS -> order < 0;
                        case LESS_OR_EQUAL -> order <= 0;
                        case GREATER -> order > 0;
                        case GREATER_OR_EQUAL -> order >= 0;
                    };
                });
    }

    private static Literal literal(Datum value) {
        if (value instanceof Datum.Bool v) {
            return Literal.of(v.value());
        }
        if (value instanceof Datum.Int32 v) {
            return Literal.of(v.value());
        }
        if (value instanceof Datum.Int64 v) {
            return Literal.of(v.value());
        }
        if (value instanceof Datum.UInt64 v) {
            return Literal.of(new BigDecimal(Long.toUnsignedString(v.bits())));
        }
        if (value instanceof Datum.Float64 v) {
            return Literal.of(v.value());
        }
        if (value instanceof Datum.Numeric v) {
            return numeric(v.value());
        }
        if (value instanceof Datum.Text v) {
            return Literal.of(v.value());
        }
        return Literal.of(((Datum.Bytea) value).value());
    }

    private static Literal numeric(Numeric value) {
        if (value instanceof Numeric.Finite finite) {
            return Literal.of(finite.value());
        }
        byte[] packed = new byte[PackedNumeric.WIDTH];
        if (value == Numeric.Special.NAN) {
            PackedNumeric.packNan(packed);
        } else {
            PackedNumeric.packInfinity(value == Numeric.Special.NEGATIVE_INFINITY, packed);
        }
        Bytes bytes = Bytes.takeArray(packed);
        return Literal.ofValue(
                new ValueStats.FixedSizes(ValueStats.FixedSize.NUMERIC, bytes, bytes));
    }

    private static int compare(Datum one, Datum two) {
        if (one instanceof Datum.Bool v) {
            return Boolean.compare(v.value(), ((Datum.Bool) two).value());
        }
        if (one instanceof Datum.Int32 v) {
            return Integer.compare(v.value(), ((Datum.Int32) two).value());
        }
        if (one instanceof Datum.Int64 v) {
            return Long.compare(v.value(), ((Datum.Int64) two).value());
        }
        if (one instanceof Datum.UInt64 v) {
            return Long.compareUnsigned(v.bits(), ((Datum.UInt64) two).bits());
        }
        if (one instanceof Datum.Float64 v) {
            double left = v.value();
            double right = ((Datum.Float64) two).value();
            return left == right ? 0 : Double.compare(left, right); // NaN is greatest
        }
        if (one instanceof Datum.Numeric v) {
            return compare(v.value(), ((Datum.Numeric) two).value());
        }
        if (one instanceof Datum.Text v) {
            return Bytes.utf8(v.value()).compareTo(Bytes.utf8(((Datum.Text) two).value()));
        }
        return ((Datum.Bytea) one).value().compareTo(((Datum.Bytea) two).value());
    }

    private static int compare(Numeric one, Numeric two) {
        if (one instanceof Numeric.Finite left && two instanceof Numeric.Finite right) {
            return left.value().compareTo(right.value());
        }
        return Integer.compare(rank(one), rank(two));
    }

    private static int rank(Numeric value) {
        if (value == Numeric.Special.NAN) {
            return 2;
        }
        if (value == Numeric.Special.POSITIVE_INFINITY) {
            return 1;
        }
        return value == Numeric.Special.NEGATIVE_INFINITY ? -1 : 0;
    }
}
