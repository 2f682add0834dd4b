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

    @Test
    void appendingARowAllocatesNothing() {
        RelationCodec<Counter> codec = RelationCodec.of(DESC, MAPPING);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = Vectors.create(codec.structuredField("k_s"), allocator)) {
            Counter counter = new Counter();
            appendAll(codec.appender(vector), counter); // grows the vectors
            vector.setValueCount(0);
            ColumnAppender<Counter> appender = codec.appender(vector);
            long before = threads.getCurrentThreadAllocatedBytes();
            appendAll(appender, counter);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(ROWS);
        }
    }

    private static void appendAll(ColumnAppender<Counter> appender, Counter counter) {
        for (int row = 0; row < ROWS; row++) {
            appender.append(row, counter);
        }
    }
}
