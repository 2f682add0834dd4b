package io.persist.tools.bench;

import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Unit;
import io.persist.codec.relation.ColumnSink;
import io.persist.codec.relation.ColumnSource;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.RowMapping;
import io.persist.codec.relation.RowReader;
import io.persist.codec.relation.RowWriter;
import io.persist.codec.relation.ScalarType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The rows that are written, the same ones every time. */
final class DataSets {
    private static final byte[] DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final long EPOCH_SECONDS_2025 = 1_735_689_600L;
    private static final int SECONDS_PER_YEAR = 31_536_000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private DataSets() {}

    /** Strings of 32 characters as keys and as values. */
    static DataSet<String, String> strings(int count) {
        SplittableRandom random = new SplittableRandom(1);
        String[] keys = new String[count];
        String[] vals = new String[count];
        for (int i = 0; i < count; i++) {
            keys[i] = new String(text(random, 32), StandardCharsets.US_ASCII);
            vals[i] = new String(text(random, 32), StandardCharsets.US_ASCII);
        }
        return new DataSet<>("a", Codecs.STRING, Codecs.STRING, keys, vals);
    }

    /** Characters as of Base64: six random bits each. */
    static byte[] text(SplittableRandom random, int length) {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = DIGITS[random.nextInt(DIGITS.length)];
        }
        return text;
    }

    /** A row of eight columns. */
    @SuppressWarnings("ArrayRecordComponent") // rows are data, and never compared
    private record Event(
            long id,
            long userId,
            byte[] name,
            byte[] payload,
            long amountUnscaled,
            long timestampMillis,
            boolean flag,
            double score) {}

    /** Rows of eight columns of different types, without nulls. */
    static DataSet<?, Unit> events(int count) {
        SplittableRandom random = new SplittableRandom(2);
        byte[][] names = new byte[1000][];
        for (int i = 0; i < names.length; i++) {
            names[i] = text(random, 16);
        }
        Event[] rows = new Event[count];
        for (int i = 0; i < count; i++) {
            rows[i] =
                    new Event(
                            random.nextLong(),
                            random.nextLong(),
                            names[random.nextInt(names.length)],
                            text(random, 64),
                            random.nextLong(10_000_000_000L),
                            millis(random),
                            random.nextBoolean(),
                            random.nextDouble());
        }
        RelationDesc desc =
                RelationDesc.of(
                        List.of(
                                column("id", new ScalarType.Int64()),
                                column("user_id", new ScalarType.Int64()),
                                column("name", new ScalarType.Text()),
                                column("payload", new ScalarType.Text()),
                                column("amount", new ScalarType.Numeric(2)),
                                column("ts", new ScalarType.Timestamp(3)),
                                column("flag", new ScalarType.Bool()),
                                column("score", new ScalarType.Float64())));
        return DataSet.keys("b", RelationCodec.of(desc, mapping(DataSets::eventWriter)), rows);
    }

    private static RowWriter<Event> eventWriter(List<ColumnSink> columns) {
        ColumnSink[] c = columns.toArray(ColumnSink[]::new);
        return (row, event) -> {
            int bytes = c[0].setInt64(row, event.id());
            bytes += c[1].setInt64(row, event.userId());
            bytes += c[2].setUtf8(row, event.name(), 0, event.name().length);
            bytes += c[3].setUtf8(row, event.payload(), 0, event.payload().length);
            bytes += c[4].setNumeric(row, event.amountUnscaled(), 2);
            bytes += setTimestamp(c[5], row, event.timestampMillis());
            bytes += c[6].setBool(row, event.flag());
            return bytes + c[7].setFloat64(row, event.score());
        };
    }

    private static long millis(SplittableRandom random) {
        return (EPOCH_SECONDS_2025 + random.nextInt(SECONDS_PER_YEAR)) * 1000
                + random.nextInt(1000);
    }

    private static int setTimestamp(ColumnSink column, int row, long millis) {
        return column.setTimestamp(row, millis / 1000, (int) (millis % 1000) * NANOS_PER_MILLI);
    }

    /**
     * A row of sixty columns.
     *
     * @param nulls bit i: column i is null
     */
    @SuppressWarnings("ArrayRecordComponent") // rows are data, and never compared
    private record Wide(
            long nulls,
            long[] integers,
            double[] floats,
            byte[][] texts,
            long[] timestamps,
            long[] numerics,
            boolean[] flags) {
        boolean isNull(int column) {
            return (nulls >>> column & 1) != 0;
        }
    }

    private static final int WIDE_INTEGERS = 20;
    private static final int WIDE_FLOATS = 10;
    private static final int WIDE_TEXTS = 10;
    private static final int WIDE_TIMESTAMPS = 10;
    private static final int WIDE_NUMERICS = 5;
    private static final int WIDE_FLAGS = 5;
    private static final int WIDE_COLUMNS = 60;

    /** Rows of sixty columns, a third of all values null. */
    static DataSet<?, Unit> wide(int count) {
        SplittableRandom random = new SplittableRandom(3);
        Wide[] rows = new Wide[count];
        for (int i = 0; i < count; i++) {
            rows[i] = wideRow(random);
        }
        List<RelationColumn> columns = new ArrayList<>();
        addColumns(columns, WIDE_INTEGERS, new ScalarType.Int64());
        addColumns(columns, WIDE_FLOATS, new ScalarType.Float64());
        addColumns(columns, WIDE_TEXTS, new ScalarType.Text());
        addColumns(columns, WIDE_TIMESTAMPS, new ScalarType.Timestamp(3));
        addColumns(columns, WIDE_NUMERICS, new ScalarType.Numeric(2));
        addColumns(columns, WIDE_FLAGS, new ScalarType.Bool());
        return DataSet.keys(
                "c",
                RelationCodec.of(RelationDesc.of(columns), mapping(DataSets::wideWriter)),
                rows);
    }

    private static Wide wideRow(SplittableRandom random) {
        long nulls = 0;
        for (int i = 0; i < WIDE_COLUMNS; i++) {
            nulls |= random.nextInt(3) == 0 ? 1L << i : 0;
        }
        byte[][] texts = new byte[WIDE_TEXTS][];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text(random, 12);
        }
        long[] timestamps = new long[WIDE_TIMESTAMPS];
        for (int i = 0; i < timestamps.length; i++) {
            timestamps[i] = millis(random);
        }
        boolean[] flags = new boolean[WIDE_FLAGS];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = random.nextBoolean();
        }
        return new Wide(
                nulls,
                random.longs(WIDE_INTEGERS).toArray(),
                random.doubles(WIDE_FLOATS).toArray(),
                texts,
                timestamps,
                random.longs(WIDE_NUMERICS, 0, 10_000_000_000L).toArray(),
                flags);
    }

    private static void addColumns(List<RelationColumn> columns, int count, ScalarType type) {
        for (int i = 0; i < count; i++) {
            columns.add(new RelationColumn("c" + columns.size(), type, true));
        }
    }

    private static RowWriter<Wide> wideWriter(List<ColumnSink> columns) {
        ColumnSink[] c = columns.toArray(ColumnSink[]::new);
        return (row, wide) -> {
            int at = 0;
            int bytes = 0;
            for (long value : wide.integers()) {
                bytes += wide.isNull(at) ? c[at].setNull(row) : c[at].setInt64(row, value);
                at++;
            }
            for (double value : wide.floats()) {
                bytes += wide.isNull(at) ? c[at].setNull(row) : c[at].setFloat64(row, value);
                at++;
            }
            for (byte[] value : wide.texts()) {
                bytes +=
                        wide.isNull(at)
                                ? c[at].setNull(row)
                                : c[at].setUtf8(row, value, 0, value.length);
                at++;
            }
            for (long value : wide.timestamps()) {
                bytes += wide.isNull(at) ? c[at].setNull(row) : setTimestamp(c[at], row, value);
                at++;
            }
            for (long value : wide.numerics()) {
                bytes += wide.isNull(at) ? c[at].setNull(row) : c[at].setNumeric(row, value, 2);
                at++;
            }
            for (boolean value : wide.flags()) {
                bytes += wide.isNull(at) ? c[at].setNull(row) : c[at].setBool(row, value);
                at++;
            }
            return bytes;
        };
    }

    private static RelationColumn column(String name, ScalarType type) {
        return new RelationColumn(name, type, false);
    }

    /** How to write rows of a kind; they are not read here. */
    private interface WriterMaker<R> {
        RowWriter<R> over(List<ColumnSink> columns);
    }

    private static <R> RowMapping<R> mapping(WriterMaker<R> maker) {
        return new RowMapping<>() {
            @Override
            public RowWriter<R> writer(List<ColumnSink> columns) {
                return maker.over(columns);
            }

            @Override
            public RowReader<R> reader(List<ColumnSource> columns) {
                return row -> {
                    throw new IllegalStateException("rows are only written");
                };
            }

            @Override
            public R error(Bytes dataflowError) throws CorruptDataException {
                throw new CorruptDataException("no errors here");
            }
        };
    }
}
