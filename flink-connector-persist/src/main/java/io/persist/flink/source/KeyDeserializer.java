package io.persist.flink.source;

import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.function.SerializableSupplier;

/** Keys are the records. */
record KeyDeserializer<K>(SerializableSupplier<Codec<K>> codec, TypeInformation<K> type)
        implements UpdateDeserializer<K, Unit, K> {
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
    public K record(K key, Unit val, long time) {
        return key;
    }

    @Override
    public TypeInformation<K> getProducedType() {
        return type;
    }
}
