package io.persist.shard;

import io.persist.batch.PartDeletes;
import io.persist.codec.CorruptDataException;
import io.persist.state.HollowRollup;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.state.maintenance.Garbage;
import io.persist.state.maintenance.Rollups;
import io.persist.store.BlobKey;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * Deletes what only old states refer to: walks the log from rollup to rollup, deletes the blobs
 * that left the state on the way, then the log itself, and last the passed rollups' entries. In
 * this order a crash anywhere leaves a shard that loads, and the next collection goes on.
 */
final class GarbageCollector {
    private final Machine machine;
    private final ShardAccess access;
    private final StateVersions versions;

    GarbageCollector(Machine machine, ShardAccess access, StateVersions versions) {
        this.machine = machine;
        this.access = access;
        this.versions = versions;
    }

    /** Collects up to the newest rollup that is not above {@code upTo}. */
    void collect(SeqNo upTo)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        State current = machine.refresh();
        SeqNo limit = min(upTo, current.seqnoSince());
        SortedMap<SeqNo, HollowRollup> rollups = current.rollups().headMap(limit.next());
        if (rollups.size() < 2) {
            machine.apply(state -> Rollups.remove(state, List.of()));
            return;
        }
        StateVersions.LiveStates live = versions.fetchAllLive();
        if (!rollups.containsKey(live.earliest().seqno())) {
            // Another client has collected further than this.
            return;
        }
        walk(live, rollups.keySet(), rollups.lastKey());
        List<HollowRollup> passed = List.copyOf(rollups.headMap(rollups.lastKey()).values());
        machine.apply(state -> Rollups.remove(state, passed));
    }

    /** Stops at every rollup, so that little is repeated after a crash. */
    private void walk(StateVersions.LiveStates live, Set<SeqNo> stops, SeqNo last)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        State at = live.earliest();
        List<StateDiff> diffs = new ArrayList<>();
        for (Versioned row : live.rows()) {
            if (row.seqno().compareTo(last) > 0) {
                return;
            }
            diffs.add(versions.decode(row));
            at = versions.applyRow(at, row);
            if (stops.contains(at.seqno())) {
                delete(Garbage.of(diffs, at));
                SeqNo seqno = at.seqno();
                access.retry()
                        .call(
                                "truncate " + machine.shard() + " to " + seqno,
                                () -> {
                                    access.consensus().truncate(machine.shard(), seqno);
                                    return seqno;
                                });
                diffs.clear();
            }
        }
    }

    private void delete(Garbage garbage)
            throws StoreException, CorruptDataException, InterruptedException {
        PartDeletes deletes =
                new PartDeletes(
                        machine.shard(),
                        access.blob(),
                        access.retry(),
                        access.io(),
                        access.settings().deleteConcurrency());
        deletes.delete(garbage.parts());
        deletes.deleteKeys(
                garbage.rollups().stream().map(key -> BlobKey.of(machine.shard(), key)).toList());
    }

    private static SeqNo min(SeqNo left, SeqNo right) {
        return left.compareTo(right) <= 0 ? left : right;
    }
}
