package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.relation.ScalarType;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.AtomicDataType;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.ZonedTimestampType;
import org.junit.jupiter.api.Test;

import java.util.List;

class RelationTypesTest {
    private static ScalarType map(DataType type) {
        return RelationTypes.scalarType("c", type.getLogicalType());
    }

    @Test
    void everyAtomicTypeHasItsColumnType() {
        assertThat(map(DataTypes.BOOLEAN())).isEqualTo(new ScalarType.Bool());
        assertThat(map(DataTypes.TINYINT())).isEqualTo(new ScalarType.Int16());
        assertThat(map(DataTypes.SMALLINT())).isEqualTo(new ScalarType.Int16());
        assertThat(map(DataTypes.INT())).isEqualTo(new ScalarType.Int32());
        assertThat(map(DataTypes.BIGINT())).isEqualTo(new ScalarType.Int64());
        assertThat(map(DataTypes.FLOAT())).isEqualTo(new ScalarType.Float32());
        assertThat(map(DataTypes.DOUBLE())).isEqualTo(new ScalarType.Float64());
        assertThat(map(DataTypes.DECIMAL(10, 2))).isEqualTo(new ScalarType.Numeric(2));
        assertThat(map(DataTypes.DECIMAL(38, 0))).isEqualTo(new ScalarType.Numeric(0));
        assertThat(map(DataTypes.STRING())).isEqualTo(new ScalarType.Text());
        assertThat(map(DataTypes.BYTES())).isEqualTo(new ScalarType.Bytea());
        assertThat(map(DataTypes.BINARY(3))).isEqualTo(new ScalarType.Bytea());
        assertThat(map(DataTypes.VARBINARY(3))).isEqualTo(new ScalarType.Bytea());
        assertThat(map(DataTypes.DATE())).isEqualTo(new ScalarType.Date());
        assertThat(map(DataTypes.TIME(3))).isEqualTo(new ScalarType.Time());
    }

    @Test
    void lengthsAreRecordedWhereTheyCanBe() {
        assertThat(map(DataTypes.CHAR(7))).isEqualTo(new ScalarType.Char(7));
        assertThat(map(DataTypes.CHAR(10_485_759))).isEqualTo(new ScalarType.Char(10_485_759));
        assertThat(map(DataTypes.CHAR(10_485_760))).isEqualTo(new ScalarType.Text());
        assertThat(map(DataTypes.VARCHAR(7))).isEqualTo(new ScalarType.VarChar(7));
        assertThat(map(DataTypes.VARCHAR(10_485_759)))
                .isEqualTo(new ScalarType.VarChar(10_485_759));
        assertThat(map(DataTypes.VARCHAR(10_485_760))).isEqualTo(new ScalarType.Text());
    }

    @Test
    void precisionIsRecordedBelowMicroseconds() {
        assertThat(map(DataTypes.TIMESTAMP(0))).isEqualTo(new ScalarType.Timestamp(0));
        assertThat(map(DataTypes.TIMESTAMP(5))).isEqualTo(new ScalarType.Timestamp(5));
        assertThat(map(DataTypes.TIMESTAMP(6))).isEqualTo(new ScalarType.Timestamp(null));
        assertThat(map(DataTypes.TIMESTAMP(9))).isEqualTo(new ScalarType.Timestamp(null));
        assertThat(map(DataTypes.TIMESTAMP_LTZ(3))).isEqualTo(new ScalarType.TimestampTz(3));
        assertThat(map(DataTypes.TIMESTAMP_LTZ(6))).isEqualTo(new ScalarType.TimestampTz(null));
    }

    @Test
    void otherTypesAreRefusedWithColumnTypeAndCure() {
        assertRefused(DataTypes.ARRAY(DataTypes.INT()), "ARRAY<INT>", "JSON_STRING");
        assertRefused(DataTypes.MULTISET(DataTypes.STRING()), "MULTISET<STRING>", "JSON_STRING");
        assertRefused(
                DataTypes.MAP(DataTypes.STRING(), DataTypes.INT()),
                "MAP<STRING, INT>",
                "JSON_STRING");
        assertRefused(
                DataTypes.ROW(DataTypes.FIELD("a", DataTypes.INT())),
                "ROW<`a` INT>",
                "columns of their own");
        assertRefused(DataTypes.INTERVAL(DataTypes.MONTH()), "INTERVAL MONTH", "number of months");
        assertRefused(
                DataTypes.INTERVAL(DataTypes.SECOND(3)), "INTERVAL SECOND(3)", "milliseconds");
        assertRefused(
                new AtomicDataType(new ZonedTimestampType(3)),
                "TIMESTAMP(3) WITH TIME ZONE",
                "TIMESTAMP_LTZ");
        assertRefused(DataTypes.VARIANT(), "VARIANT", "JSON text");
        assertRefused(DataTypes.NULL(), "NULL", "CAST the NULL");
    }

    private static void assertRefused(DataType type, String name, String cure) {
        assertThatThrownBy(() -> RelationTypes.scalarType("wrong", type.getLogicalType()))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("'wrong' of type " + name)
                .hasMessageContaining(cure);
    }

    @Test
    void columnsKeepNamesOrderAndNullability() {
        RowType row =
                (RowType)
                        DataTypes.ROW(
                                        DataTypes.FIELD("b", DataTypes.INT().notNull()),
                                        DataTypes.FIELD("a", DataTypes.STRING()))
                                .getLogicalType();

        var relation = new TableColumns(row).relation();

        assertThat(relation.columns())
                .extracting(c -> c.name() + " " + c.type() + " " + c.nullable())
                .containsExactly(
                        "b " + new ScalarType.Int32() + " false",
                        "a " + new ScalarType.Text() + " true");
        assertThat(relation.keys()).isEmpty();
    }

    @Test
    void namesThatCannotBeStoredAreRefused() {
        String longName = "ä".repeat(128);
        assertThatThrownBy(() -> columns(longName))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining(longName)
                .hasMessageContaining("256 bytes")
                .hasMessageContaining("255");
        assertThatThrownBy(() -> new TableColumns(RowType.of()))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("at least one");
    }

    private static TableColumns columns(String name) {
        DataType row = DataTypes.ROW(List.of(DataTypes.FIELD(name, DataTypes.INT())));
        return new TableColumns((RowType) row.getLogicalType());
    }
}
