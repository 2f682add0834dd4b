package io.persist.state;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Antichain;

import java.util.List;

/**
 * The spine: which batches a shard has and how they will be merged. Immutable. (Skeleton: owner
 * fills it in.)
 */
public final class Trace {
    public static final Trace INITIAL = new Trace();

    public Antichain since() {
        throw new AssertionError("skeleton");
    }

    public Antichain upper() {
        throw new AssertionError("skeleton");
    }

    public List<HollowBatch> batches() {
        throw new AssertionError("skeleton");
    }
}
