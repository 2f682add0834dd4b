package io.persist.client;

import io.persist.batch.MissingBlobException;
import io.persist.batch.merge.PartFilter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.CorruptDataException;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.List;

/**
 * A consolidated snapshot as a stream. Made by {@link ReadHandle#snapshotCursor}; the caller closes
 * it, before the handle, and calls {@link ReadHandle#heartbeat} now and then while it reads. One
 * thread.
 */
public final class SnapshotCursor<K, V> implements AutoCloseable {
    private final ReadHandle<K, V> reader;
    private final UpdateCursor<K, V> updates;
    private final PartFilter parts;
    private final SeqNo seqno;
    private final int chunkUpdates;

    /**
     * @param chunkUpdates most updates of a chunk
     */
    SnapshotCursor(
            ReadHandle<K, V> reader,
            UpdateCursor<K, V> updates,
            PartFilter parts,
            SeqNo seqno,
            int chunkUpdates) {
        this.reader = reader;
        this.updates = updates;
        this.parts = parts;
        this.seqno = seqno;
        this.chunkUpdates = chunkUpdates;
    }

    /** Seqno of the state whose blobs are being read. */
    SeqNo seqno() {
        return seqno;
    }

    /**
     * Further updates, as many as a chunk may have, sorted by key and value; an empty list at the
     * end.
     *
     * @return {@link ReadResult.LeaseLost} if the snapshot's blobs are no longer protected; what
     *     was returned before is right all the same
     */
    public ReadResult<List<Update<K, V>>> next()
            throws StoreException, CorruptDataException, InterruptedException {
        try {
            List<Update<K, V>> chunk = new ArrayList<>();
            while (chunk.size() < chunkUpdates && updates.next()) {
                chunk.add(
                        new Update<>(updates.key(), updates.val(), updates.time(), updates.diff()));
            }
            return new ReadResult.Data<>(chunk);
        } catch (MissingBlobException e) {
            return reader.missing(e);
        }
    }

    /** What became of parts by their statistics, as far as lists of parts were looked at. */
    public PartFilter.Counts partCounts() {
        return parts.counts();
    }

    /** Idempotent. */
    @Override
    public void close() {
        updates.close();
        reader.closed(this);
    }
}
