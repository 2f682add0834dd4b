package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.ColumnAppender;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.Numeric;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.SourceData;

import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.TableRuntimeException;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class RowDataMappingTest {
    private static TableColumns columns(DataType... types) {
        LogicalType[] logical =
                Arrays.stream(types).map(DataType::getLogicalType).toArray(LogicalType[]::new);
        return new TableColumns(RowType.of(logical));
    }

    /** Writes rows into a column, from Flink's binary form, and reads them back. */
    static List<RowData> roundTrip(TableColumns columns, List<? extends RowData> rows)
            throws CorruptDataException {
        Codec<RowData> codec = columns.codec();
        RowDataSerializer serializer = new RowDataSerializer(columns.rowType());
        try (RootAllocator allocator = new RootAllocator();
                FieldVector vector = codec.structuredField("k_s").createVector(allocator)) {
            ColumnAppender<RowData> appender = codec.appender(vector);
            for (int i = 0; i < rows.size(); i++) {
                appender.append(i, serializer.toBinaryRow(rows.get(i)));
            }
            appender.finish(rows.size());
            ColumnReader<RowData> reader = codec.reader(vector);
            List<RowData> result = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                result.add(reader.value(i));
            }
            return result;
        }
    }

    private static @Nullable Object storedAndRead(DataType type, Object value)
            throws CorruptDataException {
        RowData row = roundTrip(columns(type), List.of(GenericRowData.of(value))).get(0);
        return ((GenericRowData) row).getField(0);
    }

    /** Reads, as a table of {@code type}, a row that another program wrote. */
    private static @Nullable Object readForeign(DataType type, Datum datum)
            throws CorruptDataException {
        TableColumns columns = columns(type);
        Bytes stored =
                RelationCodec.of(columns.relation()).encode(new SourceData.Row(List.of(datum)));
        return ((GenericRowData) columns.codec().decode(stored)).getField(0);
    }

    @Test
    void rowsComeBackFromColumnsAndFromRowBytes() throws CorruptDataException {
        TableColumns columns = new TableColumns(AllTypes.ROW_TYPE);
        List<RowData> rows = List.of(AllTypes.SAMPLE, AllTypes.NULLS);

        assertThat(roundTrip(columns, rows)).isEqualTo(rows);
        for (RowData row : rows) {
            assertThat(columns.codec().decode(columns.codec().encode(row))).isEqualTo(row);
        }
    }

    @Test
    void theRowKindIsNoPartOfTheValue() throws CorruptDataException {
        RowData deletion = GenericRowData.ofKind(org.apache.flink.types.RowKind.DELETE, 1);

        assertThat(roundTrip(columns(DataTypes.INT()), List.of(deletion)))
                .containsExactly(GenericRowData.of(1));
    }

    @Test
    void charIsStoredTrimmedAndReadPadded() throws CorruptDataException {
        TableColumns columns = columns(DataTypes.CHAR(4));
        Codec<RowData> codec = columns.codec();

        Bytes padded = codec.encode(GenericRowData.of(StringData.fromString("ä   ")));
        Bytes trimmed = codec.encode(GenericRowData.of(StringData.fromString("ä")));

        assertThat(padded).isEqualTo(trimmed);
        assertThat(codec.decode(padded))
                .isEqualTo(GenericRowData.of(StringData.fromString("ä   ")));
    }

    @Test
    void nullInNotNullColumnIsRefused() {
        TableColumns columns = columns(DataTypes.INT().notNull());

        assertThatThrownBy(() -> columns.codec().encode(GenericRowData.of((Object) null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'f0'");
    }

    @Test
    void valuesThatDoNotFitAreRefusedNamingTheColumn() {
        assertRefused(DataTypes.VARCHAR(2), StringData.fromString("äöü"), "2");
        assertRefused(DataTypes.CHAR(2), StringData.fromString("äöü"), "2");
        assertRefused(DataTypes.VARBINARY(2), new byte[3], "3 bytes");
        assertRefused(DataTypes.BINARY(2), new byte[1], "1 bytes");
        assertRefused(DataTypes.TIME(3), 86_400_000, "");
        assertRefused(DataTypes.TIMESTAMP(9), TimestampData.fromEpochMillis(0, 1), "CAST it to");
        assertRefused(DataTypes.STRING(), StringData.fromBytes(new byte[] {(byte) 0xC0}), "UTF-8");
    }

    private static void assertRefused(DataType type, Object value, String why) {
        TableColumns columns = columns(type);
        assertThatThrownBy(() -> roundTrip(columns, List.of(GenericRowData.of(value))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'f0'")
                .hasMessageContaining(why);
    }

    @Test
    void nineDigitTimestampsOfWholeMicrosecondsAreKept() throws CorruptDataException {
        TimestampData value = TimestampData.fromEpochMillis(-1, 999_000);

        assertThat(storedAndRead(DataTypes.TIMESTAMP(9), value)).isEqualTo(value);
    }

    @Test
    void foreignValuesWithoutFormInTheTypeAreRefused() {
        assertUnreadable(DataTypes.TINYINT(), new Datum.Int16((short) 128), "SMALLINT");
        assertUnreadable(
                DataTypes.DECIMAL(3, 2), numeric(new BigDecimal("12.34")), "too many digits");
        assertUnreadable(
                DataTypes.DECIMAL(38, 0), numeric(new BigDecimal("1E38")), "too many digits");
        assertUnreadable(DataTypes.DECIMAL(3, 2), new Datum.Numeric(Numeric.Special.NAN), "NaN");
        assertUnreadable(DataTypes.TIME(3), new Datum.Time(1, 1_000), "milliseconds");
    }

    private static Datum numeric(BigDecimal value) {
        return new Datum.Numeric(Numeric.of(value));
    }

    private static void assertUnreadable(DataType type, Datum datum, String why) {
        assertThatThrownBy(() -> readForeign(type, datum))
                .isInstanceOf(TableRuntimeException.class)
                .hasMessageContaining("'f0'")
                .hasMessageContaining(why);
    }

    @Test
    void foreignDecimalsGetTheDeclaredScale() throws CorruptDataException {
        assertThat(readForeign(DataTypes.DECIMAL(5, 2), numeric(new BigDecimal("1E2"))))
                .isEqualTo(DecimalData.fromBigDecimal(new BigDecimal("100.00"), 5, 2));
        assertThat(readForeign(DataTypes.DECIMAL(5, 5), numeric(BigDecimal.ZERO)))
                .isEqualTo(DecimalData.fromBigDecimal(BigDecimal.ZERO, 5, 5));
    }

    @Test
    void errorRowsFailTheRead() {
        TableColumns columns = columns(DataTypes.INT());
        Bytes stored =
                RelationCodec.of(columns.relation())
                        .encode(new SourceData.Error(Bytes.fromHex("0a00")));

        assertThatThrownBy(() -> columns.codec().decode(stored))
                .isInstanceOf(TableRuntimeException.class)
                .hasMessageContaining("error row")
                .hasMessageContaining("0a00");
    }
}
