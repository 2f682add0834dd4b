package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.relation.stored.Cell;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Descriptions of supported types and rows that fit them. */
final class RandomRelations {
    private static final List<ScalarType> TYPES =
            List.of(
                    new ScalarType.Bool(),
                    new ScalarType.Int16(),
                    new ScalarType.Int32(),
                    new ScalarType.Int64(),
                    new ScalarType.Float32(),
                    new ScalarType.Float64(),
                    new ScalarType.Numeric(null),
                    new ScalarType.Text(),
                    new ScalarType.VarChar(40),
                    new ScalarType.Char(null),
                    new ScalarType.Bytea(),
                    new ScalarType.Date(),
                    new ScalarType.Time(),
                    new ScalarType.Timestamp(null),
                    new ScalarType.TimestampTz(null));

    private static final List<Numeric> SPECIAL = List.of(Numeric.Special.values());

    private RandomRelations() {}

    static RelationDesc desc(Random random) {
        List<RelationColumn> columns = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            ScalarType type = TYPES.get(random.nextInt(TYPES.size()));
            columns.add(new RelationColumn("c" + i, type, random.nextBoolean()));
        }
        return RelationDesc.of(columns);
    }

    static SourceData row(RelationDesc desc, Random random) {
        if (random.nextInt(10) == 0) {
            return new SourceData.Error(bytes(random));
        }
        List<Datum> datums = new ArrayList<>();
        for (RelationColumn column : desc.columns()) {
            boolean isNull = column.nullable() && random.nextInt(4) == 0;
            datums.add(isNull ? Datum.NULL : datum(column.type(), random));
        }
        return new SourceData.Row(datums);
    }

    private static Datum datum(ScalarType type, Random random) {
        if (type instanceof ScalarType.Bool) {
            return new Datum.Bool(random.nextBoolean());
        }
        if (type instanceof ScalarType.Int16) {
            return new Datum.Int16((short) random.nextInt());
        }
        if (type instanceof ScalarType.Int32) {
            return new Datum.Int32(random.nextInt() >> random.nextInt(32));
        }
        if (type instanceof ScalarType.Int64) {
            return new Datum.Int64(random.nextLong() >> random.nextInt(64));
        }
        if (type instanceof ScalarType.Float32) {
            return new Datum.Float32(Float.intBitsToFloat(random.nextInt()));
        }
        if (type instanceof ScalarType.Float64) {
            return new Datum.Float64(Double.longBitsToDouble(random.nextLong()));
        }
        if (type instanceof ScalarType.Numeric) {
            return new Datum.Numeric(numeric(random));
        }
        if (type instanceof ScalarType.Bytea) {
            return new Datum.Bytea(bytes(random));
        }
        if (type instanceof ScalarType.Date) {
            return new Datum.Date(random.nextInt(40_000_000) - 2_000_000);
        }
        if (type instanceof ScalarType.Time) {
            return new Datum.Time(random.nextInt(86_400), random.nextInt(1_000_000_000));
        }
        long seconds = (random.nextLong() >> 22) + 10_000_000_000L;
        int nanos = random.nextInt(1_000_000) * 1000;
        if (type instanceof ScalarType.Timestamp) {
            return new Datum.Timestamp(Math.abs(seconds), nanos);
        }
        if (type instanceof ScalarType.TimestampTz) {
            return new Datum.TimestampTz(Math.abs(seconds), nanos);
        }
        return new Datum.Text(text(random));
    }

    static Numeric numeric(Random random) {
        if (random.nextInt(10) == 0) {
            return SPECIAL.get(random.nextInt(SPECIAL.size()));
        }
        BigInteger unscaled = new BigInteger(random.nextInt(129), random);
        BigInteger signed = random.nextBoolean() ? unscaled : unscaled.negate();
        return Numeric.of(new BigDecimal(signed, random.nextInt(40)));
    }

    static byte[] packed(Numeric value) {
        RelationColumn column = new RelationColumn("n", new ScalarType.Numeric(null), false);
        Cell cell = Columns.cell(column);
        Columns.over(column, cell).setDatum(0, new Datum.Numeric(value));
        return cell.getBytes(0).toArray();
    }

    private static Bytes bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(5)];
        random.nextBytes(bytes);
        return Bytes.takeArray(bytes);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int[] alphabet = {0, 'a', ' ', 0x7f, 0xe9, 0x800, 0xffff, 0x10000, 0x1f574};
            text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
        }
        return text.toString();
    }
}
