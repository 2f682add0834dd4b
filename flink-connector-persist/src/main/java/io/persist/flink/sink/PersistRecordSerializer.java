package io.persist.flink.sink;

import io.persist.client.SinkTime;
import io.persist.codec.Codec;
import io.persist.codec.Unit;

import org.apache.flink.util.function.SerializableSupplier;
import org.jspecify.annotations.Nullable;

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

    /**
     * When the record happened, in milliseconds since 1970, for {@link SinkTime#EVENT}; null if it
     * does not say, which fails the job. Unless overridden, what Flink knows.
     *
     * @param assigned timestamp that Flink has for the record; null if none was assigned
     */
    default @Nullable Long eventMillis(IN record, @Nullable Long assigned) {
        return assigned;
    }

    /** Records are keys, each inserted once; values are {@link Unit}. */
    static <K> PersistRecordSerializer<K, K, Unit> ofKeys(SerializableSupplier<Codec<K>> keyCodec) {
        return new KeySerializer<>(keyCodec);
    }
}
