package io.persist.e2e.chaos;

import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.flink.sink.PersistRecordSerializer;
import io.persist.flink.sink.UpdateCollector;

import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

import java.io.IOException;

/** Rows as text keys: {@code lane/number/payload}. */
record RowKeys() implements PersistRecordSerializer<Row, String, Unit> {
    private static final long serialVersionUID = 1L;

    @Override
    public Codec<String> keyCodec() {
        return Codecs.STRING;
    }

    @Override
    public Codec<Unit> valCodec() {
        return Codecs.UNIT;
    }

    @Override
    public void serialize(Row row, UpdateCollector<String, Unit> updates)
            throws IOException, InterruptedException {
        updates.collect(
                row.getField(0) + "/" + row.getField(1) + "/" + row.getField(2),
                Unit.UNIT,
                row.getKind() == RowKind.INSERT ? 1 : -1);
    }
}
