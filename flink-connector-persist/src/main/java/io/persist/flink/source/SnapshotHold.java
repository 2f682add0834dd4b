package io.persist.flink.source;

import io.persist.client.PersistClient;
import io.persist.client.ReadHandle;
import io.persist.client.ReadResult;
import io.persist.client.ShardReport;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * A leased reader that keeps a shard readable at one time while others read it. It holds all of the
 * history that it found: were it to give up what is before that time, and nobody else held it,
 * looking at a table would forget its past. One thread at a time. {@link #release} it before
 * closing when the snapshot was read; when it may yet be read again after a restart, the lease runs
 * out by itself.
 */
final class SnapshotHold implements AutoCloseable {
    private final PersistClient client;
    private final ReadHandle<?, ?> reader;
    private final long asOf;

    private SnapshotHold(PersistClient client, ReadHandle<?, ?> reader, long asOf) {
        this.client = client;
        this.reader = reader;
        this.asOf = asOf;
    }

    /**
     * @param asked the time to hold, null for the newest readable one
     * @throws IOException if the shard does not exist or cannot be read at that time
     */
    static SnapshotHold open(ShardRead<?, ?, ?> read, @Nullable Long asked)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        PersistClient client = read.openClient();
        try {
            // Opening a reader would create the shard, and a misspelt name would read as empty.
            ShardReport report =
                    client.inspect(read.shard())
                            .orElseThrow(
                                    () ->
                                            new IOException(
                                                    "shard "
                                                            + read.shard()
                                                            + " does not exist in "
                                                            + read.blob()));
            read.deserializer().check(report);
            return open(read, client, asked);
        } catch (Throwable failure) {
            client.close();
            throw failure;
        }
    }

    private static SnapshotHold open(
            ShardRead<?, ?, ?> read, PersistClient client, @Nullable Long asked)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ReadHandle<?, ?> reader = read.openReader(client);
        try {
            Antichain upper = reader.fetchRecentUpper();
            long asOf = SnapshotTime.choose(read.shard(), asked, reader.since(), upper);
            return new SnapshotHold(client, reader, asOf);
        } catch (Throwable failure) {
            reader.close();
            throw failure;
        }
    }

    long asOf() {
        return asOf;
    }

    /** Refreshes the lease if it is time to. */
    void heartbeat()
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        check(reader.heartbeat());
    }

    private void check(ReadResult<?> result) throws IOException {
        if (!(result instanceof ReadResult.Data)) {
            throw new IOException(
                    "lost the hold on shard "
                            + reader.shard()
                            + " as of "
                            + Long.toUnsignedString(asOf)
                            + ": "
                            + result);
        }
    }

    /** Gives the history up. Idempotent. */
    void release()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        reader.expire();
    }

    @Override
    public void close() {
        reader.close();
        client.close();
    }
}
