package io.persist.flink.table;

import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.flink.sink.PersistRecordSerializer;
import io.persist.flink.sink.UpdateCollector;

import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/**
 * A changelog as updates: a row that came is +1, a row that went is −1.
 *
 * @param metadata that follow the columns in each row
 */
record RowDataUpdates(TableColumns columns, List<MetadataColumn> metadata)
        implements PersistRecordSerializer<RowData, RowData, Unit> {
    private static final long serialVersionUID = 1L;

    RowDataUpdates {
        metadata = List.copyOf(metadata);
    }

    @Override
    public Codec<RowData> keyCodec() {
        return columns.codec();
    }

    @Override
    public Codec<Unit> valCodec() {
        return Codecs.UNIT;
    }

    @Override
    public @Nullable Long eventMillis(RowData row, @Nullable Long assigned) {
        int index = metadata.indexOf(MetadataColumn.TIMESTAMP);
        if (index < 0) {
            return assigned;
        }
        int field = columns.count() + index;
        return row.isNullAt(field)
                ? null
                : row.getTimestamp(field, MetadataColumn.TIMESTAMP_PRECISION).getMillisecond();
    }

    @Override
    public void serialize(RowData row, UpdateCollector<RowData, Unit> updates)
            throws IOException, InterruptedException {
        switch (row.getRowKind()) {
            case INSERT, UPDATE_AFTER -> updates.collect(row, Unit.UNIT, 1);
            case UPDATE_BEFORE, DELETE -> updates.collect(row, Unit.UNIT, -1);
        }
    }
}
