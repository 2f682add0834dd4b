package io.persist.flink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.TableRuntimeException;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

import java.util.List;

class RowDataUpdatesTest {
    private static final TableColumns COLUMNS =
            new TableColumns(
                    (RowType)
                            DataTypes.ROW(
                                            DataTypes.FIELD("a", DataTypes.INT()),
                                            DataTypes.FIELD("b", DataTypes.INT()))
                                    .getLogicalType());

    @Test
    void rowsHaveTheTimeThatFlinkKnows() {
        RowDataUpdates updates = new RowDataUpdates(COLUMNS, List.of());

        assertThat(updates.eventMillis(GenericRowData.of(1, 2), 5L)).isEqualTo(5);
        assertThat(updates.eventMillis(GenericRowData.of(1, 2), null)).isNull();
    }

    @Test
    void theTimeInTheRowGoesBeforeTheOneThatFlinkKnows() {
        RowDataUpdates updates =
                new RowDataUpdates(COLUMNS, List.of(MetadataColumn.DIFF, MetadataColumn.TIMESTAMP));

        assertThat(
                        updates.eventMillis(
                                GenericRowData.of(1, 2, 3L, TimestampData.fromEpochMillis(7)), 5L))
                .isEqualTo(7);
        assertThat(updates.eventMillis(GenericRowData.of(1, 2, 3L, null), 5L))
                .as("a row that should say and does not is refused")
                .isNull();
    }

    @Test
    void timesBeyondFlinksAreNotRead() {
        assertThat(MetadataColumn.row(List.of(MetadataColumn.DIFF), -1).getLong(0)).isEqualTo(1);
        assertThatThrownBy(() -> MetadataColumn.row(List.of(MetadataColumn.TIMESTAMP), -1))
                .isInstanceOf(TableRuntimeException.class)
                .hasMessageContainingAll("18446744073709551615", "'persist_timestamp'");
    }
}
