package io.persist.flink.source;

import io.persist.client.ShardReport;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Unit;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.util.function.SerializableSupplier;

import java.io.Serializable;

/**
 * Which codecs a shard is read with, and what becomes of a key and a value. Travels with the job;
 * codecs are made where they are used.
 */
public interface UpdateDeserializer<K, V, T> extends Serializable, ResultTypeQueryable<T> {
    Codec<K> keyCodec();

    Codec<V> valCodec();

    /**
     * The record that is emitted for one occurrence of key and value.
     *
     * @param time unsigned, at which it is there: in a snapshot, that of the snapshot
     */
    T record(K key, V val, long time);

    /**
     * Looks at the shard before it is read.
     *
     * @throws IncompatibleShardException if its contents would be misread; it then says why
     */
    default void check(ShardReport shard) throws CorruptDataException, IncompatibleShardException {}

    /** Emits the keys of a shard whose values are {@link Unit}. */
    static <K> UpdateDeserializer<K, Unit, K> ofKeys(
            SerializableSupplier<Codec<K>> keyCodec, TypeInformation<K> type) {
        return new KeyDeserializer<>(keyCodec, type);
    }
}
