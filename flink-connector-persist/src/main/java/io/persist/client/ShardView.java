package io.persist.client;

import io.persist.batch.BatchSchema;
import io.persist.batch.MissingBlobException;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.state.State;
import io.persist.store.StoreException;

/**
 * A look at a shard that leaves no trace in it: no reader is registered, so nothing is protected
 * from garbage collection. If a blob is collected while it is read, reading goes on from a newer
 * state, as long as that still tells the asked-for time apart. Made by {@link PersistClient#view}.
 * One thread.
 */
public final class ShardView<K, V> {
    /** How often the shard may collect blobs under one read. */
    private static final int MAX_ATTEMPTS = 10;

    private final PersistClient client;
    private final Machine machine;
    private final BatchSchema<K, V> schema;

    ShardView(PersistClient client, Machine machine, Codec<K> key, Codec<V> val) {
        this.client = client;
        this.machine = machine;
        this.schema = new BatchSchema<>(key, val, null);
    }

    /** Receives the updates of a snapshot. */
    public interface Visitor<K, V> {
        void visit(Update<K, V> update);
    }

    public Codec<K> keyCodec() {
        return schema.keys();
    }

    public Codec<V> valCodec() {
        return schema.vals();
    }

    /** Everything before it is there; empty if the shard is closed. As of the newest state seen. */
    public Antichain upper() {
        return machine.state().upper();
    }

    /** The earliest time that can be read. As of the newest state seen. */
    public Antichain since() {
        return machine.state().since();
    }

    /**
     * Visits the consolidated contents as of a time, sorted by key and value, in memory bounded by
     * one part per run. Does not wait.
     *
     * @return the number of updates visited
     */
    public ReadResult<Long> snapshot(Antichain asOf, Visitor<K, V> visitor)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        long visited = 0;
        for (int attempt = 1; ; attempt++) {
            State state = machine.refresh();
            if (asOf.lessThan(state.since())) {
                return new ReadResult.SinceViolation<>(state.since());
            }
            if (!asOf.lessThan(state.upper())) {
                return new ReadResult.NotYetAvailable<>(state.upper());
            }
            try (UpdateCursor<K, V> updates = open(state, asOf)) {
                // The contents as of a time never change, and neither does their order.
                for (long skipped = 0; skipped < visited; skipped++) {
                    updates.next();
                }
                while (updates.next()) {
                    visitor.visit(
                            new Update<>(
                                    updates.key(), updates.val(), updates.time(), updates.diff()));
                    visited++;
                }
                return new ReadResult.Data<>(visited);
            } catch (MissingBlobException e) {
                if (attempt == MAX_ATTEMPTS || machine.refresh().seqno().equals(state.seqno())) {
                    throw new CorruptDataException(
                            "shard "
                                    + machine.shard()
                                    + ": "
                                    + e.getMessage()
                                    + ", though its newest state names it",
                            e);
                }
            }
        }
    }

    private UpdateCursor<K, V> open(State state, Antichain asOf)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        return UpdateCursor.open(
                client.batchStore(machine, client.surroundings().ids()),
                schema,
                state.batches(),
                new Filter.Snapshot(asOf));
    }
}
