package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.BigEndian;
import io.persist.codec.relation.stored.PackedNumeric;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Random;

/** Values that columns take, and what they refuse. */
class ColumnTest {
    private static final long MIN_SECONDS =
            LocalDate.of(-4713, 12, 31).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    private static final long MAX_SECONDS =
            LocalDateTime.of(262_142, 12, 31, 23, 59, 59).toEpochSecond(ZoneOffset.UTC);

    private static Column column(ScalarType type) {
        RelationColumn column = new RelationColumn("c", type, false);
        return Columns.over(column, Columns.cell(column));
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private static int setText(Column column, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return column.setUtf8(0, utf8, 0, utf8.length);
    }

    @Test
    void settersAndGettersOfOtherTypesAreRefused() {
        Column column = column(new ScalarType.Int64());
        refused(() -> column.setInt32(0, 1), "column 'c' (int8) has no int32");
        refused(() -> column.setBool(0, true), "column 'c' (int8) has no bool");
        refused(() -> column.setTimestamp(0, 0, 0), "column 'c' (int8) has no timestamp");
        refused(() -> column.utf8(0), "column 'c' (int8) has no text");
        refused(
                () -> column.setDatum(0, new Datum.Int32(1)),
                "column 'c' (int8) cannot hold Int32[value=1]: another type");
        refused(
                () -> column.setNull(0),
                "column 'c' (int8) cannot hold null: the column is not nullable");
    }

    @Test
    void nansAreOneAndZerosAreTwo() {
        Column doubles = column(new ScalarType.Float64());
        doubles.setFloat64(0, Double.longBitsToDouble(0xfff8000000000001L));
        assertThat(doubles.slots.getLong(0)).isEqualTo(0x7ff8000000000000L);
        doubles.setFloat64(0, -0.0);
        assertThat(doubles.slots.getLong(0)).isEqualTo(Long.MIN_VALUE);
        Column floats = column(new ScalarType.Float32());
        floats.setFloat32(0, Float.intBitsToFloat(0xffc00001));
        assertThat((int) floats.slots.getLong(0)).isEqualTo(0x7fc00000);
    }

    @Test
    void textsMustBeUtf8() throws CorruptDataException {
        Column column = column(new ScalarType.Text());
        refused(
                () -> column.setText(0, "a\ud800"),
                "column 'c' (text) cannot hold 'a\ud800': unpaired surrogate");
        refused(
                () -> column.setUtf8(0, new byte[] {0, (byte) 0xc0, (byte) 0x80}, 1, 2),
                "column 'c' (text) cannot hold c080: not UTF-8");
        assertThat(column.setText(0, "\ud83d\udd74")).isEqualTo(4);
        assertThat(column.utf8(0).hex()).isEqualTo("f09f95b4");
    }

    @Test
    void varcharsAreLimitedInCodePoints() {
        Column column = column(new ScalarType.VarChar(3));
        assertThat(setText(column, "é\ud83d\udd74x")).isEqualTo(7);
        refused(
                () -> setText(column, "abcd"),
                "column 'c' (varchar(3)) cannot hold 'abcd': longer than 3");
        refused(
                () -> setText(column, "abc "),
                "column 'c' (varchar(3)) cannot hold 'abc ': longer than 3");
        assertThat(setText(column(new ScalarType.VarChar(null)), "abcd")).isEqualTo(4);
    }

    @Test
    void charsAreStoredWithoutTrailingWhiteSpace() throws CorruptDataException {
        Column column = column(new ScalarType.Char(3));
        assertThat(setText(column, "a b \t\u0085\u00a0\u2003\u3000")).isEqualTo(3);
        assertThat(column.utf8(0).utf8()).isEqualTo("a b");
        assertThat(setText(column, "   ")).isZero();
        assertThat(setText(column, "ab\u200b")).isEqualTo(5); // not White_Space
        refused(
                () -> setText(column, "abcd"),
                "column 'c' (char(3)) cannot hold 'abcd': longer than 3");
        assertThat(setText(column(new ScalarType.Char(null)), "a ")).isEqualTo(2);
    }

    @Test
    void datesEndWhereTheReferenceDoes() throws CorruptDataException {
        Column column = column(new ScalarType.Date());
        int min = (int) LocalDate.of(-4713, 11, 24).toEpochDay();
        int max = (int) LocalDate.of(262_142, 12, 31).toEpochDay();
        for (int day : new int[] {min, 0, max}) {
            column.setDate(0, day);
            assertThat(column.unixDays(0)).isEqualTo(day);
        }
        refused(
                () -> column.setDate(0, min - 1),
                "column 'c' (date) cannot hold day "
                        + (min - 1)
                        + ": before -4713-11-24 or after 262142-12-31");
        assertThatThrownBy(() -> column.setDate(0, max + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> column.setDate(0, Integer.MIN_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        column.slots.putLong(0, Integer.MAX_VALUE);
        assertThatThrownBy(() -> column.unixDays(0)).isInstanceOf(CorruptDataException.class);
    }

    @Test
    void timesAreWithinADay() throws CorruptDataException {
        Column column = column(new ScalarType.Time());
        column.setTime(0, 86_399, 1_999_999_999); // a leap second
        assertThat(column.secondsOfDay(0)).isEqualTo(86_399);
        assertThat(column.nanosOfSecond(0)).isEqualTo(1_999_999_999);
        refused(
                () -> column.setTime(0, 86_400, 0),
                "column 'c' (time) cannot hold 86400 s 0 ns: no time of day");
        refused(
                () -> column.setTime(0, 1, 1_000_000_000),
                "column 'c' (time) cannot hold 1 s 1000000000 ns: no time of day");
        assertThatThrownBy(() -> column.setTime(0, -1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        column.slots.putBytes(0, new byte[7], 0, 7);
        column.slots.putBytes(0, new byte[] {-1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
        assertThatThrownBy(() -> column.secondsOfDay(0))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage("column 'c' (time), row 0: no time of day: ff00000000000000");
    }

    @Property(seed = "20261124")
    void timestampsAreThoseOfTheCalendar(
            @ForAll @LongRange(min = -210_000_000_000L, max = 8_200_000_000_000L) long seconds,
            @ForAll @IntRange(max = 999_999_999) int nanos)
            throws CorruptDataException {
        Column column = column(new ScalarType.Timestamp(null));
        column.setTimestamp(0, seconds, nanos);
        assertThat(column.epochSeconds(0)).isEqualTo(seconds);
        assertThat(column.nanos(0)).isEqualTo(nanos);
        LocalDateTime expected = LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC);
        byte[] packed = new byte[16];
        column.slots.copyBytes(0, packed);
        assertThat(BigEndian.getInt(packed, 0) ^ Integer.MIN_VALUE).isEqualTo(expected.getYear());
        assertThat(BigEndian.getInt(packed, 4)).isEqualTo(expected.getDayOfYear());
        assertThat(BigEndian.getInt(packed, 8)).isEqualTo(expected.toLocalTime().toSecondOfDay());
    }

    @Test
    void everyNewYearIsInItsYear() throws CorruptDataException {
        Column column = column(new ScalarType.TimestampTz(null));
        byte[] packed = new byte[16];
        for (int year = -4712; year <= 262_142; year++) {
            long newYear = LocalDate.ofYearDay(year, 1).toEpochDay() * 86_400;
            column.setTimestamp(0, newYear, 0);
            column.slots.copyBytes(0, packed);
            assertThat(BigEndian.getInt(packed, 0) ^ Integer.MIN_VALUE).isEqualTo(year);
            assertThat(BigEndian.getInt(packed, 4)).isEqualTo(1);
            assertThat(column.epochSeconds(0)).isEqualTo(newYear);
            column.setTimestamp(0, newYear - 1, 0);
            column.slots.copyBytes(0, packed);
            assertThat(BigEndian.getInt(packed, 0) ^ Integer.MIN_VALUE).isEqualTo(year - 1);
            assertThat(column.epochSeconds(0)).isEqualTo(newYear - 1);
        }
    }

    @Test
    void timestampsHaveLimitsAndPrecision() throws CorruptDataException {
        Column column = column(new ScalarType.Timestamp(3));
        column.setTimestamp(0, MIN_SECONDS, 0);
        assertThat(column.epochSeconds(0)).isEqualTo(MIN_SECONDS);
        column.setTimestamp(0, MAX_SECONDS, 999_000_000);
        assertThat(column.epochSeconds(0)).isEqualTo(MAX_SECONDS);
        for (long beyond : new long[] {MIN_SECONDS - 1, MAX_SECONDS + 1, Long.MIN_VALUE}) {
            refused(
                    () -> column.setTimestamp(0, beyond, 0),
                    "column 'c' (timestamp(3)) cannot hold second "
                            + beyond
                            + ": before -4713-12-31 or after 262142-12-31");
        }
        refused(
                () -> column.setTimestamp(0, 0, 1_000_000_000),
                "column 'c' (timestamp(3)) cannot hold 1000000000 ns: not within a second");
        refused(
                () -> column.setTimestamp(0, 0, 123_456_000),
                "column 'c' (timestamp(3)) cannot hold 123456000 ns: more fractional digits than"
                        + " the type has");
        column.slots.putBytes(0, new byte[16], 0, 16);
        assertThatThrownBy(() -> column.epochSeconds(0)).isInstanceOf(CorruptDataException.class);
    }

    @Test
    void numericsHaveLimits() {
        Column column = column(new ScalarType.Numeric(2));
        refused(
                () -> column.setNumeric(0, new BigDecimal("1.234")),
                "column 'c' (numeric(39,2)) cannot hold 1.234: more than 2 fractional digits");
        refused(
                () -> column.setNumeric(0, 1234, 3),
                "column 'c' (numeric(39,2)) cannot hold 1.234: more than 2 fractional digits");
        assertThat(column.setNumeric(0, 12_340, 4 - 1)).isEqualTo(48);
        Column any = column(new ScalarType.Numeric(null));
        any.setNumeric(0, new BigDecimal("9".repeat(39)));
        any.setNumeric(0, new BigDecimal("1e38"));
        any.setNumeric(0, new BigDecimal("1e-39"));
        for (String tooLong : new String[] {"1" + "0".repeat(38) + "1", "1e39", "1e-40"}) {
            assertThatThrownBy(() -> any.setNumeric(0, new BigDecimal(tooLong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("more than 39 digits");
        }
        assertThatThrownBy(() -> any.setNumeric(0, 10, Integer.MIN_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> any.setNumeric(0, 1, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property(seed = "20261124")
    void bothWaysToSetANumericAgree(@ForAll long unscaled, @ForAll @IntRange(max = 30) int scale)
            throws CorruptDataException {
        byte[] fast = new byte[PackedNumeric.WIDTH];
        byte[] slow = new byte[PackedNumeric.WIDTH];
        BigDecimal value = BigDecimal.valueOf(unscaled, scale);
        assertThat(PackedNumeric.pack(unscaled, scale, fast)).isTrue();
        assertThat(PackedNumeric.pack(value, slow)).isTrue();
        assertThat(fast).isEqualTo(slow);
        assertThat(Numeric.of(PackedNumeric.decimal(fast))).isEqualTo(Numeric.of(value));
        assertThat(PackedNumeric.isValid(fast, fast.length)).isTrue();
    }

    @Property(seed = "20261124")
    void numericsSurvivePackingAndAreApproximatedClosely(@ForAll long seed)
            throws CorruptDataException {
        Numeric value = RandomRelations.numeric(new Random(seed));
        Column column = column(new ScalarType.Numeric(null));
        column.setNumeric(0, value);
        assertThat(column.numeric(0)).isEqualTo(value);
        if (value instanceof Numeric.Finite finite) {
            double nearest = finite.value().doubleValue();
            assertThat(PackedNumeric.approximation(RandomRelations.packed(value)))
                    .isCloseTo(nearest, org.assertj.core.data.Offset.offset(8 * Math.ulp(nearest)));
        }
    }

    @Test
    void approximationsAreThoseOfTheReference() {
        approximates("7.35", 7.3500000000000005);
        approximates("19.99", 19.990000000000002);
        approximates("123456.789", 123456.789);
        approximates("12345678901234567890", 1.2345678901234567E19);
        approximates("9".repeat(39), 1.0E39);
        approximates("1e23", Double.parseDouble("0x1.52d02c7e14af7p+76"));
    }

    private static void approximates(String decimal, double expected) {
        byte[] packed = new byte[PackedNumeric.WIDTH];
        assertThat(PackedNumeric.pack(new BigDecimal(decimal), packed)).isTrue();
        assertThat(PackedNumeric.approximation(packed)).isEqualTo(expected);
    }
}
