package io.persist.flink.table;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** A table with a column of every type that can be stored. */
final class AllTypes {
    static final RowType ROW_TYPE =
            (RowType)
                    DataTypes.ROW(
                                    DataTypes.FIELD("bool", DataTypes.BOOLEAN()),
                                    DataTypes.FIELD("tiny", DataTypes.TINYINT()),
                                    DataTypes.FIELD("small", DataTypes.SMALLINT()),
                                    DataTypes.FIELD("int", DataTypes.INT()),
                                    DataTypes.FIELD("big", DataTypes.BIGINT()),
                                    DataTypes.FIELD("float", DataTypes.FLOAT()),
                                    DataTypes.FIELD("double", DataTypes.DOUBLE()),
                                    DataTypes.FIELD("dec", DataTypes.DECIMAL(10, 3)),
                                    DataTypes.FIELD("dec38", DataTypes.DECIMAL(38, 10)),
                                    DataTypes.FIELD("char", DataTypes.CHAR(5)),
                                    DataTypes.FIELD("varchar", DataTypes.VARCHAR(20)),
                                    DataTypes.FIELD("string", DataTypes.STRING()),
                                    DataTypes.FIELD("binary", DataTypes.BINARY(3)),
                                    DataTypes.FIELD("varbinary", DataTypes.VARBINARY(9)),
                                    DataTypes.FIELD("bytes", DataTypes.BYTES()),
                                    DataTypes.FIELD("date", DataTypes.DATE()),
                                    DataTypes.FIELD("time", DataTypes.TIME(3)),
                                    DataTypes.FIELD("ts0", DataTypes.TIMESTAMP(0)),
                                    DataTypes.FIELD("ts3", DataTypes.TIMESTAMP(3)),
                                    DataTypes.FIELD("ts6", DataTypes.TIMESTAMP(6)),
                                    DataTypes.FIELD("ltz3", DataTypes.TIMESTAMP_LTZ(3)),
                                    DataTypes.FIELD("ltz6", DataTypes.TIMESTAMP_LTZ(6)))
                            .getLogicalType();

    static final RowData SAMPLE =
            GenericRowData.of(
                    true,
                    (byte) -128,
                    (short) 32_767,
                    -1,
                    Long.MIN_VALUE,
                    -0.0f,
                    Double.NaN,
                    DecimalData.fromBigDecimal(new BigDecimal("-1234567.890"), 10, 3),
                    DecimalData.fromBigDecimal(
                            new BigDecimal("9999999999999999999999999999.9999999999"), 38, 10),
                    StringData.fromString("ab   "),
                    StringData.fromString("a longer one 🙂"),
                    StringData.fromString(""),
                    new byte[] {0, -1, 1},
                    new byte[0],
                    "bytes".getBytes(StandardCharsets.UTF_8),
                    -719_162,
                    86_399_999,
                    TimestampData.fromEpochMillis(-1000),
                    TimestampData.fromEpochMillis(253_402_300_799_999L),
                    TimestampData.fromEpochMillis(-1, 999_000),
                    TimestampData.fromEpochMillis(1),
                    TimestampData.fromEpochMillis(-62_135_596_800_000L, 1_000));

    static final RowData NULLS = new GenericRowData(ROW_TYPE.getFieldCount());

    private AllTypes() {}
}
