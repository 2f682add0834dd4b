package io.persist.client;

import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.State;
import io.persist.store.StoreException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Follows the changes of a shard after a time. Made by {@link ReadHandle#listen}, whose hold it
 * moves forward: use either one listen or snapshots of later times per handle. One thread.
 */
public final class Listen<K, V> {
    private final ReadHandle<K, V> reader;
    private final Antichain asOf;
    private Antichain frontier;

    Listen(ReadHandle<K, V> reader, Antichain asOf) {
        this.reader = reader;
        this.asOf = asOf;
        this.frontier = asOf;
    }

    /** Everything before it has been delivered. */
    public Antichain frontier() {
        return frontier;
    }

    /**
     * The next step, waiting for it at most {@code maxWait}. A step is everything that one or more
     * appends brought, in memory. After the shard was closed every call returns an empty step whose
     * progress is the empty frontier.
     *
     * @return {@link ReadResult.NotYetAvailable} if the shard did not move within the wait, {@link
     *     ReadResult.LeaseLost} if the hold was lost; in both cases nothing was skipped
     * @throws StoreException if the stores did not answer; call again
     */
    public ReadResult<ListenStep<K, V>> next(Duration maxWait)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (frontier.isEmpty()) {
            return new ReadResult.Data<>(new ListenStep<>(List.of(), frontier));
        }
        Waiting waiting = reader.waiting(reader.listenPolls(), maxWait);
        State state = reader.machine().state();
        while (true) {
            if (!(reader.heartbeat() instanceof ReadResult.Data)) {
                return new ReadResult.LeaseLost<>();
            }
            ReadResult<Antichain> readable = reader.readableAt(state, frontier);
            if (!(readable instanceof ReadResult.Data)) {
                return readable.withoutData();
            }
            Optional<HollowBatch> batch = nextBatch(state);
            if (batch.isPresent()) {
                return step(batch.get());
            }
            State newest = reader.machine().refresh();
            if (newest.seqno().equals(state.seqno()) && !waiting.pause()) {
                return new ReadResult.NotYetAvailable<>(state.upper());
            }
            state = newest;
        }
    }

    private Optional<HollowBatch> nextBatch(State state) {
        return state.batches().stream()
                .filter(
                        batch ->
                                batch.lower().lessEqual(frontier)
                                        && frontier.lessThan(batch.upper()))
                .findFirst();
    }

    private ReadResult<ListenStep<K, V>> step(HollowBatch batch)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Antichain since = batch.desc().since();
        boolean toldApart =
                since.lessThan(frontier) || (frontier.equals(asOf) && since.equals(frontier));
        if (!toldApart && !batch.runs().isEmpty()) {
            // Times that were still to come are merged with times that were delivered.
            return new ReadResult.LeaseLost<>();
        }
        List<Update<K, V>> updates = new ArrayList<>();
        try (UpdateCursor<K, V> cursor =
                reader.openUpdates(List.of(batch), new Filter.Listen(asOf, frontier))) {
            while (cursor.next()) {
                updates.add(new Update<>(cursor.key(), cursor.val(), cursor.time(), cursor.diff()));
            }
        } catch (MissingBlobException e) {
            return reader.missing(e);
        }
        reader.advanceSince(frontier);
        frontier = batch.upper();
        return new ReadResult.Data<>(new ListenStep<>(updates, frontier));
    }
}
