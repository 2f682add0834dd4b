package io.persist.state.spine;

import io.persist.frontier.Antichain;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** What holds of every spine that only this package changed. */
final class Invariants {
    private Invariants() {}

    /** For {@code assert}: true, or an error that says what is broken. */
    static boolean hold(Trace trace) {
        String violation = firstViolation(trace);
        if (violation != null) {
            throw new AssertionError(violation + " in " + trace);
        }
        return true;
    }

    /** What is broken; null if nothing is. */
    static @Nullable String firstViolation(Trace trace) {
        List<String> violations = new ArrayList<>();
        long nextLo = 0;
        Antichain nextLower = Antichain.minimum();
        for (SpineBatch batch : trace.spineBatches()) {
            if (batch.id().lo() != nextLo || !batch.lower().equals(nextLower)) {
                violations.add(batch.id() + " does not follow");
            }
            if (!batch.desc().since().lessEqual(trace.since())) {
                violations.add(batch.id() + " has a since beyond the trace's");
            }
            checkParts(batch, violations);
            nextLo = batch.id().hi();
            nextLower = batch.upper();
        }
        if (nextLo != trace.nextId() || !nextLower.equals(trace.upper())) {
            violations.add("the newest batch does not end at the next id and upper");
        }
        for (int i = 0; i < trace.levels().size(); i++) {
            checkLevel(trace.levels(), i, violations);
        }
        if (!trace.levels().isEmpty() && trace.levels().get(trace.levels().size() - 1).isVacant()) {
            violations.add("the highest level is vacant");
        }
        return violations.isEmpty() ? null : violations.get(0);
    }

    private static void checkParts(SpineBatch batch, List<String> violations) {
        long nextLo = batch.id().lo();
        Antichain nextLower = batch.lower();
        for (IdBatch part : batch.parts()) {
            if (part.id().lo() != nextLo || !part.batch().lower().equals(nextLower)) {
                violations.add("part " + part.id() + " of " + batch.id() + " does not follow");
            }
            nextLo = part.id().hi();
            nextLower = part.batch().upper();
        }
        if (nextLo != batch.id().hi() || !nextLower.equals(batch.upper())) {
            violations.add("parts of " + batch.id() + " do not span it");
        }
    }

    private static void checkLevel(List<Level> levels, int index, List<String> violations) {
        Level level = levels.get(index);
        Level.Merge merge = level.merge();
        if (level.isFull() != (merge != null)
                || (merge != null && !merge.id().equals(level.range()))) {
            violations.add("level " + index + " has a wrong merge " + merge);
        }
        long records = 0;
        for (int i = 0; i < index; i++) {
            for (int batch = 0; batch < levels.get(i).batches().size(); batch++) {
                records = Lengths.plus(records, Lengths.pow2(i));
            }
        }
        if (merge != null && records >= Lengths.pow2(index)) {
            violations.add("too many records below the merge of level " + index);
        }
        for (SpineBatch batch : level.batches()) {
            if (batch.len() > Lengths.pow2(index)) {
                violations.add(batch.id() + " is too big for level " + index);
            }
        }
    }
}
