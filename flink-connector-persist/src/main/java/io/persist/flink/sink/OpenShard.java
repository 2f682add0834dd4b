package io.persist.flink.sink;

import io.persist.client.PersistClient;
import io.persist.client.SinkChain;
import io.persist.client.SinkTime;
import io.persist.client.WriteHandle;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.shard.IncompatibleShardException;

import java.io.IOException;
import java.time.Duration;

/** A shard as one task holds it open, with a client of its own. One thread. */
final class OpenShard<K, V> implements AutoCloseable {
    private final PersistClient client;
    private final WriteHandle<K, V> writer;

    private OpenShard(PersistClient client, WriteHandle<K, V> writer) {
        this.client = client;
        this.writer = writer;
    }

    /**
     * Creates the shard if it does not exist.
     *
     * @param client taken over
     */
    static <K, V> OpenShard<K, V> open(
            PersistClient client,
            ShardId shard,
            PersistRecordSerializer<?, K, V> serializer,
            String purpose)
            throws IOException, InterruptedException {
        boolean opened = false;
        try {
            OpenShard<K, V> open =
                    new OpenShard<>(
                            client,
                            client.openWriter(
                                    shard, serializer.keyCodec(), serializer.valCodec(), purpose));
            opened = true;
            return open;
        } catch (CorruptDataException | IncompatibleShardException e) {
            throw new IOException("shard " + shard + " cannot be written: " + e.getMessage(), e);
        } finally {
            if (!opened) {
                client.close();
            }
        }
    }

    WriteHandle<K, V> writer() {
        return writer;
    }

    SinkChain<K, V> chain(SinkTime time) {
        return SinkChain.of(client, writer, time);
    }

    /** See {@link PersistClient#closeAfterMaintenance}. */
    void closeAfterMaintenance(Duration patience) {
        writer.close();
        client.closeAfterMaintenance(patience);
    }

    @Override
    public void close() {
        writer.close();
        client.close();
    }
}
