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

/** Rows of a snapshot: every one is an insertion. */
record RowDataDeserializer(TableColumns columns, TypeInformation<RowData> type)
        implements UpdateDeserializer<RowData, Unit, RowData> {
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
    public void check(ShardReport shard) throws CorruptDataException, IncompatibleShardException {
        StoredColumns.of(shard).checkReadableAs(columns);
    }

    @Override
    public RowData record(RowData key, Unit val) {
        return key;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }
}
