package io.persist.part.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Files of parquet-java, in all the ways it can encode them. */
class ForeignFilesTest {
    private static final PageCodec NONE = new PageCodec(CompressionCodec.UNCOMPRESSED, 0);
    private static final int ROWS = 3000;

    private static final MessageType FLAT =
            MessageTypeParser.parseMessageType(
                    """
                    message spark_schema {
                      required boolean b;
                      optional boolean ob;
                      required int32 i;
                      optional int32 oi;
                      required int64 l;
                      optional int64 ol;
                      required int32 u8 (INTEGER(8,false));
                      required int32 i16 (INTEGER(16,true));
                      required int64 u64 (INTEGER(64,false));
                      required float f;
                      required double d;
                      required binary s (STRING);
                      optional binary os (STRING);
                      required binary y;
                      required fixed_len_byte_array(5) x;
                    }
                    """);

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void everythingIsClosed() {
        allocator.close();
    }

    static Stream<ParquetProperties> properties() {
        List<ParquetProperties> all = new ArrayList<>();
        for (WriterVersion version : WriterVersion.values()) {
            for (boolean dictionary : new boolean[] {false, true}) {
                for (boolean split : new boolean[] {false, true}) {
                    all.add(
                            ParquetProperties.builder()
                                    .withWriterVersion(version)
                                    .withDictionaryEncoding(dictionary)
                                    .withDictionaryPageSize(2000)
                                    .withExtendedByteStreamSplitEncoding(split)
                                    .withPageSize(4000)
                                    .withPageRowCountLimit(500)
                                    .withMinRowCountForPageSizeCheck(10)
                                    .withPageWriteChecksumEnabled(split)
                                    .build());
                }
            }
        }
        return all.stream();
    }

    private static List<Group> flatRows(int repeat) {
        List<Group> rows = new ArrayList<>();
        Random random = new Random(3);
        for (int row = 0; row < ROWS; row++) {
            int n = random.nextInt(repeat);
            SimpleGroup group = new SimpleGroup(FLAT);
            group.append("b", (n & 1) == 0).append("i", n * 31).append("l", n * 1_000_000_007L);
            group.append("u8", n & 0xff)
                    .append("i16", (int) (short) (n * 77))
                    .append("u64", -n - 1L);
            group.append("f", n / 3f).append("d", n == 5 ? Double.NaN : n / 7.0);
            group.append("s", "text \u00e9 " + n).append("y", bytes(n, n % 9));
            group.append("x", bytes(n, 5));
            if (n % 3 != 0) {
                group.append("ob", (n & 2) == 0).append("oi", -n).append("ol", (long) -n);
            }
            if (n % 5 != 0) {
                group.append("os", "t" + n);
            }
            rows.add(group);
        }
        return rows;
    }

    private static Binary bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return Binary.fromConstantByteArray(bytes);
    }

    @ParameterizedTest
    @MethodSource("properties")
    void everyEncodingOfFlatColumnsIsRead(ParquetProperties properties) throws Exception {
        for (int repeat : new int[] {20, 100_000}) {
            List<Group> rows = flatRows(repeat);
            Bytes file = ParquetJavaFiles.write(FLAT, List.of(rows), properties, NONE, Map.of());
            assertRows(file, rows);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionCodec.class,
            names = {"SNAPPY", "LZ4_RAW", "ZSTD", "GZIP", "BROTLI"})
    void everyCodecIsReadInBothPageVersions(CompressionCodec codec) throws Exception {
        List<Group> rows = flatRows(500);
        for (ParquetProperties properties : properties().toList()) {
            PageCodec pages = new PageCodec(codec, 3);
            Bytes file = ParquetJavaFiles.write(FLAT, List.of(rows), properties, pages, Map.of());
            assertRows(file, rows);
        }
    }

    private void assertRows(Bytes bytes, List<Group> rows) throws Exception {
        ParquetReader file = ParquetReader.open(bytes);
        assertThat(file.rowCount()).isEqualTo(rows.size());
        for (int column = 0; column < FLAT.getFieldCount(); column++) {
            if (FLAT.getFieldName(column).startsWith("o")) {
                // Nulls at the top are refused; below, nested ones are read.
                int index = column;
                assertThatThrownBy(() -> file.read(index, allocator))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("no nulls");
                continue;
            }
            try (FieldVector vector = file.read(column, allocator)) {
                assertThat(vector.getField().isNullable()).isFalse();
                for (int row = 0; row < rows.size(); row++) {
                    Object expected = expected(rows.get(row), column);
                    Object found = found(vector, row);
                    if (!expected.equals(found)) {
                        assertThat(found)
                                .as("%s of row %d", FLAT.getFieldName(column), row)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    private static Object expected(Group row, int column) {
        return switch (FLAT.getFieldName(column)) {
            case "b" -> row.getBoolean(column, 0);
            case "i" -> row.getInteger(column, 0);
            case "l", "u64" -> row.getLong(column, 0);
            case "u8" -> (byte) row.getInteger(column, 0);
            case "i16" -> (short) row.getInteger(column, 0);
            case "f" -> row.getFloat(column, 0);
            case "d" -> row.getDouble(column, 0);
            case "s" -> row.getString(column, 0);
            default -> Bytes.copyOf(row.getBinary(column, 0).getBytes());
        };
    }

    private static Object found(FieldVector vector, int row) {
        Object value = vector.getObject(row);
        return value instanceof byte[] bytes
                ? Bytes.takeArray(bytes)
                : value instanceof org.apache.arrow.vector.util.Text text ? text.toString() : value;
    }

    /** The test above would be worth little if parquet-java took PLAIN for everything. */
    @Test
    void filesAboveUseAllEncodings() throws Exception {
        TreeSet<String> encodings = new TreeSet<>();
        for (ParquetProperties properties : properties().toList()) {
            for (int repeat : new int[] {20, 100_000}) {
                Bytes file =
                        ParquetJavaFiles.write(
                                FLAT, List.of(flatRows(repeat)), properties, NONE, Map.of());
                ThriftReader.footer(footer(file))
                        .getRow_groups()
                        .get(0)
                        .getColumns()
                        .forEach(
                                chunk ->
                                        chunk.getMeta_data()
                                                .getEncodings()
                                                .forEach(e -> encodings.add(e.name())));
            }
        }
        assertThat(encodings)
                .contains(
                        "PLAIN",
                        "PLAIN_DICTIONARY",
                        "RLE_DICTIONARY",
                        "RLE",
                        "DELTA_BINARY_PACKED",
                        "DELTA_BYTE_ARRAY",
                        "BYTE_STREAM_SPLIT");
    }

    static Slice footer(Bytes file) {
        int length = file.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt(file.length() - 8);
        return new Slice(file.toArray(), file.length() - 8 - length, file.length() - 8, "footer");
    }

    @Test
    void severalRowGroupsAndNoneAreRefused() throws Exception {
        ParquetProperties properties = ParquetProperties.builder().build();
        List<Group> rows = flatRows(10);
        for (List<List<Group>> groups : List.of(List.of(rows, rows), List.<List<Group>>of())) {
            Bytes file = ParquetJavaFiles.write(FLAT, groups, properties, NONE, Map.of());
            assertThatThrownBy(() -> ParquetReader.open(file))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("one row group");
        }
    }

    @ParameterizedTest
    @MethodSource("properties")
    void nestedColumnsKeepTheirShape(ParquetProperties properties) throws Exception {
        MessageType schema =
                MessageTypeParser.parseMessageType(
                        """
                        message m {
                          required group s {
                            optional group ok {
                              optional int64 a;
                              optional group l (LIST) {
                                repeated group list {
                                  optional group item {
                                    required binary t (STRING);
                                    optional group deep (LIST) {
                                      repeated group list { optional int32 element; }
                                    }
                                  }
                                }
                              }
                              optional group m (MAP) {
                                repeated group entries {
                                  required binary key (STRING);
                                  optional double value;
                                }
                              }
                              optional int32 nothing (UNKNOWN);
                            }
                            optional binary err;
                          }
                        }
                        """);
        List<Group> rows = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        Random random = new Random(11);
        for (int row = 0; row < 700; row++) {
            Group group = new SimpleGroup(schema);
            expected.add(fill(group.addGroup("s"), random));
            rows.add(group);
        }
        Bytes file = ParquetJavaFiles.write(schema, List.of(rows), properties, NONE, Map.of());
        try (FieldVector vector = ParquetReader.open(file).read(0, allocator)) {
            assertThat(vector.getField().getChildren().get(0).getChildren().get(1).toString())
                    .isEqualTo(
                            "l: List<item: Struct<t: Utf8 not null, deep: List<element: Int(32,"
                                    + " true)>>>");
            for (int row = 0; row < rows.size(); row++) {
                assertThat(String.valueOf(vector.getObject(row))).isEqualTo(expected.get(row));
            }
            Bytes ours =
                    ParquetWriter.dictionary(NONE)
                            .write(List.of(new ParquetWriter.Column("s", vector)), List.of());
            try (FieldVector again = ParquetReader.open(ours).read(0, allocator)) {
                assertThat(again.getField()).isEqualTo(vector.getField());
                for (int row = 0; row < rows.size(); row++) {
                    assertThat(String.valueOf(again.getObject(row))).isEqualTo(expected.get(row));
                }
            }
        }
    }

    /** Fills the struct at random; returns it as Arrow prints it. */
    private static String fill(Group struct, Random random) {
        if (random.nextInt(4) == 0) {
            struct.append("err", Binary.fromString("e"));
            return "{\"err\":\"ZQ==\"}";
        }
        Group ok = struct.addGroup("ok");
        List<String> fields = new ArrayList<>();
        if (random.nextBoolean()) {
            ok.append("a", 5L);
            fields.add("\"a\":5");
        }
        if (random.nextInt(3) > 0) {
            fields.add("\"l\":" + list(ok.addGroup("l"), random));
        }
        if (random.nextInt(3) > 0) {
            Group map = ok.addGroup("m");
            List<String> entries = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                Group entry = map.addGroup("entries").append("key", "k" + i);
                if (i == 1) {
                    entry.append("value", 1.5);
                }
                entries.add("{\"key\":\"k" + i + "\"" + (i == 1 ? ",\"value\":1.5}" : "}"));
            }
            fields.add("\"m\":[" + String.join(",", entries) + "]");
        }
        return "{\"ok\":{" + String.join(",", fields) + "}}";
    }

    private static String list(Group list, Random random) {
        List<String> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Group slot = list.addGroup("list");
            if (random.nextInt(4) == 0) {
                items.add("null");
                continue;
            }
            Group item = slot.addGroup("item").append("t", "t" + i);
            if (random.nextBoolean()) {
                items.add("{\"t\":\"t" + i + "\"}");
                continue;
            }
            Group deep = item.addGroup("deep");
            List<String> values = new ArrayList<>();
            for (int k = random.nextInt(3); k > 0; k--) {
                Group element = deep.addGroup("list");
                if (k == 2) {
                    element.append("element", 7);
                }
                values.add(k == 2 ? "7" : "null");
            }
            items.add("{\"t\":\"t" + i + "\",\"deep\":[" + String.join(",", values) + "]}");
        }
        return "[" + String.join(",", items) + "]";
    }

    @Test
    void unknownColumnsAreNullAndUnsupportedOnesRefused() throws Exception {
        MessageType schema =
                MessageTypeParser.parseMessageType(
                        """
                        message m {
                          required int32 nothing (UNKNOWN);
                          required int64 at (TIMESTAMP(MILLIS,true));
                          required int32 day (DATE);
                          repeated int32 many;
                          required binary price (DECIMAL(9,2));
                        }
                        """);
        Group row = new SimpleGroup(schema);
        row.append("nothing", 0).append("at", 1L).append("day", 1).append("many", 1);
        row.append("price", Binary.fromConstantByteArray(new byte[4]));
        ParquetProperties properties =
                ParquetProperties.builder().withStatisticsEnabled(false).build();
        ParquetReader file =
                ParquetReader.open(
                        ParquetJavaFiles.write(
                                schema, List.of(List.of(row)), properties, NONE, Map.of()));
        try (FieldVector nothing = file.read(0, allocator)) {
            assertThat(nothing).isInstanceOf(NullVector.class);
            assertThat(nothing.getField().getType()).isEqualTo(ArrowType.Null.INSTANCE);
            assertThat(nothing.getValueCount()).isEqualTo(1);
        }
        for (int column = 1; column < schema.getFieldCount(); column++) {
            int index = column;
            assertThatThrownBy(() -> file.read(index, allocator))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("column " + schema.getFieldName(column));
        }
    }
}
