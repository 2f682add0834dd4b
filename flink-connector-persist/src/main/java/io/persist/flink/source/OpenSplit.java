package io.persist.flink.source;

import io.persist.client.PersistClient;
import io.persist.client.ReadHandle;
import io.persist.client.ReadResult;
import io.persist.client.SnapshotCursor;
import io.persist.client.Update;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A split that is being read, behind its position. One thread; whoever opened it closes it. */
final class OpenSplit<K, V> implements AutoCloseable {
    private final ReadHandle<K, V> reader;
    private final SnapshotCursor<K, V> cursor;
    private final SnapshotRows<K, V> rows;
    private final SnapshotSplit split;

    private OpenSplit(ReadHandle<K, V> reader, SnapshotCursor<K, V> cursor, SnapshotSplit split) {
        this.reader = reader;
        this.cursor = cursor;
        this.split = split;
        this.rows = new SnapshotRows<>(split.shard(), this::step);
    }

    /**
     * @throws IOException if the split's time cannot be read any more, or has fewer rows than were
     *     emitted of it
     */
    static <K, V> OpenSplit<K, V> open(
            ShardRead<K, V, ?> read, PersistClient client, SnapshotSplit split)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ReadHandle<K, V> reader = read.openReader(client);
        try {
            OpenSplit<K, V> open = new OpenSplit<>(reader, cursor(reader, split), split);
            open.skipEmitted();
            return open;
        } catch (Throwable failure) {
            reader.close();
            throw failure;
        }
    }

    private static <K, V> SnapshotCursor<K, V> cursor(ReadHandle<K, V> reader, SnapshotSplit split)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ReadResult<SnapshotCursor<K, V>> result =
                reader.snapshotCursor(Antichain.of(split.asOf()), Duration.ZERO);
        if (result instanceof ReadResult.Data<SnapshotCursor<K, V>> data) {
            return data.data();
        }
        throw SnapshotTime.unreadable(
                split.shard(),
                split.asOf(),
                "is gone although it was held (" + result + ")",
                reader.since(),
                reader.fetchRecentUpper());
    }

    private void skipEmitted() throws IOException, CorruptDataException, InterruptedException {
        try {
            rows.skip(split.emitted());
        } catch (Throwable failure) {
            cursor.close();
            throw failure;
        }
    }

    private List<Update<K, V>> step()
            throws StoreException, CorruptDataException, InterruptedException {
        return cursor.next().orThrow();
    }

    SnapshotSplit split() {
        return split;
    }

    /** The next row; null at the end. */
    @Nullable Update<K, V> next() throws IOException, CorruptDataException, InterruptedException {
        return rows.next();
    }

    /**
     * Keeps the shard's blobs while rows are delivered slowly.
     *
     * @throws IOException if the lease ran out
     */
    void heartbeat()
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ReadResult<Antichain> result = reader.heartbeat();
        if (!(result instanceof ReadResult.Data)) {
            throw new IOException(
                    "lost the hold on shard "
                            + split.shard()
                            + " while reading it: "
                            + result
                            + "; a restart of the job reads on");
        }
    }

    /** Gives up the hold on the shard's history and closes. */
    void finish()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        cursor.close();
        reader.expire();
        reader.close();
    }

    @Override
    public void close() {
        cursor.close();
        reader.close();
    }
}
