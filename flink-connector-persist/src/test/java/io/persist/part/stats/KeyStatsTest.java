package io.persist.part.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.StatsKind;
import io.persist.codec.StatsKind.Leaf;
import io.persist.codec.Vectors;
import io.persist.codec.relation.stored.PackedNumeric;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

class KeyStatsTest {
    private static final StatsKind.Struct ONE =
            new StatsKind.Struct(List.of(new StatsKind.Column("c", true, Leaf.VALUE)));
    private static final StatsKind.Struct JSON =
            new StatsKind.Struct(List.of(new StatsKind.Column("c", true, Leaf.JSON)));

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void everythingIsClosed() {
        allocator.close();
    }

    private static ColumnStats only(StructStats stats) {
        assertThat(stats.columns()).containsOnlyKeys("c");
        return stats.columns().get("c");
    }

    private VarCharVector texts(String... values) {
        VarCharVector vector = new VarCharVector("k_s", allocator);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
            }
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private ValueStats json(String... values) {
        try (VarCharVector vector = texts(values)) {
            return only(KeyStats.of(JSON, vector)).values();
        }
    }

    private static Field field(String name, ArrowType type, Field... children) {
        return new Field(name, FieldType.nullable(type), List.of(children));
    }

    @Test
    void simpleKeysAreOnlyCounted() {
        try (VarCharVector keys = texts("b", "a");
                NullVector units = new NullVector("k_s", 3)) {
            Bytes strings = StatsEncoding.encode(KeyStats.of(Codecs.STRING.keyStatistics(), keys));
            Bytes none = StatsEncoding.encode(KeyStats.of(Codecs.UNIT.keyStatistics(), units));

            assertThat(strings.hex()).isEqualTo("0802" + "120412022a00");
            assertThat(none.hex()).isEqualTo("0803");
        }
    }

    /** Where a struct is null its children are, whatever is left in their slots. */
    @Test
    void whatIsBelowANullIsNull() {
        ArrowType.Struct struct = new ArrowType.Struct();
        Field s = field("s", struct, field("n", new ArrowType.Int(32, true)));
        StatsKind.Struct inner =
                new StatsKind.Struct(List.of(new StatsKind.Column("n", true, Leaf.VALUE)));
        StatsKind.Struct kind =
                new StatsKind.Struct(List.of(new StatsKind.Column("c", true, inner)));
        try (StructVector keys =
                (StructVector) Vectors.create(field("k_s", struct, s), allocator)) {
            StructVector child = (StructVector) keys.getChild("s");
            IntVector numbers = (IntVector) child.getChild("n");
            for (int row = 0; row < 200; row++) {
                numbers.setSafe(row, row);
                keys.setIndexDefined(row);
                if (row >= 70 && row < 130 && row != 100) {
                    child.setIndexDefined(row);
                }
            }
            keys.setValueCount(200);
            numbers.setNull(129);

            ColumnStats stats = only(KeyStats.of(kind, keys));

            assertThat(stats.nulls()).isEqualTo(141);
            ColumnStats n = ((StructStats) stats.values()).columns().get("n");
            assertThat(n.nulls()).isEqualTo(142);
            assertThat(n.values())
                    .isEqualTo(new ValueStats.Integers(ValueStats.IntegerType.I32, 70, 128));
        }
    }

    @Test
    void floatsAreInTotalOrder() {
        try (Float8Vector keys = new Float8Vector("k_s", allocator)) {
            double[] values = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY};
            for (int i = 0; i < values.length; i++) {
                keys.setSafe(i, values[i]);
            }
            keys.setValueCount(values.length);

            assertThat(only(KeyStats.of(ONE, keys)).values())
                    .isEqualTo(new ValueStats.Doubles(-0.0, Double.NaN));
        }
    }

    @Test
    void longBoundsAreCutTo100Bytes() {
        String first = "a".repeat(99) + "é".repeat(10);
        String last = "\udbff\udfff".repeat(30);
        try (VarCharVector keys = texts(first, null, last);
                VarCharVector cuttable = texts("b".repeat(101))) {
            assertThat(only(KeyStats.of(ONE, keys)))
                    .isEqualTo(new ColumnStats(1L, new ValueStats.Texts("a".repeat(99), last)));
            assertThat(only(KeyStats.of(ONE, cuttable)).values())
                    .isEqualTo(new ValueStats.Texts("b".repeat(100), "b".repeat(99) + "c"));
        }
    }

    @Test
    void columnsOfTheSameNameHaveNone() {
        StatsKind.Column twice = new StatsKind.Column("c", true, Leaf.VALUE);
        Field a = field("0", new ArrowType.Int(32, true));
        Field b = field("1", new ArrowType.Int(32, true));
        try (FieldVector keys =
                Vectors.create(field("k_s", new ArrowType.Struct(), a, b), allocator)) {
            StructStats stats = KeyStats.of(new StatsKind.Struct(List.of(twice, twice)), keys);

            assertThat(stats.columns()).isEmpty();
        }
    }

    @Test
    void otherColumnsThanToldAreRefused() {
        try (VarCharVector keys = texts("a")) {
            StatsKind.Struct uuid =
                    new StatsKind.Struct(List.of(new StatsKind.Column("c", true, Leaf.UUID)));
            assertThatThrownBy(() -> KeyStats.of(uuid, keys))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("FixedSizeBinaryVector");
        }
    }

    /**
     * By value, where approximations are all the same; and nothing of a column that has no form.
     */
    @Test
    void numericsAreComparedExactly() {
        String tiny = "0." + "0".repeat(20) + "1";
        String huge = "123456789012345678901234567890123456789";
        assertThat(numerics(huge, "123456789012345678901234567890123456788"))
                .isEqualTo(List.of("123456789012345678901234567890123456788", huge));
        assertThat(numerics("-1", "-1." + "0".repeat(30) + "1", "-" + tiny))
                .isEqualTo(List.of("-1." + "0".repeat(30) + "1", "-" + tiny));
        assertThat(numerics("0", tiny, "1")).isEqualTo(List.of("0", "1"));
        assertThat(numerics("0", "-" + tiny)).isEqualTo(List.of("-" + tiny, "0"));
        assertThat(numerics("1", "x")).isEmpty();
    }

    private List<String> numerics(String... values) {
        StatsKind.Struct kind =
                new StatsKind.Struct(List.of(new StatsKind.Column("c", true, Leaf.NUMERIC)));
        Field numeric =
                field(
                        "0",
                        new ArrowType.Struct(),
                        field("approx", new ArrowType.Null()),
                        field("binary", new ArrowType.Binary()));
        try (StructVector keys =
                (StructVector)
                        Vectors.create(field("k_s", new ArrowType.Struct(), numeric), allocator)) {
            StructVector column = (StructVector) keys.getChild("0");
            VarBinaryVector packed = (VarBinaryVector) column.getChild("binary");
            for (int row = 0; row < values.length; row++) {
                byte[] form = new byte[PackedNumeric.WIDTH];
                if (!values[row].equals("x")) {
                    assertThat(PackedNumeric.pack(new BigDecimal(values[row]), form)).isTrue();
                }
                packed.setSafe(row, form);
                column.setIndexDefined(row);
                keys.setIndexDefined(row);
            }
            keys.setValueCount(values.length);
            StructStats stats = KeyStats.of(kind, keys);
            if (stats.columns().isEmpty()) {
                return List.of();
            }
            ValueStats.FixedSizes bounds = (ValueStats.FixedSizes) only(stats).values();
            return List.of(plain(bounds.lower()), plain(bounds.upper()));
        }
    }

    private static String plain(Bytes packed) {
        return PackedNumeric.decimal(packed.toArray()).toPlainString();
    }

    @Test
    void jsonOfOneCategoryHasBounds() {
        assertThat(json()).isEqualTo(JsonStats.Simple.NONE);
        assertThat(json((String) null)).isEqualTo(JsonStats.Simple.NONE);
        assertThat(json("null", "null")).isEqualTo(JsonStats.Simple.NULLS);
        assertThat(json("true")).isEqualTo(new JsonStats.Bools(true, true));
        assertThat(json("true", null, "false")).isEqualTo(new JsonStats.Bools(false, true));
        assertThat(json("\"b\"", "\"\\u0061\"")).isEqualTo(new JsonStats.Texts("a", "b"));
        assertThat(json("[1]", "[]")).isEqualTo(JsonStats.Simple.LISTS);
        assertThat(json("1", "\"1\"")).isEqualTo(JsonStats.Simple.MIXED);
        assertThat(json("1", "null")).isEqualTo(JsonStats.Simple.MIXED);
    }

    /** Bounds are row bytes of numerics: digits as nibbles with a sign, and a scale. */
    @Test
    void jsonNumbersAreComparedByValue() {
        JsonStats.Numbers bounds = (JsonStats.Numbers) json("10", "9.5", "-2e1", "1e1");

        String tens = "10ffffffffffffffffff01"; // scale -1
        assertThat(bounds.lower().hex()).isEqualTo("c2010e" + "0a012d" + tens);
        assertThat(bounds.upper().hex()).isEqualTo("c2010e" + "0a011c" + tens);
    }

    @Test
    void jsonObjectsHaveStatisticsPerKey() {
        ValueStats stats = json("{\"b\":1,\"a\":{\"x\":null}}", "{\"a\":{}}", "{}");

        JsonStats.Maps maps = (JsonStats.Maps) stats;
        assertThat(maps.members()).hasSize(2);
        assertThat(maps.members().get(0))
                .isEqualTo(
                        new JsonStats.Member(
                                "a",
                                2,
                                new JsonStats.Maps(
                                        List.of(
                                                new JsonStats.Member(
                                                        "x", 1, JsonStats.Simple.NULLS)))));
        assertThat(maps.members().get(1).key()).isEqualTo("b");
        assertThat(maps.members().get(1).len()).isEqualTo(1);
    }

    /** Readers refuse messages that are nested too deeply, so statistics must stay flat enough. */
    @Test
    void deepAndWideJsonStaysWithinLimits() throws Exception {
        String deep = "{\"k\":".repeat(100) + "1" + "}".repeat(100);
        StructStats stats;
        try (VarCharVector vector = texts(deep)) {
            stats = KeyStats.of(JSON, vector);
        }
        assertThat(StatsEncoding.decode(StatsEncoding.encode(stats))).isEqualTo(stats);

        StringBuilder wide = new StringBuilder("{\"0\":1");
        for (int i = 1; i < 20_000; i++) {
            wide.append(",\"").append(i).append("\":1");
        }
        assertThat(json(wide + "}")).isEqualTo(JsonStats.Simple.MIXED);
    }

    @Test
    void textThatIsNoJsonHasNoStatistics() {
        try (VarCharVector vector = texts("1", "{")) {
            assertThat(KeyStats.of(JSON, vector).columns()).isEmpty();
        }
    }
}
