package io.persist.part.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.testing.GoldenShards;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;

class StatsEncodingTest {
    private static StructStats of(ValueStats values) {
        TreeMap<String, ColumnStats> columns = new TreeMap<>();
        columns.put("", new ColumnStats(0L, values));
        return new StructStats(1, columns);
    }

    /** In a map, an empty key is left out; in a oneof, zeros and empty bounds are not. */
    @Test
    void zerosAreWrittenWhereTheyMeanSomething() throws Exception {
        StructStats stats = of(new ValueStats.Integers(ValueStats.IntegerType.U8, 0, 0));

        Bytes bytes = StatsEncoding.encode(stats);

        assertThat(bytes.hex())
                .isEqualTo("0801" + "120a" + "1208" + "0a00" + "1a04" + "1000" + "7800");
        assertThat(StatsEncoding.decode(bytes)).isEqualTo(stats);
    }

    @Test
    void everyKindSurvives() throws Exception {
        Bytes a = Bytes.fromHex("00");
        Bytes b = Bytes.fromHex("ff00");
        JsonStats.Maps nested =
                new JsonStats.Maps(
                        List.of(
                                new JsonStats.Member("", 0, JsonStats.Simple.LISTS),
                                new JsonStats.Member("k", 2, new JsonStats.Maps(List.of()))));
        for (ValueStats values :
                List.of(
                        new ValueStats.None(),
                        new ValueStats.Bools(false, true),
                        new ValueStats.Integers(ValueStats.IntegerType.U16, 0, 0xffff),
                        new ValueStats.Integers(ValueStats.IntegerType.U32, 7, 0xffffffffL),
                        new ValueStats.Integers(ValueStats.IntegerType.U64, 0, -1),
                        new ValueStats.Integers(ValueStats.IntegerType.I8, -128, 127),
                        new ValueStats.Integers(ValueStats.IntegerType.I16, -32768, 0),
                        new ValueStats.Integers(ValueStats.IntegerType.I32, -1, 1),
                        new ValueStats.Integers(ValueStats.IntegerType.I64, Long.MIN_VALUE, 0),
                        new ValueStats.Floats(-0.0f, Float.NaN),
                        new ValueStats.Doubles(Double.NEGATIVE_INFINITY, 0.0),
                        new ValueStats.Texts("", "\ud83d\ude00"),
                        new ValueStats.Binaries(Bytes.EMPTY, b),
                        new ValueStats.Atomics(a, b),
                        new ValueStats.FixedSizes(ValueStats.FixedSize.UUID, a, b),
                        new ValueStats.FixedSizes(ValueStats.FixedSize.NUMERIC, a, b),
                        JsonStats.Simple.NONE,
                        JsonStats.Simple.NULLS,
                        new JsonStats.Bools(true, true),
                        new JsonStats.Texts("a", "b"),
                        new JsonStats.Numbers(a, b),
                        nested,
                        new StructStats(3, new TreeMap<>()))) {
            assertThat(StatsEncoding.decode(StatsEncoding.encode(of(values))))
                    .isEqualTo(of(values));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'no message', ff",
        "'column without stats', 1203 0a0161",
        "'column without kind', 1207 0a0161 1202 0a00",
        "'bytes without kind', 1204 1202 2200",
        "'fixed size without kind', 1206 1204 2202 2200",
        "'no bounds', 1204 1202 1a00",
        "'no lower bound', 1206 1204 1a02 7000",
        "'no upper bound', 1206 1204 1a02 0800",
        "'bounds of two types', 1208 1206 1a04 0800 7800",
        "'a byte of 256', 120a 1208 1a06 108002 7800",
        "'JSON booleans with bounds of text', 120c 120a 2208 1206 2204 6a00 d201",
        "'name that is not UTF-8', 1207 0a01ff 1202 2a00",
        "'an unknown field', 1801",
        "'an unknown field in a column', 1206 1204 2a00 3001",
        "'an unknown field in none', 1206 1204 2a02 0801",
        "'an unknown field in bounds', 120a 1208 1a06 0800 7000 1806",
    })
    void whatIsNotStatisticsIsRefused(String what, String hex) {
        Bytes bytes = Bytes.fromHex(hex.replace(" ", ""));

        assertThatThrownBy(() -> StatsEncoding.decode(bytes))
                .as(what)
                .isInstanceOf(CorruptDataException.class);
    }

    @Test
    void jsonWithoutKindMeansAnything() throws Exception {
        StructStats stats = StatsEncoding.decode(Bytes.fromHex("1206" + "1204" + "2202" + "1200"));

        assertThat(stats.columns().get("").values()).isEqualTo(JsonStats.Simple.MIXED);
    }

    /** Flipped, lost and doubled bytes either decode or are refused. */
    @Property(seed = "20261124", tries = 3000)
    void mutatedStatisticsDecodeOrAreRefused(@ForAll long seed) {
        Random random = new Random(seed);
        JsonNode inspect = GOLDEN.path("inspect").path("batches");
        List<JsonNode> stored = inspect.findValues("stats");
        byte[] bytes = GoldenShards.bytes(stored.get(random.nextInt(stored.size()))).toArray();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
        try {
            StructStats stats = StatsEncoding.decode(Bytes.takeArray(bytes, 0, length));
            assertThat(StatsEncoding.decode(StatsEncoding.encode(stats))).isEqualTo(stats);
            KeyStats.trim(stats, new StatsSettings(true, 50, UntrimmableColumns.DEFAULT));
        } catch (CorruptDataException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    private static final JsonNode GOLDEN =
            GoldenShards.all().stream()
                    .filter(shard -> shard.name().equals("source-all-types"))
                    .findFirst()
                    .orElseThrow()
                    .expected();
}
