package io.persist.flink.sink;

import io.persist.codec.Codec;
import io.persist.codec.Unit;

import org.apache.flink.util.function.SerializableSupplier;

import java.io.IOException;
import java.io.Serializable;

/**
 * Which updates a record stands for, and which codecs the shard is written with. Travels with the
 * job; codecs are made in the tasks. Used by one thread at a time.
 */
public interface PersistRecordSerializer<IN, K, V> extends Serializable {
    Codec<K> keyCodec();

    Codec<V> valCodec();

    /**
     * Hands the updates of {@code record} to {@code updates}, any number of them. They are encoded
     * before the call returns, so the record may be reused afterwards.
     *
     * @throws IOException if the record has no faithful form; the job fails
     */
    void serialize(IN record, UpdateCollector<K, V> updates)
            throws IOException, InterruptedException;

    /** Records are keys, each inserted once; values are {@link Unit}. */
    static <K> PersistRecordSerializer<K, K, Unit> ofKeys(SerializableSupplier<Codec<K>> keyCodec) {
        return new KeySerializer<>(keyCodec);
    }
}
