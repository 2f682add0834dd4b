package io.persist.state.spine;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** What became of the output of a compaction. Unless applied, its blobs are nobody's. */
public sealed interface MergeResult {
    /** It replaces a whole spine batch. */
    record AppliedExact(Trace next) implements MergeResult {}

    /** It replaces adjacent hollow batches within one spine batch. */
    record AppliedSubset(Trace next) implements MergeResult {}

    /** No spine batch has it as a whole or as adjacent parts, or only such beyond its since. */
    record NoMatch() implements MergeResult {}

    /** It has more updates than what it would replace; somebody compacted better already. */
    record TooManyUpdates(long outputLen, long replacedLen) implements MergeResult {}

    /**
     * Its diffs do not add up to what it would replace: data would be lost or doubled. Only found
     * where every part carries its sum.
     */
    record DiffsDiffer(long outputSum, long replacedSum) implements MergeResult {}

    /** Looks for the place of {@code output}, newest spine batch first. */
    static MergeResult apply(Trace trace, HollowBatch output) {
        List<SpineBatch> batches = trace.spineBatches();
        for (int i = batches.size() - 1; i >= 0; i--) {
            SpineBatch batch = batches.get(i);
            if (!output.desc().since().lessEqual(batch.desc().since())) {
                continue;
            }
            MergeResult result = apply(trace, batch, output);
            if (!(result instanceof NoMatch)) {
                return result;
            }
        }
        return new NoMatch();
    }

    private static MergeResult apply(Trace trace, SpineBatch batch, HollowBatch output) {
        if (output.lower().equals(batch.lower()) && output.upper().equals(batch.upper())) {
            if (output.len() > batch.len()) {
                return new TooManyUpdates(output.len(), batch.len());
            }
            MergeResult differing = differing(output, batch.parts());
            if (differing != null) {
                return differing;
            }
            IdBatch whole = new IdBatch(batch.id(), output);
            return new AppliedExact(
                    trace.withReplaced(new SpineBatch(batch.id(), output.desc(), List.of(whole))));
        }
        int first = 0;
        while (first < batch.parts().size() && !part(batch, first).lower().equals(output.lower())) {
            first++;
        }
        int last = first;
        while (last < batch.parts().size() && !part(batch, last).upper().equals(output.upper())) {
            last++;
        }
        return last >= batch.parts().size()
                ? new NoMatch()
                : replaceParts(trace, batch, first, last, output);
    }

    private static MergeResult replaceParts(
            Trace trace, SpineBatch batch, int first, int last, HollowBatch output) {
        List<IdBatch> replaced = batch.parts().subList(first, last + 1);
        if (output.len() > SpineBatch.len(replaced)) {
            return new TooManyUpdates(output.len(), SpineBatch.len(replaced));
        }
        MergeResult differing = differing(output, replaced);
        if (differing != null) {
            return differing;
        }
        SpineId id = new SpineId(replaced.get(0).id().lo(), batch.parts().get(last).id().hi());
        List<IdBatch> parts = new ArrayList<>(batch.parts().subList(0, first));
        parts.add(new IdBatch(id, output));
        parts.addAll(batch.parts().subList(last + 1, batch.parts().size()));
        return new AppliedSubset(
                trace.withReplaced(new SpineBatch(batch.id(), batch.desc(), parts)));
    }

    /** Null if the sums agree, or are not known. */
    private static @Nullable MergeResult differing(HollowBatch output, List<IdBatch> replaced) {
        Long outputSum = output.diffsSum();
        long replacedSum = 0;
        for (IdBatch part : replaced) {
            Long sum = part.batch().diffsSum();
            if (sum == null) {
                return null;
            }
            replacedSum += sum;
        }
        return outputSum == null || outputSum == replacedSum
                ? null
                : new DiffsDiffer(outputSum, replacedSum);
    }

    private static Description part(SpineBatch batch, int index) {
        return batch.parts().get(index).batch().desc();
    }
}
