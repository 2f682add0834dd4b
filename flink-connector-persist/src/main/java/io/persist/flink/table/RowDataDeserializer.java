package io.persist.flink.table;

import io.persist.client.ShardReport;
import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Unit;
import io.persist.flink.source.UpdateDeserializer;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.utils.JoinedRowData;

import java.util.List;

/**
 * Rows of a snapshot: every one is an insertion.
 *
 * @param metadata that follow the columns in each row
 */
record RowDataDeserializer(
        TableColumns columns, List<MetadataColumn> metadata, TypeInformation<RowData> type)
        implements UpdateDeserializer<RowData, Unit, RowData> {
    private static final long serialVersionUID = 1L;

    RowDataDeserializer {
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
    public void check(ShardReport shard) throws CorruptDataException, IncompatibleShardException {
        StoredColumns.of(shard).checkReadableAs(columns);
    }

    @Override
    public RowData record(RowData key, Unit val, long time) {
        return metadata.isEmpty()
                ? key
                : new JoinedRowData(key, MetadataColumn.row(metadata, time));
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }
}
