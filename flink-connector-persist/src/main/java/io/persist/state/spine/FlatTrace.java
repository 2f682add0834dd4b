package io.persist.state.spine;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A trace as five collections, the form that rollups and state diffs hold.
 *
 * @param legacyBatches all batches with {@code lower != upper}, by {@link HollowBatchOrder}
 * @param hollowBatches the zero-width ones
 * @param spineBatches empty in states written before the structure was stored
 * @param merges of full levels, and of spine batches that somebody compacts
 */
public record FlatTrace(
        Antichain since,
        SortedSet<HollowBatch> legacyBatches,
        SortedMap<SpineId, HollowBatch> hollowBatches,
        SortedMap<SpineId, Spine> spineBatches,
        SortedMap<SpineId, Merge> merges) {
    public FlatTrace {
        SortedSet<HollowBatch> legacy = new TreeSet<>(HollowBatchOrder.INSTANCE);
        legacy.addAll(legacyBatches);
        legacyBatches = Collections.unmodifiableSortedSet(legacy);
        hollowBatches = Collections.unmodifiableSortedMap(new TreeMap<>(hollowBatches));
        spineBatches = Collections.unmodifiableSortedMap(new TreeMap<>(spineBatches));
        merges = Collections.unmodifiableSortedMap(new TreeMap<>(merges));
    }

    /**
     * A spine batch without its hollow batches.
     *
     * @param level unsigned
     * @param parts ids of the hollow batches
     * @param descs their descriptions, in the same order; the tail may be missing, and the sinces
     *     may be outdated, because peers do not rewrite them
     */
    public record Spine(
            long level, Description desc, List<SpineId> parts, List<Description> descs) {
        public Spine {
            parts = List.copyOf(parts);
            descs = List.copyOf(descs);
        }

        /** Equality as peers check it: {@code descs} does not count. */
        public boolean sameExceptDescs(Spine other) {
            return level == other.level && desc.equals(other.desc) && parts.equals(other.parts);
        }
    }

    /**
     * @param remainingWork unsigned, in updates
     * @param compactionStartMillis when somebody claimed to compact the batch; null if nobody did
     */
    public record Merge(
            Antichain since, long remainingWork, @Nullable Long compactionStartMillis) {}
}
