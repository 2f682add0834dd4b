package io.persist.flink.table;

import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.flink.sink.PersistRecordSerializer;
import io.persist.flink.sink.UpdateCollector;

import org.apache.flink.table.data.RowData;

import java.io.IOException;

/** A changelog as updates: a row that came is +1, a row that went is −1. */
record RowDataUpdates(TableColumns columns)
        implements PersistRecordSerializer<RowData, RowData, Unit> {
    private static final long serialVersionUID = 1L;

    @Override
    public Codec<RowData> keyCodec() {
        return columns.codec();
    }

    @Override
    public Codec<Unit> valCodec() {
        return Codecs.UNIT;
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
