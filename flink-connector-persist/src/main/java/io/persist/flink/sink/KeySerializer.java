package io.persist.flink.sink;

import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;

import org.apache.flink.util.function.SerializableSupplier;

import java.io.IOException;

/** Records are keys. */
record KeySerializer<K>(SerializableSupplier<Codec<K>> codec)
        implements PersistRecordSerializer<K, K, Unit> {
    private static final long serialVersionUID = 1L;

    @Override
    public Codec<K> keyCodec() {
        return codec.get();
    }

    @Override
    public Codec<Unit> valCodec() {
        return Codecs.UNIT;
    }

    @Override
    public void serialize(K record, UpdateCollector<K, Unit> updates)
            throws IOException, InterruptedException {
        updates.collect(record, Unit.UNIT, 1);
    }
}
