package io.persist.shard;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.codec.SchemaId;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes one batch of several, so that they become visible at once. Only metadata: runs are put one
 * after the other, nothing is sorted or merged; updates of overlapping batches add up when read.
 */
public final class BatchCombiner {
    private BatchCombiner() {}

    /**
     * Why the batches cannot be appended under {@code schema}, or null if they can: a run or part
     * that is labelled with another schema than the one it is appended under.
     */
    public static @Nullable String violation(List<HollowBatch> batches, SchemaId schema) {
        for (HollowBatch batch : batches) {
            for (Run run : batch.runs()) {
                Optional<SchemaId> other = run.meta().schema().filter(id -> !id.equals(schema));
                for (RunPart part : run.parts()) {
                    if (part instanceof RunPart.Single single
                            && single.schema() != null
                            && !schema.equals(single.schema())) {
                        other = Optional.of(single.schema());
                    }
                }
                if (other.isPresent()) {
                    return "batch "
                            + batch.desc()
                            + " was written under schema "
                            + other.get()
                            + ", but is appended under "
                            + schema;
                }
            }
        }
        return null;
    }

    /** The schemas that runs and parts are labelled with. */
    public static Set<SchemaId> schemas(HollowBatch batch) {
        Set<SchemaId> schemas = new TreeSet<>();
        for (Run run : batch.runs()) {
            run.meta().schema().ifPresent(schemas::add);
            for (RunPart part : run.parts()) {
                if (part instanceof RunPart.Single single && single.schema() != null) {
                    schemas.add(single.schema());
                }
            }
        }
        return schemas;
    }

    /**
     * One batch with all runs of {@code batches}, in order, described by {@code desc}. Its length
     * is the sum of theirs.
     *
     * @param schema put on every run and part that has none; null to leave them as they are
     */
    public static HollowBatch combine(
            List<HollowBatch> batches, Description desc, @Nullable SchemaId schema) {
        List<Run> runs = new ArrayList<>();
        long len = 0;
        for (HollowBatch batch : batches) {
            len += batch.len();
            for (Run run : batch.runs()) {
                runs.add(schema == null ? run : withSchema(run, schema));
            }
        }
        return new HollowBatch(desc, len, runs, Bytes.EMPTY);
    }

    private static Run withSchema(Run run, SchemaId schema) {
        RunMeta meta = run.meta();
        RunMeta labelled =
                new RunMeta(
                        meta.order(),
                        Optional.of(meta.schema().orElse(schema)),
                        meta.deprecatedSchema(),
                        meta.id(),
                        meta.len(),
                        meta.meta(),
                        meta.unknown());
        List<RunPart> parts = new ArrayList<>();
        for (RunPart part : run.parts()) {
            boolean missing = part instanceof RunPart.Single single && single.schema() == null;
            parts.add(missing ? ((RunPart.Single) part).withSchema(schema) : part);
        }
        return new Run(labelled, parts);
    }
}
