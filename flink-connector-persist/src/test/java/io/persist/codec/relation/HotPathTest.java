package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Vectors;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Appending rows costs no objects. */
class HotPathTest {
    private static final int ROWS = 20_000;
    private static final byte[] TEXT =
            "somewhere over the rainbow".getBytes(StandardCharsets.UTF_8);

    private static final RelationDesc DESC =
            RelationDesc.of(
                    List.of(
                            new RelationColumn("a", new ScalarType.Int64(), false),
                            new RelationColumn("b", new ScalarType.VarChar(30), true),
                            new RelationColumn("c", new ScalarType.Numeric(2), true),
                            new RelationColumn("d", new ScalarType.Timestamp(6), true),
                            new RelationColumn("e", new ScalarType.Date(), true),
                            new RelationColumn("f", new ScalarType.Float64(), true),
                            new RelationColumn("g", new ScalarType.Bool(), true),
                            new RelationColumn("h", new ScalarType.Time(), true)));

    /** Rows made of a counter, which is the row itself. */
    private static final RowMapping<Counter> MAPPING =
            new RowMapping<>() {
                @Override
                public RowWriter<Counter> writer(List<ColumnSink> columns) {
                    ColumnSink[] c = columns.toArray(ColumnSink[]::new);
                    return (row, counter) -> {
                        long n = counter.next++;
                        int bytes = c[0].setInt64(row, n);
                        bytes += c[1].setUtf8(row, TEXT, 0, (int) (n % TEXT.length));
                        bytes += c[2].setNumeric(row, n * 199, 2);
                        bytes += c[3].setTimestamp(row, 1_700_000_000 + n, 1000);
                        bytes += c[4].setDate(row, (int) (n % 30_000));
                        bytes += c[5].setFloat64(row, (double) n);
                        bytes += n % 3 == 0 ? c[6].setNull(row) : c[6].setBool(row, true);
                        return bytes + c[7].setTime(row, (int) (n % 86_400), 5000);
                    };
                }

                @Override
                public RowReader<Counter> reader(List<ColumnSource> columns) {
                    return row -> new Counter();
                }

                @Override
                public Counter error(Bytes dataflowError) throws CorruptDataException {
                    throw new CorruptDataException("error");
                }
            };

    private static final class Counter {
        long next;
    }

    /** What nests, written piece by piece. */
    private static final RelationDesc NESTED =
            RelationDesc.of(
                    List.of(
                            column("list", new ScalarType.List(new ScalarType.Int64(), null)),
                            column("map", new ScalarType.Map(new ScalarType.Int32(), null)),
                            column("array", new ScalarType.Array(new ScalarType.Float64())),
                            column("vector", new ScalarType.Int2Vector()),
                            column(
                                    "records",
                                    new ScalarType.List(
                                            new ScalarType.Record(
                                                    List.of(
                                                            column("a", new ScalarType.Text()),
                                                            column("b", new ScalarType.Numeric(2))),
                                                    null),
                                            null)),
                            column("json", new ScalarType.Jsonb())));

    private static final byte[] KEYS = "abcdefghij".getBytes(StandardCharsets.UTF_8);
    private static final byte[] JSON =
            "{\"a\":[1,2.5,\"x\\n\"],\"b\":{\"c\":null}}".getBytes(StandardCharsets.UTF_8);

    private static RelationColumn column(String name, ScalarType type) {
        return new RelationColumn(name, type, true);
    }

    private static final RowMapping<Counter> NESTED_MAPPING =
            new RowMapping<>() {
                @Override
                public RowWriter<Counter> writer(List<ColumnSink> columns) {
                    ColumnSink[] c = columns.toArray(ColumnSink[]::new);
                    return (row, counter) -> {
                        int n = (int) (counter.next++ % 10);
                        int bytes = putList(c[0], row, n);
                        bytes += putMap(c[1], row, n);
                        bytes += putArrays(c[2], c[3], row, n);
                        bytes += putRecords(c[4], row, n);
                        return bytes + c[5].setUtf8(row, JSON, 0, JSON.length);
                    };
                }

                @Override
                public RowReader<Counter> reader(List<ColumnSource> columns) {
                    return row -> new Counter();
                }

                @Override
                public Counter error(Bytes dataflowError) throws CorruptDataException {
                    throw new CorruptDataException("error");
                }
            };

    private static int putList(ColumnSink list, int row, int count) {
        int at = list.beginList(row);
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            ColumnSink elements = list.elementSink();
            bytes += i == 3 ? elements.setNull(at + i) : elements.setInt64(at + i, i);
        }
        return bytes + list.endList(row, count);
    }

    private static int putMap(ColumnSink map, int row, int count) {
        int at = map.beginList(row);
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += map.keySink().setUtf8(at + i, KEYS, i, 1);
            bytes += map.elementSink().setInt32(at + i, i);
        }
        return bytes + map.endList(row, count);
    }

    private static int putArrays(ColumnSink array, ColumnSink vector, int row, int count) {
        int at = array.beginList(row);
        int vectorAt = vector.beginList(row);
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += array.elementSink().setFloat64(at + i, i);
            bytes += vector.elementSink().setInt16(vectorAt + i, (short) i);
        }
        return bytes + array.endList(row, count) + vector.endList(row, count);
    }

    private static int putRecords(ColumnSink list, int row, int count) {
        int at = list.beginList(row);
        ColumnSink records = list.elementSink();
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += records.fieldSink(0).setUtf8(at + i, TEXT, 0, i);
            bytes += records.fieldSink(1).setNumeric(at + i, i * 199L, 2);
            bytes += records.setRecord(at + i);
        }
        return bytes + list.endList(row, count);
    }

    @Test
    void appendingARowAllocatesNothing() {
        assertNothingAllocated(RelationCodec.of(DESC, MAPPING), new Counter());
    }

    @Test
    void appendingNestedValuesAllocatesNothing() {
        assertNothingAllocated(RelationCodec.of(NESTED, NESTED_MAPPING), new Counter());
    }

    /** Rows that are there already, of values of every type that is not made of digits. */
    @Test
    void appendingDatumsAllocatesNothing() {
        Datum text = new Datum.Text("caf\u00e9");
        Datum range =
                new Datum.Range(
                        new Datum.Bounds(
                                new Datum.Bound(new Datum.Int32(3), false),
                                new Datum.Bound(new Datum.Int32(7), true)));
        Datum times =
                new Datum.Range(
                        new Datum.Bounds(
                                new Datum.Bound(new Datum.Timestamp(5, 0), true),
                                Datum.Bound.NONE));
        Datum record = new Datum.Record(List.of(text, range));
        List<RelationColumn> fields =
                List.of(
                        column("t", new ScalarType.Text()),
                        column("r", new ScalarType.Range(new ScalarType.Int32())));
        ScalarType recordType = new ScalarType.Record(fields, null);
        RelationDesc desc =
                RelationDesc.of(
                        List.of(
                                column("text", new ScalarType.Text()),
                                column("bytes", new ScalarType.Bytea()),
                                column("range", new ScalarType.Range(new ScalarType.Int32())),
                                column("times", new ScalarType.Range(new ScalarType.Timestamp(6))),
                                column("record", recordType),
                                column("list", new ScalarType.List(recordType, null)),
                                column("map", new ScalarType.Map(recordType, null)),
                                column("array", new ScalarType.Array(new ScalarType.Text())),
                                column("json", new ScalarType.Jsonb()),
                                column("null", new ScalarType.List(recordType, null))));
        List<Datum> values =
                List.of(
                        text,
                        new Datum.Bytea(Bytes.fromHex("0102")),
                        range,
                        times,
                        record,
                        new Datum.List(List.of(record, Datum.NULL, record)),
                        new Datum.Map(
                                List.of(
                                        new Datum.Entry("a", record),
                                        new Datum.Entry("\u00e9", record))),
                        new Datum.Array(
                                List.of(new Datum.Dimension(1, 1), new Datum.Dimension(0, 2)),
                                List.of(text, Datum.NULL)),
                        new Datum.Jsonb(new String(JSON, StandardCharsets.UTF_8)),
                        Datum.NULL);
        assertNothingAllocated(RelationCodec.of(desc), new SourceData.Row(values));
    }

    private static <R> void assertNothingAllocated(RelationCodec<R> codec, R value) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator)) {
            appendAll(codec.appender(vector), value); // grows the vectors
            vector.setValueCount(0);
            ColumnAppender<R> appender = codec.appender(vector);
            long before = threads.getCurrentThreadAllocatedBytes();
            appendAll(appender, value);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(ROWS);
        }
    }

    private static <R> void appendAll(ColumnAppender<R> appender, R value) {
        for (int row = 0; row < ROWS; row++) {
            appender.append(row, value);
        }
    }
}
