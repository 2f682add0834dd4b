package io.persist.state.spine;

import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;

class TracePropertiesTest {
    @Property(seed = "20261124", tries = 300)
    void insertsSincesAndCompactionsKeepTheInvariants(
            @ForAll @Size(max = 200) List<@From("lens") Long> lens, @ForAll long seed)
            throws Exception {
        Random coins = new Random(seed);
        Trace trace = Trace.INITIAL;
        long total = 0;
        for (long len : lens) {
            long lower = trace.upper().element();
            Trace.Inserted inserted = trace.insert(batch(lower, lower + 1 + coins.nextInt(3), len));
            trace = inserted.next();
            total += len;
            for (MergeRequest request : inserted.merges()) {
                if (coins.nextInt(3) == 0) {
                    trace = compacted(trace, request, coins);
                }
            }
            if (coins.nextInt(4) == 0) {
                Antichain later = Antichain.of(trace.since().element() + coins.nextInt(3));
                trace = trace.withSince(later);
            }
            assertThat(Invariants.firstViolation(trace)).isNull();
            assertThat(Trace.unflatten(trace.flatten())).isEqualTo(trace);
        }
        long held = trace.batches().stream().mapToLong(HollowBatch::len).sum();
        assertThat(held).isLessThanOrEqualTo(total);
    }

    /** Without structure only the batches are stored; whoever reads them sees the same updates. */
    @Property(seed = "20261124", tries = 100)
    void batchesAloneGiveAValidSpine(@ForAll @Size(max = 60) List<@From("lens") Long> lens)
            throws Exception {
        Trace trace = Trace.INITIAL;
        for (long len : lens) {
            long lower = trace.upper().element();
            trace = trace.insert(batch(lower, lower + 1, len)).next();
        }
        FlatTrace flat = trace.flatten();
        Trace rebuilt =
                Trace.unflatten(
                        new FlatTrace(
                                flat.since(),
                                flat.legacyBatches(),
                                new TreeMap<>(),
                                new TreeMap<>(),
                                new TreeMap<>()));
        assertThat(Invariants.firstViolation(rebuilt)).isNull();
        assertThat(rebuilt.upper()).isEqualTo(trace.upper());
        assertThat(nonEmpty(rebuilt)).isEqualTo(nonEmpty(trace));
    }

    @Provide
    Arbitrary<Long> lens() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(0L)),
                Tuple.of(5, Arbitraries.longs().between(1, 4)),
                Tuple.of(3, Arbitraries.longs().between(1, 1 << 12)),
                Tuple.of(1, Arbitraries.longs().between(1, 1L << 40)));
    }

    private static Trace compacted(Trace trace, MergeRequest request, Random coins) {
        Description desc = request.desc();
        long len = SpineBatch.len(request.inputs());
        long kept = coins.nextBoolean() ? len : len / (1 + coins.nextInt(8));
        HollowBatch output =
                batch(desc.lower().element(), desc.upper().element(), kept).withDesc(desc);
        MergeResult result = MergeResult.apply(trace, output);
        if (result instanceof MergeResult.AppliedExact exact) {
            return exact.next();
        }
        return result instanceof MergeResult.AppliedSubset subset ? subset.next() : trace;
    }

    private static List<HollowBatch> nonEmpty(Trace trace) {
        return trace.batches().stream().filter(batch -> batch.len() > 0).toList();
    }
}
