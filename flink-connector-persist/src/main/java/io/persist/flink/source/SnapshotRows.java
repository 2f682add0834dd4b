package io.persist.flink.source;

import io.persist.client.Update;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/**
 * The rows of a snapshot one by one: a row of multiplicity n comes n times in a row. One thread.
 */
final class SnapshotRows<K, V> {
    /** Where the consolidated updates come from. */
    interface Steps<K, V> {
        /** Further updates in the snapshot's order; empty at the end. */
        List<Update<K, V>> next() throws StoreException, CorruptDataException, InterruptedException;
    }

    private final ShardId shard;
    private final Steps<K, V> steps;
    private Iterator<Update<K, V>> step = List.<Update<K, V>>of().iterator();

    /** The update whose rows are being delivered; null before the first and after the last. */
    private @Nullable Update<K, V> current;

    /** Rows of the current update still to come. */
    private long left;

    SnapshotRows(ShardId shard, Steps<K, V> steps) {
        this.shard = shard;
        this.steps = steps;
    }

    /**
     * The next row; null at the end.
     *
     * @throws CorruptDataException if a row's multiplicity is negative, which no snapshot may have
     */
    @Nullable Update<K, V> next() throws IOException, CorruptDataException, InterruptedException {
        if (left == 0) {
            advance();
        }
        if (current != null) {
            left--;
        }
        return current;
    }

    /**
     * Leaves out the first {@code count} rows.
     *
     * @throws IOException also if there are fewer
     */
    void skip(long count) throws IOException, CorruptDataException, InterruptedException {
        long remaining = count;
        while (remaining > 0) {
            if (left == 0) {
                advance();
            }
            if (current == null) {
                throw new IOException(
                        "cannot read on in shard "
                                + shard
                                + ": "
                                + count
                                + " rows were emitted before the restart, but it has only "
                                + (count - remaining)
                                + " at that time");
            }
            long skipped = Math.min(remaining, left);
            remaining -= skipped;
            left -= skipped;
        }
    }

    private void advance() throws IOException, CorruptDataException, InterruptedException {
        if (!step.hasNext()) {
            step = steps.next().iterator();
        }
        if (!step.hasNext()) {
            current = null;
            return;
        }
        Update<K, V> update = step.next();
        if (update.diff() <= 0) {
            throw new CorruptDataException(
                    "shard "
                            + shard
                            + " is broken as of "
                            + Long.toUnsignedString(update.time())
                            + ": key "
                            + update.key()
                            + ", value "
                            + update.val()
                            + " is there "
                            + update.diff()
                            + " times");
        }
        current = update;
        left = update.diff();
    }
}
