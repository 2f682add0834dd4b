package io.persist.state.spine;

import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Antichain;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class TraceTest {
    private Trace trace = Trace.INITIAL;
    private List<MergeRequest> merges = new ArrayList<>();

    @Test
    void insertsFollowTheKnownSteps() {
        step(1, "(0,1)@0 x1");
        step(1, "(0,1)@0 x1, (1,2)@0 x1; (0,2) remaining 2");
        step(1, "(0,2)@1 x2 {(0,1)(1,2)}, (2,3)@0 x1", "(0,2)");
        step(1, "(0,2)@1 x2 {(0,1)(1,2)}, (2,3)@0 x1, (3,4)@0 x1; (2,4) remaining 2");
        String four = "(0,4)@3 x4 {(0,1)(1,2)(2,3)(3,4)}, (4,5)@3 x5";
        step(5, four + "; (0,5) remaining 9", "(0,4)");
        step(0, four + ", (5,6)@0 x0; (0,5) remaining 1");
        step(0, four + ", (5,7)@0 x0; (0,5) remaining 1");
        step(
                2,
                "(0,5)@4 x9 {(0,1)(1,2)(2,3)(3,4)(4,5)}, (5,7)@1 x0, (7,8)@1 x2; (5,8) remaining 2",
                "(0,5)");
        String eleven = "(0,8)@7 x11 {(0,1)(1,2)(2,3)(3,4)(4,5)(5,7)(7,8)}, (8,9)@7 x100";
        step(100, eleven + "; (0,9) remaining 111", "(0,8)");
        step(3, eleven + ", (9,10)@2 x3; (0,9) remaining 79");
        step(3, eleven + ", (9,10)@2 x3, (10,11)@2 x3; (0,9) remaining 47; (9,11) remaining 6");
    }

    @Test
    void eightSmallBatchesAreAskedForTwoByTwoAndSqueezedByABigOne() {
        List<SpineId> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            insert(1);
            merges.forEach(merge -> asked.add(merge.id()));
        }
        assertThat(asked).contains(new SpineId(0, 2), new SpineId(0, 4), new SpineId(4, 6));
        insert(100);
        assertThat(merges).extracting(MergeRequest::id).containsExactly(new SpineId(0, 8));
        assertThat(merges.get(0).inputs()).hasSize(8);
        MergeResult result = MergeResult.apply(trace, batch(0, 8, 5));
        assertThat(result).isInstanceOf(MergeResult.AppliedExact.class);
        trace = ((MergeResult.AppliedExact) result).next();
        SpineBatch compacted = trace.spineBatches().get(0);
        assertThat(compacted.parts()).hasSize(1);
        assertThat(compacted.len()).isEqualTo(5);
    }

    @Test
    void resultsApplyOnlyWhereTheyFit() {
        for (int i = 0; i < 8; i++) {
            insertUpTo(2L * (i + 1), 1);
        }
        insertUpTo(18, 100);
        Trace before = trace;
        assertThat(before.spineBatches()).hasSize(2);
        // Across both, out of the end, across a part, and one that is not there.
        assertThat(MergeResult.apply(before, batch(14, 18, 1)))
                .isEqualTo(new MergeResult.NoMatch());
        assertThat(MergeResult.apply(before, batch(14, 20, 1)))
                .isEqualTo(new MergeResult.NoMatch());
        assertThat(MergeResult.apply(before, batch(1, 4, 1))).isEqualTo(new MergeResult.NoMatch());
        assertThat(MergeResult.apply(before, batch(0, 5, 1))).isEqualTo(new MergeResult.NoMatch());
        assertThat(MergeResult.apply(before, batch(0, 16, 9)))
                .isEqualTo(new MergeResult.TooManyUpdates(9, 8));
        assertThat(MergeResult.apply(before, batch(0, 4, 3)))
                .isEqualTo(new MergeResult.TooManyUpdates(3, 2));
        MergeResult subset = MergeResult.apply(before, batch(2, 6, 2));
        assertThat(subset).isInstanceOf(MergeResult.AppliedSubset.class);
        Trace after = ((MergeResult.AppliedSubset) subset).next();
        assertThat(after.spineBatches().get(0).parts())
                .extracting(IdBatch::id)
                .contains(new SpineId(1, 3))
                .hasSize(7);
        assertThat(Invariants.firstViolation(after)).isNull();
        MergeResult exact = MergeResult.apply(after, batch(0, 16, 1));
        assertThat(exact).isInstanceOf(MergeResult.AppliedExact.class);
        Trace merged = ((MergeResult.AppliedExact) exact).next();
        assertThat(MergeResult.apply(merged, batch(2, 6, 1))).isEqualTo(new MergeResult.NoMatch());
    }

    @Test
    void resultsBeyondTheSinceAreRefused() {
        trace = trace.withSince(Antichain.of(4));
        insert(1);
        insert(1);
        insert(1);
        assertThat(trace.spineBatches().get(0).desc().since()).isEqualTo(Antichain.of(4));
        assertThat(MergeResult.apply(trace, batch(0, 2, 1, 5)))
                .isEqualTo(new MergeResult.NoMatch());
        assertThat(MergeResult.apply(trace, batch(0, 2, 1, 3)))
                .isInstanceOf(MergeResult.AppliedExact.class);
    }

    @Test
    void batchesMayShrinkUnderARunningMerge() {
        insert(1000);
        insert(1000);
        assertThat(trace.levels().get(10).merge()).isNotNull();
        trace = ((MergeResult.AppliedExact) MergeResult.apply(trace, batch(0, 1, 1))).next();
        for (int i = 0; i < 10; i++) {
            insert(5000);
            assertThat(Invariants.firstViolation(trace)).isNull();
        }
    }

    @Test
    void neighbouringEmptyBatchesBecomeOne() {
        insert(0);
        insert(0);
        assertThat(trace.batches()).containsExactly(batch(0, 2, 0));
        insert(100);
        insert(0);
        insert(0);
        assertThat(trace.batches())
                .containsExactly(batch(0, 2, 0), batch(2, 3, 100), batch(3, 5, 0));
    }

    @Test
    void sinceMayPassTheUpper() {
        insert(1);
        trace = trace.withSince(Antichain.of(100));
        insert(1);
        assertThat(trace.upper()).isEqualTo(Antichain.of(2));
        assertThat(trace.since()).isEqualTo(Antichain.of(100));
        assertThat(trace.levels().get(0).merge().since()).isEqualTo(Antichain.of(100));
    }

    @Test
    void closedTraceTakesNothing() {
        trace =
                trace.insert(
                                HollowBatch.empty(
                                        new io.persist.frontier.Description(
                                                Antichain.minimum(),
                                                Antichain.empty(),
                                                Antichain.minimum())))
                        .next();
        assertThat(trace.upper()).isEqualTo(Antichain.empty());
        assertThatThrownBy(() -> trace.insert(batch(0, 1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void insertMustContinueAtTheUpper() {
        insert(1);
        assertThatThrownBy(() -> trace.insert(batch(2, 3, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("upper [1]");
        assertThatThrownBy(() -> trace.insert(batch(1, 1, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void claimsAreKeptUntilTheBatchIsReplaced() throws Exception {
        insert(1);
        insert(1);
        insert(1);
        Trace claimed =
                trace.withCompactionClaims(
                        java.util.Set.of(new SpineId(0, 2), new SpineId(7, 9)), 42);
        assertThat(claimed.flatten().merges())
                .containsEntry(new SpineId(0, 2), new FlatTrace.Merge(Antichain.minimum(), 0, 42L));
        assertThat(Trace.unflatten(claimed.flatten())).isEqualTo(claimed);
        Trace merged =
                ((MergeResult.AppliedExact) MergeResult.apply(claimed, batch(0, 2, 2))).next();
        assertThat(merged.flatten().merges()).isEmpty();
    }

    private void step(long len, String expected, String... requests) {
        insert(len);
        assertThat(describe(trace)).isEqualTo(expected);
        assertThat(merges.stream().map(merge -> text(merge.id()))).containsExactly(requests);
        assertThat(Invariants.firstViolation(trace)).isNull();
    }

    private void insert(long len) {
        insertUpTo(trace.upper().element() + 1, len);
    }

    private void insertUpTo(long upper, long len) {
        Trace.Inserted inserted = trace.insert(batch(trace.upper().element(), upper, len));
        trace = inserted.next();
        merges = inserted.merges();
    }

    private static String describe(Trace trace) {
        FlatTrace flat = trace.flatten();
        StringBuilder text = new StringBuilder();
        trace.spineBatches()
                .forEach(
                        batch -> {
                            text.append(text.length() == 0 ? "" : ", ").append(text(batch.id()));
                            text.append('@').append(flat.spineBatches().get(batch.id()).level());
                            text.append(" x").append(batch.len());
                            if (batch.parts().size() > 1) {
                                text.append(" {");
                                batch.parts().forEach(part -> text.append(text(part.id())));
                                text.append('}');
                            }
                        });
        flat.merges()
                .forEach(
                        (id, merge) ->
                                text.append("; ")
                                        .append(text(id))
                                        .append(" remaining ")
                                        .append(merge.remainingWork()));
        return text.toString();
    }

    private static String text(SpineId id) {
        return "(" + id.lo() + "," + id.hi() + ")";
    }
}
