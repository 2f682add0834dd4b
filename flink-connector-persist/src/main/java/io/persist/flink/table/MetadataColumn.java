package io.persist.flink.table;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.TableRuntimeException;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a shard knows of a row beside its columns, for {@code METADATA} columns. */
enum MetadataColumn {
    /**
     * When the row becomes visible; in a snapshot, the time of the snapshot. To write it, {@code
     * 'sink.time'} must be {@code 'event'}.
     */
    TIMESTAMP("persist_timestamp", DataTypes.TIMESTAMP_LTZ(MetadataColumn.TIMESTAMP_PRECISION)),
    /** 1 for a row that comes, as every row of a snapshot does. */
    DIFF("persist_diff", DataTypes.BIGINT().notNull());

    /** Times of a table are milliseconds. */
    static final int TIMESTAMP_PRECISION = 3;

    private final String key;
    private final DataType type;

    MetadataColumn(String key, DataType type) {
        this.key = key;
        this.type = type;
    }

    /** By name, in the order given. */
    static Map<String, DataType> types(MetadataColumn... columns) {
        Map<String, DataType> types = new LinkedHashMap<>();
        for (MetadataColumn column : columns) {
            types.put(column.key, column.type);
        }
        return types;
    }

    /**
     * @throws IllegalArgumentException if there is no column of a name
     */
    static List<MetadataColumn> named(List<String> keys) {
        return keys.stream().map(MetadataColumn::named).toList();
    }

    private static MetadataColumn named(String key) {
        for (MetadataColumn column : values()) {
            if (column.key.equals(key)) {
                return column;
            }
        }
        throw new IllegalArgumentException("no metadata column '" + key + "'");
    }

    /**
     * Values for a row that is there at {@code time}.
     *
     * @throws TableRuntimeException if the time is beyond Flink's
     */
    static RowData row(List<MetadataColumn> columns, long time) {
        GenericRowData row = new GenericRowData(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            row.setField(i, columns.get(i).value(time));
        }
        return row;
    }

    private Object value(long time) {
        if (this == DIFF) {
            return 1L;
        }
        if (time < 0) {
            throw new TableRuntimeException(
                    "The shard's time "
                            + Long.toUnsignedString(time)
                            + " is beyond those of "
                            + type
                            + "; read it without '"
                            + key
                            + "'.");
        }
        return TimestampData.fromEpochMillis(time);
    }
}
