package io.persist.batch.build;

import io.persist.batch.RunPart;
import io.persist.store.PartKey;

import java.util.ArrayList;
import java.util.List;

/**
 * What was written of a run, or of a piece of one.
 *
 * @param parts in order; none if all updates cancelled each other
 * @param updates number of updates
 * @param diffsSum sum of their diffs
 * @param blobs every blob below {@code parts}
 */
record Written(List<RunPart> parts, long updates, long diffsSum, List<PartKey> blobs) {
    static final Written NOTHING = new Written(List.of(), 0, 0, List.of());

    Written {
        parts = List.copyOf(parts);
        blobs = List.copyOf(blobs);
    }

    /** All pieces behind one another. */
    static Written concat(List<Written> pieces) {
        List<RunPart> parts = new ArrayList<>();
        List<PartKey> blobs = new ArrayList<>();
        long updates = 0;
        long diffsSum = 0;
        for (Written piece : pieces) {
            parts.addAll(piece.parts);
            blobs.addAll(piece.blobs);
            updates += piece.updates;
            diffsSum += piece.diffsSum;
        }
        return new Written(parts, updates, diffsSum, blobs);
    }
}
