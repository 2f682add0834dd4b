package io.persist.shard;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.state.HollowRollup;
import io.persist.state.State;
import io.persist.state.encoding.Rollup;
import io.persist.state.encoding.RollupEncoding;
import io.persist.state.maintenance.CommandKind;
import io.persist.state.maintenance.Rollups;
import io.persist.store.BlobKey;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import java.util.List;

/** Writes a state to blob and links it from a later one. */
final class RollupWriter {
    private final Machine machine;
    private final ShardAccess access;
    private final StateVersions versions;

    RollupWriter(Machine machine, ShardAccess access, StateVersions versions) {
        this.machine = machine;
        this.access = access;
        this.versions = versions;
    }

    /** Writes the rollup unless the shard has one of this state or a later one. */
    void write(State state)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (machine.state().latestRollupSeqno().compareTo(state.seqno()) >= 0) {
            return;
        }
        SeqNo firstDiff = state.latestRollupSeqno().next();
        List<Versioned> rows =
                versions.scan(firstDiff, Integer.MAX_VALUE).stream()
                        .filter(row -> row.seqno().compareTo(state.seqno()) <= 0)
                        .toList();
        if (rows.isEmpty() || !rows.get(0).seqno().equals(firstDiff)) {
            // The state is a rollup already, or the log was truncated past it by a newer one.
            return;
        }
        RollupKey key =
                RollupKey.of(state.seqno(), OwnRollups.id(access.surroundings().ids().get()));
        BlobKey blobKey = BlobKey.of(machine.shard(), key);
        Bytes bytes = RollupEncoding.encode(Rollup.of(state, rows));
        access.retry()
                .call(
                        "set " + blobKey,
                        () -> {
                            access.blob().set(blobKey, bytes);
                            return blobKey;
                        });
        HollowRollup rollup = new HollowRollup(key, (long) bytes.length(), Bytes.EMPTY);
        Machine.Applied<Boolean> linked =
                machine.run(
                        CommandKind.ADD_ROLLUP,
                        current -> Rollups.add(current, state.seqno(), rollup));
        if (!linked.result() && !linked.doubt()) {
            access.retry().call("delete " + blobKey, () -> access.blob().delete(blobKey));
        }
    }
}
