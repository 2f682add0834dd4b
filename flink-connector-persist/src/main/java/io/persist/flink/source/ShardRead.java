package io.persist.flink.source;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ReadHandle;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import java.io.Serializable;

/**
 * What is read, in a form that travels with the job.
 *
 * @param blob as in {@link PersistLocation}
 * @param consensus as in {@link PersistLocation}
 * @param shardId text form
 */
record ShardRead<K, V, T>(
        String blob, String consensus, String shardId, UpdateDeserializer<K, V, T> deserializer)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    ShardId shard() {
        return ShardId.parse(shardId);
    }

    /** A client of its own; the caller closes it. */
    PersistClient openClient() throws StoreException {
        return PersistClient.open(new PersistLocation(blob, consensus));
    }

    /** A leased reader; the caller closes it, before the client. */
    ReadHandle<K, V> openReader(PersistClient client)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return client.openReader(
                shard(), deserializer.keyCodec(), deserializer.valCodec(), "flink source");
    }
}
