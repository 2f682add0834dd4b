package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.codec.GoodBytes;
import io.persist.codec.Migration;
import io.persist.codec.StructuredOrder;
import io.persist.codec.Vectors;
import io.persist.codec.relation.stored.PackedNumeric;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.StructVector;
import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

class RelationCodecTest {
    private static final RelationDesc DESC =
            RelationDesc.of(
                    List.of(
                            new RelationColumn("id", new ScalarType.Int64(), false),
                            new RelationColumn("name", new ScalarType.Text(), true),
                            new RelationColumn("price", new ScalarType.Numeric(null), true)));
    private static final RelationCodec<SourceData> CODEC = RelationCodec.of(DESC);
    private static final SourceData DIVISION_BY_ZERO =
            new SourceData.Error(Bytes.fromHex("12022200"));

    private static SourceData row(Datum... datums) {
        return new SourceData.Row(List.of(datums));
    }

    private static SourceData row(long id, String name, String price) {
        return row(
                new Datum.Int64(id),
                new Datum.Text(name),
                new Datum.Numeric(Numeric.of(new BigDecimal(price))));
    }

    private static int append(
            RelationCodec<SourceData> codec, FieldVector vector, List<SourceData> rows) {
        ColumnAppender<SourceData> appender = codec.appender(vector);
        int bytes = 0;
        for (int i = 0; i < rows.size(); i++) {
            bytes += appender.append(i, rows.get(i));
        }
        appender.finish(rows.size());
        return bytes;
    }

    @Test
    void workedExampleOfRowBytes() throws CorruptDataException {
        SourceData row = row(7, "x", "1.50");
        Bytes bytes = Bytes.fromHex("0a140a0220070a034201780a09c201060a02015c1001");
        assertThat(CODEC.encode(row)).isEqualTo(bytes);
        assertThat(CODEC.decode(bytes)).isEqualTo(row);
        Bytes nulls = Bytes.fromHex("0a0c0a0220080a0208010a020801");
        assertThat(CODEC.encode(row(new Datum.Int64(8), Datum.NULL, Datum.NULL))).isEqualTo(nulls);
        Bytes error = Bytes.fromHex("120412022200");
        assertThat(CODEC.encode(DIVISION_BY_ZERO)).isEqualTo(error);
        assertThat(CODEC.decode(error)).isEqualTo(DIVISION_BY_ZERO);
    }

    @Test
    void workedExampleOfColumns() throws CorruptDataException {
        List<SourceData> rows = List.of(row(7, "x", "1.50"), DIVISION_BY_ZERO);
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(CODEC.structuredField("k_s"), allocator)) {
            int bytes = append(CODEC, vector, rows);
            assertThat(GoodBytes.of(vector)).isEqualTo(bytes);
            assertThat(vector.getNullCount()).isZero();
            FieldVector ok = vector.getChildrenFromFields().get(0);
            VarBinaryVector err = (VarBinaryVector) vector.getChildrenFromFields().get(1);
            assertThat(ok.isNull(0)).isFalse();
            assertThat(ok.isNull(1)).isTrue();
            assertThat(ok.getChildrenFromFields()).allMatch(column -> column.isNull(1));
            assertThat(err.isNull(0)).isTrue();
            assertThat(err.get(1)).containsExactly(0x12, 0x02, 0x22, 0x00);
            StructVector price = (StructVector) ok.getChildrenFromFields().get(2);
            assertThat(price.getChild("approx").getObject(0)).isEqualTo(1.5);
            assertThat(Bytes.takeArray(((VarBinaryVector) price.getChild("binary")).get(0)).hex())
                    .isEqualTo("02000000ffffffff0f00" + "00".repeat(30));
            ColumnReader<SourceData> reader = CODEC.reader(vector);
            assertThat(List.of(reader.value(0), reader.value(1))).isEqualTo(rows);
        }
    }

    @Test
    void workedExampleOfTheOrder() {
        List<SourceData> sorted =
                List.of(
                        row(new Datum.Int64(-3), new Datum.Text("z"), Datum.NULL),
                        row(1, "B", "10"),
                        row(1, "a", "2"),
                        row(
                                new Datum.Int64(1),
                                Datum.NULL,
                                new Datum.Numeric(Numeric.of(BigDecimal.ZERO))),
                        DIVISION_BY_ZERO);
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(CODEC.structuredField("k_s"), allocator)) {
            append(CODEC, vector, sorted);
            StructuredOrder order = StructuredOrder.of(vector, vector);
            for (int i = 0; i + 1 < sorted.size(); i++) {
                assertThat(order.compare(i, i + 1)).isNegative();
            }
        }
    }

    @Property(seed = "20261124", tries = 100)
    void numericsSortByApproximationThenByPackedBytes(@ForAll long seed) {
        Random random = new Random(seed);
        RelationColumn column = new RelationColumn("n", new ScalarType.Numeric(null), false);
        RelationCodec<SourceData> codec = RelationCodec.of(RelationDesc.of(List.of(column)));
        List<byte[]> packed = new ArrayList<>();
        List<SourceData> rows = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Numeric value =
                    random.nextBoolean()
                            ? RandomRelations.numeric(random)
                            : Numeric.of(BigDecimal.valueOf(random.nextInt(5) - 2L, 1));
            rows.add(row(new Datum.Numeric(value)));
            packed.add(RandomRelations.packed(value));
        }
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator)) {
            append(codec, vector, rows);
            StructuredOrder order = StructuredOrder.of(vector, vector);
            for (int i = 0; i < 10; i++) {
                for (int j = 0; j < 10; j++) {
                    // There is no negative zero and one NaN, so this is the total order here.
                    int expected =
                            Double.compare(
                                    PackedNumeric.approximation(packed.get(i)),
                                    PackedNumeric.approximation(packed.get(j)));
                    if (expected == 0) {
                        expected = Arrays.compareUnsigned(packed.get(i), packed.get(j));
                    }
                    assertThat(Integer.signum(order.compare(i, j)))
                            .isEqualTo(Integer.signum(expected));
                }
            }
        }
    }

    @Property(seed = "20261124", tries = 200)
    void rowsSurviveColumnsAndRowBytes(@ForAll long seed) throws CorruptDataException {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        RelationCodec<SourceData> codec = RelationCodec.of(desc);
        List<SourceData> rows = new ArrayList<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            rows.add(RandomRelations.row(desc, random));
        }
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator)) {
            int bytes = append(codec, vector, rows);
            assertThat(GoodBytes.of(vector)).isEqualTo(bytes);
            ColumnReader<SourceData> reader = codec.reader(vector);
            for (int i = 0; i < rows.size(); i++) {
                SourceData read = reader.value(i);
                assertThat(codec.decode(codec.encode(rows.get(i)))).isEqualTo(read);
                assertThat(codec.encode(read)).isEqualTo(codec.encode(rows.get(i)));
                Bytes one = ArrayDataEncoding.encode(vector, i, 1);
                try (FieldVector single = ArrayDataEncoding.decode(one, "k_s", allocator);
                        FieldVector again =
                                Vectors.create(codec.structuredField("k_s"), allocator)) {
                    assertThat(codec.reader(single).value(0)).isEqualTo(read);
                    append(codec, again, List.of(read));
                    assertThat(ArrayDataEncoding.encode(again, 0, 1)).isEqualTo(one);
                }
            }
        }
    }

    @Property(seed = "20261124", tries = 500)
    void damagedRowBytesAreRefusedOrAnotherRow(@ForAll long seed) {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        RelationCodec<SourceData> codec = RelationCodec.of(desc);
        byte[] bytes = codec.encode(RandomRelations.row(desc, random)).toArray();
        int kept = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length);
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        try {
            codec.decode(Bytes.takeArray(bytes, 0, kept));
        } catch (CorruptDataException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Test
    void missingValuesAreNullAndMoreThanTheColumnsAreIgnored() throws CorruptDataException {
        SourceData nulls = row(Datum.NULL, Datum.NULL, Datum.NULL);
        assertThat(CODEC.decode(Bytes.EMPTY)).isEqualTo(nulls);
        assertThat(CODEC.decode(Bytes.fromHex("0a00"))).isEqualTo(nulls);
        assertThat(CODEC.decode(Bytes.fromHex("0a040a022007")))
                .isEqualTo(row(new Datum.Int64(7), Datum.NULL, Datum.NULL));
        assertThat(CODEC.decode(Bytes.fromHex("0a100a0220070a0208010a0208010a022009")))
                .isEqualTo(row(new Datum.Int64(7), Datum.NULL, Datum.NULL));
    }

    @Test
    void wrongKindsOfDatumsAreCorrupt() {
        corrupt("0a040a021807", "column 'id' (int8) holds INT32");
        corrupt("0a040a020803", "column 'id' (int8) holds TRUE");
        corrupt("0a040a020808", "column 'id' (int8) holds NUMERIC_NA_N");
        corrupt("0a020a00", "column 'id' (int8) holds DATUMTYPE_NOT_SET");
        corrupt("0a070a0220070a014201", "row bytes");
        corrupt("0a090a0220070a034201ff", "column 'name' (text), row 0: not UTF-8");
        corrupt("0a0f0a0220070a0208010a05c201020a00", "column 'price' (numeric) holds NUMERIC");
        corrupt("0a110a0220070a0208010a07c201040a0201a5", "column 'price' (numeric) holds NUMERIC");
    }

    private static void corrupt(String hex, String message) {
        assertThatThrownBy(() -> CODEC.decode(Bytes.fromHex(hex)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message);
    }

    @Test
    void rowsOfBothOrNeitherKindAreCorrupt() throws CorruptDataException {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(CODEC.structuredField("k_s"), allocator)) {
            append(CODEC, vector, List.of(row(1, "a", "1"), DIVISION_BY_ZERO));
            StructVector ok = (StructVector) vector.getChildrenFromFields().get(0);
            VarBinaryVector err = (VarBinaryVector) vector.getChildrenFromFields().get(1);
            err.setNull(1);
            ColumnReader<SourceData> reader = CODEC.reader(vector);
            assertThatThrownBy(() -> reader.value(1))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("row 1: neither a row and an error");
            org.apache.arrow.vector.BitVectorHelper.setBit(err.getValidityBuffer(), 0);
            assertThat(ok.isNull(0)).isFalse();
            assertThatThrownBy(() -> reader.value(0))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("row 0: both a row and an error");
        }
    }

    @Test
    void rowsAndErrorsOfARelationWithoutColumnsSurviveItsFirstColumn() throws CorruptDataException {
        RelationCodec<SourceData> none = RelationCodec.of(RelationDesc.of(List.of()));
        RelationColumn added = new RelationColumn("a", new ScalarType.Text(), true);
        RelationCodec<SourceData> one = RelationCodec.of(RelationDesc.of(List.of(added)));
        try (BufferAllocator allocator = new RootAllocator()) {
            FieldVector vector = Vectors.create(none.structuredField("k_s"), allocator);
            append(none, vector, List.of(row(), DIVISION_BY_ZERO));
            assertThat(none.reader(vector).value(0)).isEqualTo(row());
            assertThat(none.reader(vector).value(1)).isEqualTo(DIVISION_BY_ZERO);
            assertThat(none.encode(row())).isEqualTo(Bytes.fromHex("0a00"));
            Migration migration =
                    Migration.between(none.structuredField("k_s"), one.structuredField("k_s"))
                            .orElseThrow();
            try (FieldVector migrated = migration.apply(vector, allocator)) {
                assertThat(one.reader(migrated).value(0)).isEqualTo(row(Datum.NULL));
                assertThat(one.reader(migrated).value(1)).isEqualTo(DIVISION_BY_ZERO);
            }
        }
    }

    @Test
    void vectorsOfAnotherTypeAreRefused() {
        RelationColumn other = new RelationColumn("id", new ScalarType.Int32(), false);
        RelationCodec<SourceData> codec = RelationCodec.of(RelationDesc.of(List.of(other)));
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(CODEC.structuredField("k_s"), allocator)) {
            assertThatThrownBy(() -> codec.reader(vector))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("found");
            assertThatThrownBy(() -> codec.appender(vector))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aRowThatFailedIsWrittenAgain() throws CorruptDataException {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(CODEC.structuredField("k_s"), allocator);
                FieldVector plain = Vectors.create(CODEC.structuredField("k_s"), allocator)) {
            ColumnAppender<SourceData> appender = CODEC.appender(vector);
            appender.append(0, row(1, "one", "1"));
            assertThatThrownBy(() -> appender.append(1, row(2, "rejected", "1e40")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("column 'price' (numeric) cannot hold 1E+40: more than 39 digits");
            SourceData next = row(new Datum.Int64(3), Datum.NULL, Datum.NULL);
            appender.append(1, next);
            appender.append(2, DIVISION_BY_ZERO);
            appender.finish(3);
            append(CODEC, plain, List.of(row(1, "one", "1"), next, DIVISION_BY_ZERO));
            assertThat(ArrayDataEncoding.encode(vector, 0, 3))
                    .isEqualTo(ArrayDataEncoding.encode(plain, 0, 3));
        }
    }

    /** A row type of a user: a pair of numbers. */
    private record Pair(long left, long right) {}

    private static final RowMapping<Pair> PAIRS =
            new RowMapping<>() {
                @Override
                public RowWriter<Pair> writer(List<ColumnSink> columns) {
                    ColumnSink left = columns.get(0);
                    ColumnSink right = columns.get(1);
                    return (row, pair) ->
                            left.setInt64(row, pair.left()) + right.setInt64(row, pair.right());
                }

                @Override
                public RowReader<Pair> reader(List<ColumnSource> columns) {
                    ColumnSource left = columns.get(0);
                    ColumnSource right = columns.get(1);
                    return row -> new Pair(left.int64(row), right.int64(row));
                }

                @Override
                public Pair error(Bytes dataflowError) throws CorruptDataException {
                    throw new CorruptDataException("error " + dataflowError);
                }
            };

    @Test
    void rowsOfAUsersTypeLieInColumnsAsMapped() throws CorruptDataException {
        RelationDesc desc =
                RelationDesc.of(
                        IntStream.range(0, 2)
                                .mapToObj(
                                        i ->
                                                new RelationColumn(
                                                        "c" + i, new ScalarType.Int64(), false))
                                .toList());
        RelationCodec<Pair> codec = RelationCodec.of(desc, PAIRS);
        RelationCodec<SourceData> generic = RelationCodec.of(desc);
        Pair pair = new Pair(3, -4);
        assertThat(codec.decode(codec.encode(pair))).isEqualTo(pair);
        assertThat(generic.decode(codec.encode(pair)))
                .isEqualTo(row(new Datum.Int64(3), new Datum.Int64(-4)));
        assertThatThrownBy(() -> codec.decode(Bytes.fromHex("120412022200")))
                .hasMessage("error 12022200");
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator)) {
            ColumnAppender<Pair> appender = codec.appender(vector);
            for (int i = 0; i < 10_000; i++) {
                assertThat(appender.append(i, new Pair(i, -i))).isEqualTo(16);
            }
            appender.finish(10_000);
            FieldVector ok = vector.getChildrenFromFields().get(0);
            assertThat(((BigIntVector) ok.getChildrenFromFields().get(1)).get(9_999))
                    .isEqualTo(-9_999);
            assertThat(codec.reader(vector).value(77)).isEqualTo(new Pair(77, -77));
        }
    }
}
