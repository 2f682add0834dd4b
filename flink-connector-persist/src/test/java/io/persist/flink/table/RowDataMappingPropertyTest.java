package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.CorruptDataException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.arbitraries.ByteArbitrary;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

class RowDataMappingPropertyTest {
    private static final long FIRST_SECOND = -62_135_596_800L;
    private static final long LAST_SECOND = 253_402_300_799L;

    @Property(seed = "20261124", tries = 300)
    void rowsComeBackUnchanged(@ForAll("rows") List<RowData> rows) throws CorruptDataException {
        TableColumns columns = new TableColumns(AllTypes.ROW_TYPE);

        assertThat(RowDataMappingTest.roundTrip(columns, rows)).isEqualTo(rows);
        for (RowData row : rows) {
            assertThat(columns.codec().decode(columns.codec().encode(row))).isEqualTo(row);
        }
    }

    @Provide
    Arbitrary<List<RowData>> rows() {
        List<Arbitrary<Object>> fields = new ArrayList<>();
        fields.addAll(numbers());
        fields.addAll(strings());
        fields.addAll(times());
        return Combinators.combine(fields)
                .as(values -> (RowData) GenericRowData.of(values.toArray()))
                .list()
                .ofMaxSize(5);
    }

    private static Arbitrary<Object> nullable(Arbitrary<?> values) {
        return values.map(v -> (Object) v).injectNull(0.1);
    }

    private static List<Arbitrary<Object>> numbers() {
        return List.of(
                nullable(Arbitraries.of(true, false)),
                nullable(Arbitraries.bytes()),
                nullable(Arbitraries.shorts()),
                nullable(Arbitraries.integers()),
                nullable(Arbitraries.longs()),
                nullable(Arbitraries.floats()),
                nullable(Arbitraries.doubles()),
                nullable(decimals(10, 3)),
                nullable(decimals(38, 10)));
    }

    private static Arbitrary<DecimalData> decimals(int precision, int scale) {
        BigInteger bound = BigInteger.TEN.pow(precision).subtract(BigInteger.ONE);
        return Arbitraries.bigIntegers()
                .between(bound.negate(), bound)
                .map(v -> DecimalData.fromBigDecimal(new BigDecimal(v, scale), precision, scale));
    }

    private static List<Arbitrary<Object>> strings() {
        Arbitrary<String> text =
                Arbitraries.strings()
                        .ofMaxLength(20)
                        .filter(s -> s.chars().noneMatch(c -> Character.isSurrogate((char) c)));
        Arbitrary<String> padded =
                Arbitraries.strings()
                        .alpha()
                        .ofMaxLength(5)
                        .map(s -> (s + "     ").substring(0, 5));
        ByteArbitrary bytes = Arbitraries.bytes();
        return List.of(
                nullable(padded.map(StringData::fromString)),
                nullable(text.map(StringData::fromString)),
                nullable(text.map(s -> StringData.fromString(s + "🙂"))),
                nullable(bytes.array(byte[].class).ofSize(3)),
                nullable(bytes.array(byte[].class).ofMaxSize(9)),
                nullable(bytes.array(byte[].class).ofMaxSize(50)));
    }

    private static List<Arbitrary<Object>> times() {
        return List.of(
                nullable(Arbitraries.integers().between(-719_162, 2_932_896)),
                nullable(Arbitraries.integers().between(0, 86_399_999)),
                nullable(timestamps(0)),
                nullable(timestamps(3)),
                nullable(timestamps(6)),
                nullable(timestamps(3)),
                nullable(timestamps(6)));
    }

    private static Arbitrary<TimestampData> timestamps(int digits) {
        int units = (int) Math.pow(10, digits);
        int nanosPerUnit = 1_000_000_000 / units;
        return Combinators.combine(
                        Arbitraries.longs().between(FIRST_SECOND, LAST_SECOND),
                        Arbitraries.integers().between(0, units - 1))
                .as(Tuple::of)
                .map(
                        t -> {
                            int nanos = t.get2() * nanosPerUnit;
                            return TimestampData.fromEpochMillis(
                                    t.get1() * 1000 + nanos / 1_000_000, nanos % 1_000_000);
                        });
    }
}
