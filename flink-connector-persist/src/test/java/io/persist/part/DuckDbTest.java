package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.TestVectors;
import io.persist.codec.Vectors;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.RelationFields;
import io.persist.codec.relation.ScalarType;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.duckdb.DuckDBStruct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A stranger finds the same rows in our parts, its columns by name. */
class DuckDbTest {
    /** Everything that we write; DuckDB reads all of it. */
    private static final List<String> COMPRESSIONS =
            List.of("none", "snappy", "lz4", "zstd-1", "gzip-6", "brotli-1");

    private final BufferAllocator allocator = new RootAllocator();
    @TempDir private Path directory;
    private Connection duckdb;

    @BeforeEach
    void connect() throws SQLException {
        duckdb = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void everythingIsClosed() throws SQLException {
        duckdb.close();
        allocator.close();
    }

    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void everyFormatAndCompressionIsRead(PartFormat format) throws Exception {
        try (Updates updates = texts(45_000)) {
            Map<String, Bytes> files = new LinkedHashMap<>();
            for (String compression : COMPRESSIONS) {
                for (boolean dictionary : new boolean[] {true, false}) {
                    ParquetSettings settings =
                            new ParquetSettings(Compression.parse(compression), dictionary);
                    Bytes file = encode(updates, format, settings);
                    assertRead(file, updates, format);
                    assertThat(files.values()).doesNotContain(file);
                    files.put(settings.toString(), file);
                }
            }
            assertSettingsShow(files);
        }
    }

    /** Every setting makes other bytes, and each makes them fewer. */
    private static void assertSettingsShow(Map<String, Bytes> files) {
        List<Bytes> all = List.copyOf(files.values());
        int plain = all.get(1).length();
        assertThat(all.get(0).length()).as("dictionary").isLessThan(plain);
        for (int i = 2; i < all.size(); i += 2) {
            assertThat(all.get(i + 1).length()).as(COMPRESSIONS.get(i / 2)).isLessThan(plain);
        }
    }

    private Updates texts(int rows) {
        List<String> keys = new ArrayList<>();
        List<String> vals = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        List<Long> diffs = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            keys.add("key \u00e9 " + i * 7919 % rows);
            vals.add(i % 100 == 0 ? "" : "value " + i % 50);
            times.add(i / 1000L);
            diffs.add(i % 3 == 0 ? -1L : 1L);
        }
        return PartTests.strings(allocator, keys, vals, times, diffs);
    }

    /** One row, one page, pages cut by rows, by bytes, and a value larger than a page. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20_000, 20_001, 65_000, -1})
    void pagesOfEveryShapeAreRead(int rows) throws Exception {
        List<String> texts = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < Math.max(rows, 300); i++) {
            texts.add(rows > 0 ? "t" + i : "x".repeat(i == 7 ? 3_000_000 : 20_000 + i));
            numbers.add(i + 1L);
        }
        List<String> kept = rows > 0 ? texts.subList(0, rows) : texts;
        List<Long> keptNumbers = numbers.subList(0, kept.size());
        try (Updates updates = PartTests.strings(allocator, kept, kept, keptNumbers, keptNumbers)) {
            for (boolean dictionary : new boolean[] {true, false}) {
                ParquetSettings settings =
                        new ParquetSettings(Compression.parse("snappy"), dictionary);
                assertRead(encode(updates, PartFormat.BOTH, settings), updates, PartFormat.BOTH);
            }
        }
    }

    /** A dictionary that grows over pieces, one that is left in mid-part, and none at all. */
    @ParameterizedTest
    @EnumSource(PartFormat.class)
    void partsInPiecesAreRead(PartFormat format) throws Exception {
        List<String> keys = new ArrayList<>();
        List<String> vals = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            keys.add("key " + i / 5_000);
            vals.add(i < 15_000 ? "few" : "x".repeat(30) + i);
            numbers.add(i * 7_919L + 1);
        }
        ParquetSettings settings = new ParquetSettings(Compression.parse("zstd-1"), true);
        try (Updates updates = PartTests.strings(allocator, keys, vals, numbers, numbers);
                PartEncoder encoder = new PartEncoder(format, PartTests.USER, settings)) {
            for (int from = 0; from < updates.count(); from += 12_000) {
                try (Updates piece = PartTests.piece(updates, from, 12_000, allocator)) {
                    encoder.add(piece, updates.count());
                }
            }
            assertRead(encoder.finish(0), updates, format);
        }
    }

    @Test
    void bytesAndUnitAreRead() throws Exception {
        List<String> texts = List.of("", "a", "\u00ff", "a");
        List<Long> ones = List.of(1L, 1L, 1L, 1L);
        NullVector units = new NullVector("v_s", 4);
        try (Updates updates =
                new Updates(
                        null,
                        new Updates.StructuredColumns(PartTests.binary(allocator, texts), units),
                        PartTests.longs(allocator, ones),
                        PartTests.longs(allocator, ones))) {
            for (boolean dictionary : new boolean[] {true, false}) {
                ParquetSettings settings = new ParquetSettings(Compression.NONE, dictionary);
                Bytes file = encode(updates, PartFormat.STRUCTURED, settings);
                assertRead(file, updates, PartFormat.STRUCTURED);
            }
        }
    }

    @Test
    void relationsOfEveryTypeAreReadByNameWithTheirNulls() throws Exception {
        Field keys = RelationFields.of(everyType(), "k_s");
        for (String compression : List.of("none", "zstd-3")) {
            for (boolean dictionary : new boolean[] {true, false}) {
                try (Updates updates = filled(keys, 1000, new Random(7))) {
                    ParquetSettings settings =
                            new ParquetSettings(Compression.parse(compression), dictionary);
                    Bytes file = encode(updates, PartFormat.STRUCTURED, settings);
                    assertRead(file, updates, PartFormat.STRUCTURED);
                    assertThat(count(file, "k_s.err IS NOT NULL"))
                            .isEqualTo(defined((StructVector) keys(updates), "err"));
                    assertThat(count(file, "k_s.ok.\"3\" IS NULL")).isPositive();
                }
            }
        }
    }

    private static FieldVector keys(Updates updates) {
        Updates.StructuredColumns columns = updates.structured();
        return columns == null ? updates.times() : columns.keys();
    }

    private static long defined(StructVector vector, String field) {
        ValueVector child = vector.getChild(field);
        return child.getValueCount() - (long) child.getNullCount();
    }

    private static RelationDesc everyType() {
        List<ScalarType> types =
                new ArrayList<>(
                        List.of(
                                new ScalarType.Bool(),
                                new ScalarType.Int16(),
                                new ScalarType.Int32(),
                                new ScalarType.Int64(),
                                new ScalarType.UInt16(),
                                new ScalarType.UInt32(),
                                new ScalarType.UInt64(),
                                new ScalarType.Float32(),
                                new ScalarType.Float64(),
                                new ScalarType.Numeric(2)));
        types.addAll(
                List.of(
                        new ScalarType.Text(),
                        new ScalarType.VarChar(5),
                        new ScalarType.Char(3),
                        new ScalarType.Bytea(),
                        new ScalarType.Jsonb(),
                        new ScalarType.Uuid(),
                        new ScalarType.Date(),
                        new ScalarType.Time(),
                        new ScalarType.Timestamp(3),
                        new ScalarType.TimestampTz(6)));
        types.addAll(
                List.of(
                        new ScalarType.Interval(),
                        new ScalarType.MzTimestamp(),
                        new ScalarType.Oid(),
                        new ScalarType.PgLegacyChar(),
                        new ScalarType.AclItem(),
                        new ScalarType.Array(new ScalarType.Text()),
                        new ScalarType.List(new ScalarType.Numeric(null), null),
                        new ScalarType.Map(new ScalarType.Timestamp(null), null),
                        new ScalarType.List(
                                new ScalarType.Map(new ScalarType.Int16(), null), null)));
        types.addAll(
                List.of(
                        new ScalarType.PgLegacyName(),
                        new ScalarType.RegProc(),
                        new ScalarType.RegType(),
                        new ScalarType.RegClass(),
                        new ScalarType.Int2Vector(),
                        new ScalarType.MzAclItem(),
                        new ScalarType.Range(new ScalarType.Int32()),
                        new ScalarType.Range(new ScalarType.Int64()),
                        new ScalarType.Range(new ScalarType.Numeric(null)),
                        new ScalarType.Range(new ScalarType.Date())));
        types.addAll(
                List.of(
                        new ScalarType.Range(new ScalarType.Timestamp(null)),
                        new ScalarType.Range(new ScalarType.TimestampTz(null)),
                        new ScalarType.Array(new ScalarType.MzAclItem()),
                        new ScalarType.Map(new ScalarType.Range(new ScalarType.Int32()), null)));
        List<RelationColumn> columns = new ArrayList<>();
        for (ScalarType type : types) {
            columns.add(new RelationColumn("c" + columns.size(), type, true));
        }
        columns.add(new RelationColumn("record", record(List.copyOf(columns)), true));
        columns.add(new RelationColumn("deep", nested(6), true));
        return RelationDesc.of(columns);
    }

    private static ScalarType record(List<RelationColumn> fields) {
        return new ScalarType.Record(fields, null);
    }

    /** Records of a list of maps of records of a list, and so on. */
    private static ScalarType nested(int depth) {
        ScalarType inner =
                depth == 0
                        ? new ScalarType.Range(new ScalarType.Numeric(null))
                        : depth % 3 == 0
                                ? new ScalarType.List(nested(depth - 1), null)
                                : depth % 3 == 1
                                        ? new ScalarType.Map(nested(depth - 1), null)
                                        : nested(depth - 1);
        return record(
                List.of(
                        new RelationColumn("id", new ScalarType.Int32(), false),
                        new RelationColumn("inner", inner, true)));
    }

    /** DuckDB reads every type there is; none is left out. */
    @Test
    void everyTypeOfRelationsIsAmongThoseThatAreRead() {
        Set<Class<?>> read = new HashSet<>();
        everyType().columns().forEach(column -> read.add(column.type().getClass()));
        assertThat(read).containsExactlyInAnyOrder(ScalarType.class.getPermittedSubclasses());
    }

    @Test
    void columnsOfAnyTypeAreRead() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 60; i++) {
            Field field = TestVectors.randomField("k_s", random, 4);
            Field key = new Field("k_s", required(field), field.getChildren());
            boolean dictionary = random.nextBoolean();
            String compression = COMPRESSIONS.get(random.nextInt(COMPRESSIONS.size()));
            try (Updates updates = filled(key, 1 + random.nextInt(300), random)) {
                ParquetSettings settings =
                        new ParquetSettings(Compression.parse(compression), dictionary);
                Bytes file = encode(updates, PartFormat.STRUCTURED, settings);
                assertRead(file, updates, PartFormat.STRUCTURED);
            }
        }
    }

    private static FieldType required(Field field) {
        return new FieldType(false, field.getType(), null);
    }

    private Updates filled(Field field, int rows, Random random) {
        FieldVector keys = Vectors.create(field, allocator);
        TestVectors.fill(keys, rows, random);
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            numbers.add(1 + i / 10L);
        }
        return new Updates(
                null,
                new Updates.StructuredColumns(keys, new NullVector("v_s", rows)),
                PartTests.longs(allocator, numbers),
                PartTests.longs(allocator, numbers));
    }

    @Test
    void damagedFilesAreNotRead() throws Exception {
        try (Updates updates = texts(10)) {
            Bytes file = encode(updates, PartFormat.ROW, ParquetSettings.DEFAULT);
            Path path = Files.write(directory.resolve("cut"), file.slice(0, 50).toArray());
            assertThatThrownBy(() -> query("SELECT * FROM read_parquet('" + path + "')"))
                    .isInstanceOf(SQLException.class);
        }
    }

    private static Bytes encode(Updates updates, PartFormat format, ParquetSettings settings) {
        return ParquetParts.encode(updates, format, PartTests.USER, 0, settings);
    }

    private Path stored(Bytes file) throws Exception {
        return Files.write(directory.resolve("part.parquet"), file.toArray());
    }

    private long count(Bytes file, String condition) throws Exception {
        String from = "FROM read_parquet('" + stored(file) + "') WHERE " + condition;
        try (ResultSet result = query("SELECT count(*) " + from)) {
            result.next();
            return result.getLong(1);
        }
    }

    private ResultSet query(String sql) throws SQLException {
        Statement statement = duckdb.createStatement();
        statement.closeOnCompletion();
        return statement.executeQuery(sql);
    }

    private void assertRead(Bytes file, Updates updates, PartFormat format) throws Exception {
        Map<String, FieldVector> columns = new LinkedHashMap<>();
        Updates.RowColumns rows = updates.rows();
        if (rows != null && format != PartFormat.STRUCTURED) {
            columns.put("k", rows.keys());
            columns.put("v", rows.vals());
        }
        columns.put("t", updates.times());
        columns.put("d", updates.diffs());
        Updates.StructuredColumns structured = updates.structured();
        if (structured != null && format != PartFormat.ROW) {
            columns.put("k_s", structured.keys());
            columns.put("v_s", structured.vals());
        }
        String sql =
                "SELECT * FROM read_parquet('"
                        + stored(file)
                        + "', file_row_number = true)"
                        + " ORDER BY file_row_number";
        try (ResultSet result = query(sql)) {
            assertThat(result.getMetaData().getColumnCount()).isEqualTo(columns.size() + 1);
            int row = 0;
            for (; result.next(); row++) {
                for (Map.Entry<String, FieldVector> column : columns.entrySet()) {
                    Object found = found(result.getObject(column.getKey()));
                    Object expected = expected(column.getValue(), row);
                    if (!expected.equals(found)) {
                        assertThat(found).as("%s, row %d", column, row).isEqualTo(expected);
                    }
                }
            }
            assertThat(row).isEqualTo(updates.count());
        }
    }

    /** As text, lists and maps, so that both sides can be compared. */
    private static Object found(Object value) throws SQLException {
        if (value == null) {
            return "null";
        } else if (value instanceof Blob blob) {
            return Bytes.takeArray(blob.getBytes(1, (int) blob.length()));
        } else if (value instanceof Float f) {
            return Float.floatToIntBits(f);
        } else if (value instanceof Double d) {
            return Double.doubleToLongBits(d);
        } else if (value instanceof DuckDBStruct struct) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (Map.Entry<String, Object> field : struct.getMap().entrySet()) {
                fields.put(field.getKey(), found(field.getValue()));
            }
            return fields;
        } else if (value instanceof java.sql.Array array) {
            List<Object> items = new ArrayList<>();
            for (Object item : (Object[]) array.getArray()) {
                items.add(found(item));
            }
            return items;
        } else if (value instanceof Map<?, ?> map) {
            List<Object> entries = new ArrayList<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                entries.add(List.of(found(entry.getKey()), found(entry.getValue())));
            }
            return entries;
        }
        return value.toString();
    }

    private static Object expected(ValueVector vector, int row) {
        if (vector instanceof NullVector || vector.isNull(row)) {
            return "null";
        } else if (vector instanceof StructVector struct) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (FieldVector child : struct.getChildrenFromFields()) {
                fields.put(child.getName(), expected(child, row));
            }
            return fields;
        } else if (vector instanceof MapVector map) {
            StructVector entries = (StructVector) map.getDataVector();
            List<Object> found = new ArrayList<>();
            for (int i = map.getElementStartIndex(row); i < map.getElementEndIndex(row); i++) {
                found.add(
                        List.of(
                                expected(entries.getChildByOrdinal(0), i),
                                expected(entries.getChildByOrdinal(1), i)));
            }
            return found;
        } else if (vector instanceof ListVector list) {
            List<Object> items = new ArrayList<>();
            for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
                items.add(expected(list.getDataVector(), i));
            }
            return items;
        }
        Object value = vector.getObject(row);
        if (value instanceof byte[] bytes) {
            return Bytes.takeArray(bytes);
        } else if (value instanceof Float f) {
            return Float.floatToIntBits(f);
        } else if (value instanceof Double d) {
            return Double.doubleToLongBits(d);
        } else if (vector instanceof org.apache.arrow.vector.UInt8Vector) {
            return new BigInteger(Long.toUnsignedString((Long) value)).toString();
        } else if (vector instanceof org.apache.arrow.vector.UInt4Vector) {
            return Integer.toUnsignedString((Integer) value);
        } else if (vector instanceof org.apache.arrow.vector.UInt1Vector) {
            return Integer.toString((Byte) value & 0xff);
        } else if (vector instanceof org.apache.arrow.vector.UInt2Vector) {
            return Integer.toString((Character) value);
        }
        return value.toString();
    }
}
