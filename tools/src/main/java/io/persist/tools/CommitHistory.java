package io.persist.tools;

import io.persist.client.Listen;
import io.persist.client.ListenStep;
import io.persist.client.PersistClient;
import io.persist.client.ReadHandle;
import io.persist.client.ReadResult;
import io.persist.client.Update;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import java.time.Duration;
import java.util.TreeMap;

/**
 * The commits of a shard that brought changes.
 *
 * @param updatesByTime how many changes became visible at which time, ascending
 */
record CommitHistory(TreeMap<Long, Long> updatesByTime) {
    /**
     * Reads all changes of a shard whose history was not compacted, and keeps it that way: whoever
     * listens gives up what was delivered, so another reader holds it meanwhile.
     *
     * @throws IllegalStateException if the shard does not exist or cannot be read
     */
    static CommitHistory read(PersistClient client, ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        try (ReadHandle<?, ?> holder = open(client, shard);
                ReadHandle<?, ?> listener = open(client, shard)) {
            CommitHistory history = read(listener);
            listener.expire();
            holder.expire();
            return history;
        }
    }

    private static ReadHandle<?, ?> open(PersistClient client, ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return client.openReaderAsStored(shard, "quickstart")
                .orElseThrow(() -> new IllegalStateException("shard " + shard + " does not exist"));
    }

    private static <K, V> CommitHistory read(ReadHandle<K, V> reader)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        TreeMap<Long, Long> updates = new TreeMap<>();
        Antichain upper = reader.fetchRecentUpper();
        Listen<K, V> listen = reader.listen(reader.since()).orThrow();
        while (listen.frontier().lessThan(upper)) {
            ReadResult<ListenStep<K, V>> step = listen.next(Duration.ZERO);
            if (step instanceof ReadResult.NotYetAvailable) {
                break;
            }
            for (Update<K, V> update : step.orThrow().updates()) {
                updates.merge(update.time(), 1L, Long::sum);
            }
        }
        return new CommitHistory(updates);
    }

    int commits() {
        return updatesByTime.size();
    }

    long first() {
        return updatesByTime.firstKey();
    }

    long last() {
        return updatesByTime.lastKey();
    }
}
