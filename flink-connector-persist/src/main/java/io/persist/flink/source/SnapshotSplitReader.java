package io.persist.flink.source;

import io.persist.client.PersistClient;
import io.persist.client.Update;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Streams splits one after the other in Flink's fetcher thread, which may block on stores. {@link
 * #wakeUp} comes from another thread.
 */
final class SnapshotSplitReader<K, V, T> implements SplitReader<T, SnapshotSplit> {
    /** Rows handed over at once; Flink queues a few such batches. */
    private static final int MAX_ROWS = 500;

    private final ShardRead<K, V, T> read;
    private final ArrayDeque<SnapshotSplit> waiting = new ArrayDeque<>();
    private final Set<String> paused = new HashSet<>();
    private @Nullable PersistClient client;
    private @Nullable OpenSplit<K, V> open;

    private final Object wakeUpLock = new Object();

    /** Guarded by wakeUpLock. */
    private boolean wokenUp;

    SnapshotSplitReader(ShardRead<K, V, T> read) {
        this.read = read;
    }

    @Override
    public RecordsWithSplitIds<T> fetch() throws IOException {
        RecordsBySplits.Builder<T> batch = new RecordsBySplits.Builder<>();
        try {
            OpenSplit<K, V> current = current();
            if (current == null || paused.contains(current.split().id())) {
                awaitWakeUp();
            } else {
                fill(batch, current);
            }
            return batch.build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading shard " + read.shardId(), e);
        } catch (CorruptDataException | IncompatibleShardException e) {
            // Reading again would find the same.
            throw new SuppressRestartsException(
                    new IOException("cannot read shard " + read.shardId(), e));
        }
    }

    private @Nullable OpenSplit<K, V> current()
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (open == null && !waiting.isEmpty()) {
            if (client == null) {
                client = read.openClient();
            }
            open = OpenSplit.open(read, client, waiting.remove());
        }
        return open;
    }

    private void fill(RecordsBySplits.Builder<T> batch, OpenSplit<K, V> current)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        current.heartbeat();
        List<T> records = new ArrayList<>();
        while (records.size() < MAX_ROWS) {
            Update<K, V> row = current.next();
            if (row == null) {
                batch.addFinishedSplit(current.split().id());
                open = null;
                current.finish();
                break;
            }
            records.add(read.deserializer().record(row.key(), row.val(), row.time()));
        }
        batch.addAll(current.split().id(), records);
    }

    private void awaitWakeUp() throws InterruptedException {
        synchronized (wakeUpLock) {
            while (!wokenUp) {
                wakeUpLock.wait();
            }
            wokenUp = false;
        }
    }

    @Override
    public void wakeUp() {
        synchronized (wakeUpLock) {
            wokenUp = true;
            wakeUpLock.notifyAll();
        }
    }

    @Override
    public void handleSplitsChanges(SplitsChange<SnapshotSplit> change) {
        waiting.addAll(change.splits());
    }

    @Override
    public void pauseOrResumeSplits(
            Collection<SnapshotSplit> toPause, Collection<SnapshotSplit> toResume) {
        toPause.forEach(split -> paused.add(split.id()));
        toResume.forEach(split -> paused.remove(split.id()));
    }

    /** Keeps the lease of a split that was not read to its end. */
    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
