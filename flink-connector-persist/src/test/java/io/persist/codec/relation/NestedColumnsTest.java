package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Vectors;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What columns of the other types take, and how they say what they do not. */
class NestedColumnsTest {
    private static final ScalarType INT32S = new ScalarType.List(new ScalarType.Int32(), null);
    private static final ScalarType INT32_RANGE = new ScalarType.Range(new ScalarType.Int32());

    private static Column column(ScalarType type) {
        RelationColumn column = new RelationColumn("c", type, true);
        return Columns.over(column, Columns.cell(column));
    }

    /** What is read after writing. */
    private static Datum stored(ScalarType type, Datum datum) throws CorruptDataException {
        Column column = column(type);
        column.setDatum(0, datum);
        return column.datum(0);
    }

    private static void refused(ScalarType type, Datum datum, String message) {
        assertThatThrownBy(() -> column(type).setDatum(0, datum))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("column " + message);
    }

    private static Datum int32(int value) {
        return new Datum.Int32(value);
    }

    private static Datum range(Datum lower, boolean from, Datum upper, boolean to) {
        return new Datum.Range(
                new Datum.Bounds(new Datum.Bound(lower, from), new Datum.Bound(upper, to)));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        refused(
                new ScalarType.UInt16(),
                new Datum.UInt16(65_536),
                "'c' (uint2) cannot hold 65536: not within 0 and 65535");
        refused(
                new ScalarType.PgLegacyChar(),
                new Datum.UInt8(-1),
                "'c' (\"char\") cannot hold -1: not within 0 and 255");
        refused(
                new ScalarType.Oid(),
                new Datum.UInt32(1L << 32),
                "'c' (oid) cannot hold 4294967296: not within 0 and 4294967295");
    }

    @Test
    void valuesOfOtherTypesAreNamedWhereTheyAre() {
        refused(
                INT32S,
                new Datum.List(List.of(int32(1), new Datum.Text("x"))),
                "'c[]' (int4) cannot hold Text[value=x]: another type");
        RelationColumn f = new RelationColumn("f", new ScalarType.Bool(), false);
        ScalarType row = new ScalarType.Record(List.of(f), null);
        refused(
                row,
                new Datum.Record(List.of(Datum.NULL)),
                "'c.f' (bool) cannot hold null: the column is not nullable");
        assertThatThrownBy(() -> column(row).setDatum(0, new Datum.Record(List.of())))
                .hasMessageContaining("column 'c' (record(f: bool)) cannot hold")
                .hasMessageEndingWith("0 fields");
    }

    @Test
    void arraysMustHaveTheElementsOfTheirDimensions() throws CorruptDataException {
        ScalarType type = new ScalarType.Array(new ScalarType.Int32());
        List<Datum> three = List.of(int32(1), Datum.NULL, int32(3));
        refused(
                type,
                new Datum.Array(List.of(new Datum.Dimension(1, 2)), three),
                "'c' (int4[]) cannot hold array of 3 elements: dimensions [Dimension[lowerBound=1,"
                        + " length=2]] are of 2");
        Datum.Dimension one = new Datum.Dimension(1, 1);
        refused(
                type,
                new Datum.Array(List.of(one, one, one, one, one, one, one), List.of(int32(1))),
                "'c' (int4[]) cannot hold array of 1 elements: 7 dimensions, at most 6");
        refused(
                new ScalarType.Int2Vector(),
                new Datum.Array(List.of(one, one), List.of(new Datum.Int16((short) 1))),
                "'c' (int2vector) cannot hold array of 1 elements: 2 dimensions, at most 1");
        Datum shifted = new Datum.Array(List.of(new Datum.Dimension(-5, 3)), three);
        assertThat(stored(type, shifted)).isEqualTo(shifted);
        // Legal, though not canonical.
        Datum empty = new Datum.Array(List.of(new Datum.Dimension(1, 0)), List.of());
        assertThat(stored(type, empty)).isEqualTo(empty);
    }

    @Test
    void keysOfMapsAscendByTheirBytes() throws CorruptDataException {
        ScalarType type = new ScalarType.Map(new ScalarType.Int32(), null);
        Datum.Entry high = new Datum.Entry("\uffff", int32(1));
        Datum.Entry supplementary = new Datum.Entry("\ud83d\udd74", Datum.NULL);
        Datum map = new Datum.Map(List.of(high, supplementary));
        assertThat(stored(type, map)).isEqualTo(map);
        refused(
                type,
                new Datum.Map(List.of(supplementary, high)),
                "'c' (map[text=>int4]) cannot hold key '\uffff': keys must ascend, each once");
        assertThatThrownBy(() -> column(type).setDatum(0, new Datum.Map(List.of(high, high))))
                .hasMessageEndingWith("keys must ascend, each once");
    }

    @Test
    void rangesOfIntegersAreFromTheFirstToBeyondTheLast() throws CorruptDataException {
        Datum canonical = range(int32(2), true, int32(6), false);
        assertThat(stored(INT32_RANGE, range(int32(1), false, int32(5), true)))
                .isEqualTo(canonical);
        Datum empty = new Datum.Range(null);
        assertThat(stored(INT32_RANGE, range(int32(5), false, int32(5), false))).isEqualTo(empty);
        assertThat(stored(INT32_RANGE, range(int32(5), false, int32(6), false))).isEqualTo(empty);
        Datum all = new Datum.Range(new Datum.Bounds(Datum.Bound.NONE, Datum.Bound.NONE));
        assertThat(stored(INT32_RANGE, range(null, true, null, true))).isEqualTo(all);
        refused(
                INT32_RANGE,
                range(int32(5), true, int32(1), true),
                "'c' (range(int4)) cannot hold [Int32[value=5], Int32[value=1]]: the lower bound is"
                        + " above the upper one");
        refused(
                INT32_RANGE,
                range(int32(0), true, int32(Integer.MAX_VALUE), true),
                "'c' (range(int4)) cannot hold Int32[value=2147483647]: as a bound it has no"
                        + " successor");
        refused(
                INT32_RANGE,
                range(new Datum.Int64(1), true, null, false),
                "'c bound' (int4) cannot hold Int64[value=1]: another type");
        assertThatThrownBy(() -> column(new ScalarType.Range(new ScalarType.Text())))
                .hasMessage("column 'c' (range(text)): there are no ranges of this type");
    }

    @Test
    void jsonHasOneText() throws CorruptDataException {
        assertThat(json(" {\"b\": 1.50, \"a\": [1e3, -0.0, true , null],\t\"b\": \"\\u00e9\\/\"} "))
                .isEqualTo("{\"a\":[1000,0,true,null],\"b\":\"\u00e9/\"}");
        assertThat(json("\"\\ud83d\\udd74\\u0000\\u001F\\n\u007f\""))
                .isEqualTo("\"\ud83d\udd74\\u0000\\u001f\\n\u007f\"");
        assertThat(json("{\"\uffff\":1,\"\ud83d\udd74\":2,\"\":[]}"))
                .isEqualTo("{\"\":[],\"\uffff\":1,\"\ud83d\udd74\":2}");
        assertThat(json("9".repeat(39))).isEqualTo("9".repeat(39));
        String deep = "[".repeat(127) + "]".repeat(127);
        assertThat(json(deep)).isEqualTo(deep);
    }

    private static String json(String text) throws CorruptDataException {
        ScalarType type = new ScalarType.Jsonb();
        RelationColumn column = new RelationColumn("c", type, true);
        RelationCodec<SourceData> codec = RelationCodec.of(RelationDesc.of(List.of(column)));
        SourceData row = new SourceData.Row(List.of(new Datum.Jsonb(text)));
        Datum.Jsonb stored = (Datum.Jsonb) stored(type, new Datum.Jsonb(text));
        assertThat(codec.decode(codec.encode(row))).isEqualTo(new SourceData.Row(List.of(stored)));
        return stored.text();
    }

    @Test
    void whatIsNoJsonIsRefused() {
        noJson("{\"a\":NaN}", "no JSON: expected a value at byte 5, found 'N'");
        noJson("[1,]", "no JSON: expected a value at byte 3, found ']'");
        noJson("01", "no JSON: expected the end at byte 1, found '1'");
        noJson("", "no JSON: expected a value at byte 0, found the end");
        noJson(
                "\"\n\"",
                "no JSON: expected an escape of the control character at byte 1, found"
                        + " byte 10");
        noJson("\"\\ud800x\"", "unpaired surrogate in JSON");
        noJson("1" + "0".repeat(38) + "1", "number of more than 39 digits");
        noJson("1e39", "number of more than 39 digits");
        noJson("1e99999999999", "exponent of 1e99999999999 is out of range");
        assertThatThrownBy(
                        () ->
                                column(new ScalarType.Jsonb())
                                        .setText(0, "[".repeat(128) + "]".repeat(128)))
                .hasMessageEndingWith("JSON nested deeper than 127");
    }

    private static void noJson(String text, String why) {
        refused(
                new ScalarType.Jsonb(),
                new Datum.Jsonb(text),
                "'c' (jsonb) cannot hold '" + text + "': " + why);
    }

    @Test
    void unknownPrivilegesAreRefused() {
        assertThatThrownBy(
                        () ->
                                column(new ScalarType.AclItem())
                                        .setDatum(0, new Datum.AclItem(1, 2, 1 << 5)))
                .hasMessageEndingWith("unknown privileges");
    }

    @Test
    void damagedNestedRowsAreCorrupt() {
        corrupt(
                new ScalarType.Map(new ScalarType.Int32(), null), // b before a
                "ba01120a070a0162120218010a070a016112021802",
                "key 'a' is out of order");
        corrupt(
                new ScalarType.Array(new ScalarType.Int32()), // dimension of 3, 2 elements
                "aa01100a080a0218010a021802120408011003",
                "array of 2 elements");
        corrupt(INT32_RANGE, "fa010c0a0a080112021805220218" + "01", "above upper");
        corrupt(INT32_RANGE, "fa01040a020801", "missing, but inclusive");
        corrupt(new ScalarType.Uuid(), "ca01020000", "UUID of 2 bytes");
        corrupt(new ScalarType.MzAclItem(), "8202040a020801", "without grantee");
        corrupt(new ScalarType.Jsonb(), "b201040a020801", "JSON of NULL");
        corrupt(INT32S, "b201040a022001", "column 'c[]' (int4) holds INT64");
    }

    private static void corrupt(ScalarType type, String datum, String message) {
        RelationColumn column = new RelationColumn("c", type, true);
        RelationCodec<SourceData> codec = RelationCodec.of(RelationDesc.of(List.of(column)));
        String head = String.format("0a%02x0a%02x", datum.length() / 2 + 2, datum.length() / 2);
        assertThatThrownBy(() -> codec.decode(Bytes.fromHex(head + datum)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aNestedRowThatFailedIsWrittenAgain() throws CorruptDataException {
        ScalarType lists =
                new ScalarType.List(new ScalarType.List(new ScalarType.VarChar(2), null), null);
        RelationColumn column = new RelationColumn("c", lists, true);
        RelationCodec<SourceData> codec = RelationCodec.of(RelationDesc.of(List.of(column)));
        SourceData good = texts("a", "bc");
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator);
                FieldVector plain = Vectors.create(codec.structuredField("k_s"), allocator)) {
            ColumnAppender<SourceData> appender = codec.appender(vector);
            appender.append(0, good);
            assertThatThrownBy(() -> appender.append(1, texts("x", "y", "z", "too long")))
                    .hasMessage(
                            "column 'c[][]' (varchar(2)) cannot hold 'too long': longer than 2");
            appender.append(1, new SourceData.Row(List.of(Datum.NULL)));
            assertThatThrownBy(() -> appender.append(2, texts("x", "too long")))
                    .isInstanceOf(IllegalArgumentException.class);
            appender.append(2, good);
            appender.finish(3);
            ColumnAppender<SourceData> again = codec.appender(plain);
            again.append(0, good);
            again.append(1, new SourceData.Row(List.of(Datum.NULL)));
            again.append(2, good);
            again.finish(3);
            assertThat(ArrayDataEncoding.encode(vector, 0, 3))
                    .isEqualTo(ArrayDataEncoding.encode(plain, 0, 3));
        }
    }

    private static SourceData texts(String... texts) {
        List<Datum> inner = java.util.Arrays.stream(texts).<Datum>map(Datum.Text::new).toList();
        Datum outer = new Datum.List(List.of(new Datum.List(inner), new Datum.List(inner)));
        return new SourceData.Row(List.of(outer));
    }
}
