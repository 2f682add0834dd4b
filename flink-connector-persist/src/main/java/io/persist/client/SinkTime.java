package io.persist.client;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.batch.build.AppendBounds;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.BatchCombiner;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** At which times the rows of a commit become visible. */
public enum SinkTime {
    /** All at one: the wall clock of the commit, or the shard's upper if that is later. */
    COMMIT,
    /**
     * Each at its own time, or at the shard's upper if that is later; the new upper is past all of
     * them, and past the watermark.
     */
    EVENT;

    /**
     * @param from times before it are moved up to it
     * @param next the new upper
     */
    private record Bounds(Antichain from, Antichain next) {}

    /**
     * Joins staged batches into one that begins at {@code shardUpper}. Times are moved in the
     * metadata only; the staged batches stay as they are.
     *
     * @param watermark of the stream when the batches were sealed
     * @param schema put on what has none
     */
    HollowBatch retimed(
            List<HollowBatch> staged,
            Antichain shardUpper,
            long nowMillis,
            long watermark,
            @Nullable SchemaId schema) {
        Bounds bounds = bounds(staged, shardUpper, nowMillis, watermark);
        List<HollowBatch> moved = staged.stream().map(batch -> moved(batch, bounds)).toList();
        String violation = AppendBounds.violation(moved, shardUpper, bounds.next);
        if (violation != null) {
            throw new IllegalStateException("staged batches cannot be appended: " + violation);
        }
        return BatchCombiner.combine(
                moved, new Description(shardUpper, bounds.next, Antichain.minimum()), schema);
    }

    private Bounds bounds(
            List<HollowBatch> staged, Antichain shardUpper, long nowMillis, long watermark) {
        // Exclusive.
        Antichain latest = Antichain.minimum();
        for (HollowBatch batch : staged) {
            latest = latest.join(batch.upper());
        }
        if (this == COMMIT) {
            Antichain time = shardUpper.join(Antichain.of(Math.max(nowMillis, 0)));
            if (time.lessThan(latest)) {
                time = time.join(Antichain.of(latest.element() - 1));
            }
            return new Bounds(time, Antichain.of(time.element() + 1));
        }
        Antichain next = shardUpper.join(latest);
        if (watermark >= 0 && watermark < Long.MAX_VALUE) {
            next = next.join(Antichain.of(watermark + 1));
        }
        if (!staged.isEmpty()) {
            next = next.join(Antichain.of(shardUpper.element() + 1));
        }
        return new Bounds(shardUpper, next);
    }

    private static HollowBatch moved(HollowBatch batch, Bounds bounds) {
        List<Run> runs = new ArrayList<>();
        for (Run run : batch.runs()) {
            List<RunPart> parts = new ArrayList<>();
            for (RunPart part : run.parts()) {
                if (!(part instanceof RunPart.Single single)) {
                    throw new IllegalStateException(
                            "staged batch " + batch.desc() + " has a run in blob");
                }
                parts.add(single.withTsRewrite(bounds.from));
            }
            runs.add(new Run(run.meta(), parts));
        }
        Description desc = new Description(batch.lower(), bounds.next, batch.desc().since());
        return new HollowBatch(desc, batch.len(), runs, batch.unknown());
    }
}
