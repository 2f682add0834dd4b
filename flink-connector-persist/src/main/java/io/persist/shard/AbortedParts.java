package io.persist.shard;

import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.state.HollowRollup;
import io.persist.state.State;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.StoreException;
import io.persist.store.WriterKey;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds and deletes blobs that nobody will ever refer to: parts that were never appended, and
 * rollups that were never linked.
 *
 * <p>Those of earlier incarnations of a line are dead for certain, once a later one has appended:
 * the epochs that could append them are closed. Whether they were appended before, the live states
 * tell; then they belong to garbage collection.
 */
final class AbortedParts {
    private final Machine machine;
    private final ShardAccess access;

    AbortedParts(Machine machine, ShardAccess access) {
        this.machine = machine;
        this.access = access;
    }

    /**
     * Deletes what incarnations before {@code lines} have left behind, and rollups that whoever
     * wrote them did not link. May be repeated after any failure, and late: what is dead stays
     * dead.
     *
     * @return how many blobs were deleted
     */
    long deleteBefore(Collection<WriterLine> lines)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        WriterKey writer = WriterKey.ofVersion(machine.profile().label());
        List<BlobKey> earlier = new ArrayList<>();
        for (WriterLine line : lines) {
            String prefix = line.prefix(machine.shard(), writer);
            list(prefix).stream().filter(line::isAfter).forEach(earlier::add);
        }
        State newest = machine.refresh();
        list(OwnRollups.prefix(machine.shard())).stream()
                .filter(rollup -> OwnRollups.isLate(rollup, newest))
                .filter(rollup -> !isLinked(rollup, newest))
                .forEach(earlier::add);
        if (earlier.isEmpty()) {
            return 0;
        }
        Set<BlobKey> referenced = referenced();
        long deleted = 0;
        for (BlobKey part : earlier) {
            if (!referenced.contains(part)) {
                delete(part);
                deleted++;
            }
        }
        return deleted;
    }

    /** Every part, run and rollup that no live state leads to, whoever wrote it. */
    List<OrphanedPart> orphans()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        // Listed first: what is appended meanwhile is then referenced.
        Map<BlobKey, Long> stored = new TreeMap<>();
        String prefix = machine.shard() + "/";
        access.retry()
                .call(
                        "list " + prefix,
                        () -> {
                            access.blob().list(prefix, stored::put);
                            return prefix;
                        });
        stored.keySet().removeIf(key -> !key.text().contains("/p") && !key.text().contains("/r"));
        stored.keySet().removeAll(referenced());
        List<OrphanedPart> orphans = new ArrayList<>();
        for (Map.Entry<BlobKey, Long> part : stored.entrySet()) {
            BlobKey key = part.getKey();
            OptionalLong modified =
                    access.retry().call("look at " + key, () -> access.blob().modifiedMillis(key));
            orphans.add(
                    new OrphanedPart(
                            key,
                            part.getValue(),
                            modified.isPresent() ? modified.getAsLong() : null));
        }
        return orphans;
    }

    /** Deletes those of {@code orphans} that still are some. */
    long delete(List<OrphanedPart> orphans)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Set<BlobKey> referenced = referenced();
        long deleted = 0;
        for (OrphanedPart orphan : orphans) {
            if (!referenced.contains(orphan.key())) {
                delete(orphan.key());
                deleted++;
            }
        }
        return deleted;
    }

    /** Every part, run and rollup in blob that a live state leads to. */
    private Set<BlobKey> referenced()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Set<PartKey> keys = new HashSet<>();
        Deque<RunPart.Many> unread = new ArrayDeque<>();
        Set<BlobKey> blobs = new HashSet<>();
        machine.visitLiveStates(
                state -> {
                    state.batches().stream()
                            .flatMap(batch -> batch.parts())
                            .forEach(part -> add(part, keys, unread));
                    for (HollowRollup rollup : state.rollups().values()) {
                        blobs.add(BlobKey.of(machine.shard(), rollup.key()));
                    }
                });
        while (!unread.isEmpty()) {
            BlobKey run = BlobKey.of(machine.shard(), unread.remove().key());
            Optional<Bytes> bytes = access.retry().call("get " + run, () -> access.blob().get(run));
            if (bytes.isEmpty()) {
                throw new StoreException.Determinate(
                        "run " + run + " was collected while its parts were counted");
            }
            try {
                HollowBatchEncoding.decodeRun(bytes.get()).forEach(part -> add(part, keys, unread));
            } catch (CorruptDataException e) {
                throw e.in("run " + run);
            }
        }
        keys.forEach(key -> blobs.add(BlobKey.of(machine.shard(), key)));
        return blobs;
    }

    private static void add(RunPart part, Set<PartKey> keys, Deque<RunPart.Many> unread) {
        if (part instanceof RunPart.Hollow hollow) {
            keys.add(hollow.key());
        } else if (part instanceof RunPart.Many many && keys.add(many.key())) {
            unread.add(many);
        }
    }

    private boolean isLinked(BlobKey rollup, State state) {
        return state.rollups().values().stream()
                .anyMatch(linked -> BlobKey.of(machine.shard(), linked.key()).equals(rollup));
    }

    private List<BlobKey> list(String prefix) throws StoreException, InterruptedException {
        return access.retry()
                .call(
                        "list " + prefix,
                        () -> {
                            List<BlobKey> keys = new ArrayList<>();
                            access.blob().list(prefix, (key, size) -> keys.add(key));
                            return keys;
                        });
    }

    private void delete(BlobKey key) throws StoreException, InterruptedException {
        access.retry().call("delete " + key, () -> access.blob().delete(key));
    }
}
