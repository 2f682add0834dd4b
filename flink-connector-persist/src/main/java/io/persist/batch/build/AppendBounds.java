package io.persist.batch.build;

import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.TimeDomain;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** Whether batches may be registered with the bounds of an append. */
public final class AppendBounds {
    private AppendBounds() {}

    /**
     * Why {@code batches} must not be appended together as {@code lower} to {@code upper}, or null
     * if they may. An append may cover less than a batch (readers then leave out what lies outside)
     * but never more; once any part of any batch has rewritten times, nothing may be left out: the
     * metadata does not tell where its updates lie.
     */
    public static @Nullable String violation(
            List<HollowBatch> batches, Antichain lower, Antichain upper) {
        String rewrites = violationOfRewrites(batches, lower, upper);
        if (rewrites != null) {
            return rewrites;
        }
        for (HollowBatch batch : batches) {
            if (!batch.lower().lessEqual(lower) || batch.upper().lessThan(upper)) {
                return "batch covers "
                        + batch.lower()
                        + " to "
                        + batch.upper()
                        + ", which does not contain the append's "
                        + lower
                        + " to "
                        + upper;
            }
        }
        return null;
    }

    /** The part of {@link #violation} that must hold even where bounds are not validated. */
    public static @Nullable String violationOfRewrites(
            List<HollowBatch> batches, Antichain lower, Antichain upper) {
        boolean anyRewrite =
                batches.stream()
                        .flatMap(HollowBatch::parts)
                        .anyMatch(part -> rewrite(part) != null);
        for (HollowBatch batch : anyRewrite ? batches : List.<HollowBatch>of()) {
            String violation = violationOfRewrite(batch, lower, upper);
            if (violation != null) {
                return violation;
            }
        }
        return null;
    }

    private static @Nullable String violationOfRewrite(
            HollowBatch batch, Antichain lower, Antichain upper) {
        if (!upper.equals(batch.upper())) {
            return "batch with rewritten times may hold updates up to "
                    + batch.upper()
                    + ", past the append's upper "
                    + upper;
        }
        for (RunPart part : (Iterable<RunPart>) batch.parts()::iterator) {
            Antichain rewrite = rewrite(part);
            Antichain bound = rewrite == null ? batch.lower() : rewrite;
            if (!lower.lessEqual(bound)) {
                return "batch with rewritten times may hold updates at "
                        + bound
                        + ", before the append's lower "
                        + lower;
            }
        }
        return null;
    }

    private static @Nullable Antichain rewrite(RunPart part) {
        return part instanceof RunPart.Single single ? single.tsRewrite() : null;
    }

    /** Why batches cannot be appended to a shard, whatever their bounds; null if they can. */
    public static @Nullable String misuse(
            ShardId shard, List<Batch> batches, Antichain lower, Antichain upper) {
        if (upper.lessThan(lower)) {
            return "new upper " + upper + " is before the expected upper " + lower;
        }
        for (Batch batch : batches) {
            if (batch.hollow().desc().domain() != TimeDomain.U64) {
                return "batch " + batch.hollow().desc() + " has times other than u64";
            }
            if (!batch.shard().equals(shard)) {
                return "batch of shard " + batch.shard() + " given to shard " + shard;
            }
        }
        return null;
    }
}
